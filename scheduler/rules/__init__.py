"""All rules, in reading order: who may, when, how much, together with whom and where, then what is wished.

The order is also the order in which a board hears them: those that exclude people from duties come first, so that the
later ones speak of those who are left; those that set duties of one person against each other come before those that
count weekends, which are the stronger for it.
"""

from typing import Annotated

from pydantic import Field

from scheduler.rules.absence import Absence
from scheduler.rules.accepted_pay import AcceptedPay
from scheduler.rules.cannot import Cannot
from scheduler.rules.colocation import Colocation
from scheduler.rules.consecutive_nights import ConsecutiveNights
from scheduler.rules.consent import Consent
from scheduler.rules.contract_total import ContractTotal
from scheduler.rules.count_cost import CountCost
from scheduler.rules.coverage import Coverage
from scheduler.rules.departments import Departments
from scheduler.rules.eligibility import Eligibility
from scheduler.rules.envelopes import Envelopes
from scheduler.rules.evenness import Evenness
from scheduler.rules.exemption import Exemption
from scheduler.rules.exposure import Exposure
from scheduler.rules.facility_capacity import FacilityCapacity
from scheduler.rules.group_cover import GroupCover
from scheduler.rules.headcount import Headcount
from scheduler.rules.holiday_rotation import HolidayRotation
from scheduler.rules.line_cost import LineCost
from scheduler.rules.longest_stretch import LongestStretch
from scheduler.rules.max_duties import MaxDuties
from scheduler.rules.max_sites import MaxSites
from scheduler.rules.max_weekends import MaxWeekends
from scheduler.rules.mean_weekly_hours import MeanWeeklyHours
from scheduler.rules.min_rest import MinRest
from scheduler.rules.money import Money
from scheduler.rules.neighbours import Neighbours
from scheduler.rules.next_day_activity import NextDayActivity
from scheduler.rules.offers import Offers
from scheduler.rules.one_a_day import OneADay
from scheduler.rules.one_place import OnePlace
from scheduler.rules.pairs import Pairs
from scheduler.rules.pins import Pins
from scheduler.rules.places import Places
from scheduler.rules.proportional_spread import ProportionalSpread
from scheduler.rules.response_time import ResponseTime
from scheduler.rules.rest_after_stretch import RestAfterStretch
from scheduler.rules.run_length import RunLength
from scheduler.rules.senior_backup import SeniorBackup
from scheduler.rules.site_changes import SiteChanges
from scheduler.rules.site_rotation import SiteRotation
from scheduler.rules.spacing import Spacing
from scheduler.rules.stability import Stability
from scheduler.rules.succession import Succession
from scheduler.rules.successive_duties import SuccessiveDuties
from scheduler.rules.surplus import Surplus
from scheduler.rules.travel import Travel
from scheduler.rules.travel_limit import TravelLimit
from scheduler.rules.weekend_block import WeekendBlock
from scheduler.rules.weekends_in_a_row import WeekendsInARow
from scheduler.rules.weekly_hours import WeeklyHours
from scheduler.rules.whole_weekends import WholeWeekends
from scheduler.rules.wished_cover import WishedCover
from scheduler.rules.wishes import Wishes
from scheduler.rules.worst_off import WorstOff

ALL = (
    Eligibility,
    Absence,
    Exemption,
    Consent,
    Cannot,
    AcceptedPay,
    ResponseTime,
    TravelLimit,
    HolidayRotation,
    NextDayActivity,
    Places,
    OnePlace,
    OneADay,
    Succession,
    MinRest,
    LongestStretch,
    RestAfterStretch,
    Spacing,
    WeekendBlock,
    ConsecutiveNights,
    SuccessiveDuties,
    Neighbours,
    RunLength,
    WholeWeekends,
    MaxDuties,
    Offers,
    ContractTotal,
    MaxWeekends,
    WeekendsInARow,
    MeanWeeklyHours,
    WeeklyHours,
    MaxSites,
    Departments,
    SeniorBackup,
    Pairs,
    Colocation,
    FacilityCapacity,
    SiteRotation,
    Pins,
    Envelopes,
    Coverage,
    GroupCover,
    WishedCover,
    Surplus,
    WorstOff,
    Evenness,
    ProportionalSpread,
    Wishes,
    CountCost,
    LineCost,
    Headcount,
    SiteChanges,
    Exposure,
    Travel,
    Money,
    Stability,
)
"""A new rule is one file and one line here."""

AnyRule = Annotated[
    Eligibility
    | Absence
    | Exemption
    | Consent
    | Cannot
    | AcceptedPay
    | ResponseTime
    | TravelLimit
    | HolidayRotation
    | NextDayActivity
    | Places
    | OnePlace
    | OneADay
    | Succession
    | MinRest
    | LongestStretch
    | RestAfterStretch
    | Spacing
    | WeekendBlock
    | ConsecutiveNights
    | SuccessiveDuties
    | Neighbours
    | RunLength
    | WholeWeekends
    | MaxDuties
    | Offers
    | ContractTotal
    | MaxWeekends
    | WeekendsInARow
    | MeanWeeklyHours
    | WeeklyHours
    | MaxSites
    | Departments
    | SeniorBackup
    | Pairs
    | Colocation
    | FacilityCapacity
    | SiteRotation
    | Pins
    | Envelopes
    | Coverage
    | GroupCover
    | WishedCover
    | Surplus
    | WorstOff
    | Evenness
    | ProportionalSpread
    | Wishes
    | CountCost
    | LineCost
    | Headcount
    | SiteChanges
    | Exposure
    | Travel
    | Money
    | Stability,
    Field(discriminator="kind"),
]
"""A rule as a scenario states it, told apart by its ``kind``."""
