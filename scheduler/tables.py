"""The tables of a scenario: one row type each, every column with its type, unit and meaning.

The same description serves the loader, the empty templates, the workbook's hints and the documentation.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field

from scheduler.cells import Clock, Day, Days, Flag, Hundredths, Id, Number, Text, Whole, Words

SiteKind = Literal[
    "public_hospital",
    "private_clinic",
    "non_profit_hospital",
    "local_hospital",
    "surgery",
    "health_centre",
    "unscheduled_care_centre",
    "teleconsultation_room",
    "call_centre",
    "school",
    "mobile_unit",
    "other",
]
Profession = Literal[
    "doctor",
    "nurse",
    "midwife",
    "dentist",
    "pharmacist",
    "physiotherapist",
    "social_worker",
    "operator",
    "other",
]
Status = Literal[
    "consultant",
    "university",
    "contract",
    "assistant",
    "sessional",
    "associate",
    "resident",
    "senior_resident",
    "private",
    "employee",
    "locum",
    "retired",
    "solidarity",
]
"""PH, HU, praticien contractuel, assistant, attaché, associé, interne, docteur junior, libéral, salarié,
remplaçant, retraité actif, PH d'un autre hôpital sous prime de solidarité territoriale."""
JUNIORS: frozenset[str] = frozenset({"resident", "senior_resident"})
Modality = Literal["on_site", "on_call", "mixed", "session"]
"""Garde sur place, astreinte à domicile, mixte, vacation."""
PayPeriod = Literal["whole_night", "early_night", "deep_night", "saturday_afternoon", "day", "half_day"]
PayItemKind = Literal["indemnity", "on_call_part", "additional_time"]
WishKind = Literal["cannot", "only", "rather_not", "would_like"]


class Row(BaseModel):
    """One line of a table. ``KEY`` names the columns that may not stand twice."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    KEY: ClassVar[tuple[str, ...]] = ()
    ABOUT: ClassVar[str] = ""


class Site(Row):
    KEY = ("id",)
    ABOUT = "Places where duties are held."
    id: Id
    name: Text
    kind: SiteKind
    finess: Annotated[str | None, Field(description="FINESS of the geographic site, 9 characters")] = None
    legal_entity: Annotated[str | None, Field(description="FINESS of the legal entity")] = None
    commune: Annotated[str | None, Field(description="INSEE code, not the postcode")] = None
    department: Annotated[Id | None, Field(description="service or pole that the place belongs to")] = None
    latitude: Number | None = None
    longitude: Number | None = None
    good_friday: Annotated[Flag, Field(description="Good Friday is a holiday here (Alsace-Moselle)")] = False


class Facility(Row):
    KEY = ("site", "kind")
    ABOUT = "Technical means of a site: theatre, imaging, cath lab, endoscopy, teleconsultation cart."
    site: Id
    kind: Id
    capacity: Annotated[Whole, Field(ge=0, description="duties that can use it at the same time")] = 1
    days: Annotated[Days, Field(description="days it is open; empty = every day")] = ()
    opens: Annotated[Clock, Field(description="local time")] = 0
    closes: Annotated[Clock, Field(description="local time; 48:00 = open through the night")] = 2880


class Person(Row):
    KEY = ("id",)
    ABOUT = "Everybody who may hold a duty; one row even with several engagements."
    id: Id
    name: Text
    profession: Profession = "doctor"
    rpps: Annotated[str | None, Field(description="11 digits, the last is the Luhn key")] = None
    specialties: Annotated[Words, Field(description="ordinal codes, as SM04 SM73")] = ()
    skills: Annotated[Words, Field(description="skills beyond the ordinal code")] = ()
    home: Annotated[str | None, Field(description="INSEE code of the home commune")] = None
    birth_year: Annotated[Whole | None, Field(ge=1900, le=2100)] = None
    peer_group: Annotated[
        Id | None, Field(description="whom to compare with; empty = profession and first specialty")
    ] = None


class Engagement(Row):
    KEY = ("person", "site", "status", "first_day")
    ABOUT = "Where somebody works, under which status: pay and eligibility hang on it."
    person: Id
    site: Id
    status: Status
    percent: Annotated[Whole, Field(ge=0, le=100, description="fraction of full time")] = 100
    first_day: Day | None = None
    last_day: Day | None = None
    extra_time: Annotated[Flag, Field(description="has contracted additional working time (TTA)")] = False
    service_halves: Annotated[
        Whole | None,
        Field(
            ge=0,
            description="half-periods on site a calendar month within the service obligations (a night is 2); more is additional time; empty = all within",
        ),
    ] = None
    replaces: Annotated[Id | None, Field(description="the person whose duties this locum takes over")] = None


class Privilege(Row):
    KEY = ("person", "site")
    ABOUT = "Who may practise at a site without an engagement there."
    person: Id
    site: Id


class Period(Row):
    KEY = ("id",)
    ABOUT = "The time grid, in local wall-clock time; a night belongs to the date on which it starts."
    id: Id
    name: Text
    start: Clock
    end: Annotated[Clock, Field(description="not after the start = the next day")]
    days: Annotated[Days, Field(description="days on which it exists; empty = every day")] = ()
    night: Annotated[Flag, Field(description="counts as a night")] = False
    points: Annotated[Hundredths, Field(ge=0, description="load of one such duty on site")] = 100
    pay: PayPeriod = "day"


class Line(Row):
    KEY = ("id",)
    ABOUT = "What must be held: one post over the grid."
    id: Id
    name: Text
    modality: Modality
    profession: Profession = "doctor"
    specialties: Annotated[Words, Field(description="any one of these codes; empty = any")] = ()
    skills: Annotated[Words, Field(description="all of these")] = ()
    statuses: Annotated[Words, Field(description="statuses that may hold it; empty = any")] = ()
    periods: Annotated[Words, Field(min_length=1)]
    days: Annotated[Days, Field(description="narrows the periods' days; empty = theirs")] = ()
    needed: Annotated[Whole, Field(ge=0, le=999, description="people without whom it is a hole")] = 1
    wished: Annotated[Whole | None, Field(ge=0, le=999, description="people one would like; empty = needed")] = None
    priority: Annotated[Whole, Field(ge=1, le=5, description="1 is held first")] = 2
    sites: Annotated[Words, Field(min_length=1)]
    site_choice: Annotated[
        Literal["fixed", "alternate", "daily", "weekly"],
        Field(description="fixed: the first; alternate: by ISO week; daily, weekly: chosen by the solver"),
    ] = "fixed"
    site_changes_max: Annotated[Whole | None, Field(ge=0, description="over the horizon; empty = free")] = None
    site_share_min: Annotated[Whole, Field(ge=0, le=50, description="per cent of the duties each site hosts")] = 0
    facility: Annotated[Id | None, Field(description="technical means that must be open")] = None
    together: Annotated[
        Id | None, Field(description="lines with the same word are at the same site at the same time")
    ] = None
    compatible: Annotated[Words, Field(description="lines the same person may hold at the same time")] = ()
    response_minutes: Annotated[Whole | None, Field(ge=0, description="longest way from home; empty = any")] = None
    senior_line: Annotated[
        Id | None, Field(description="second line a senior must hold when a junior holds this one")
    ] = None
    load_percent: Annotated[
        Whole, Field(ge=0, le=300, description="of the period's points; on-call from home often 40")
    ] = 100
    worked_percent: Annotated[
        Whole | None, Field(ge=0, le=100, description="share counted as work; empty = 0 on call, 50 mixed, else 100")
    ] = None
    scheme: Annotated[Id, Field(description="pay scheme: pdses, pdsa, triage, session…")] = "pdses"
    payer: Annotated[Id, Field(description="who pays the indemnities, unless the table shares says otherwise")] = "fund"
    flat_fee: Annotated[
        Id | None, Field(description="class of on-call flat fee (forfait) that the establishment gave the line")
    ] = None
    first_day: Day | None = None
    last_day: Day | None = None


class Need(Row):
    ABOUT = "How many people a line needs where it is not the same every day. The last row that speaks of a duty holds."
    line: Id
    periods: Annotated[Words, Field(description="empty = all")] = ()
    days: Annotated[Days, Field(description="empty = every day")] = ()
    first_day: Day | None = None
    last_day: Day | None = None
    needed: Annotated[Whole, Field(ge=0, le=999, description="people without whom it is a hole")]
    wished: Annotated[Whole | None, Field(ge=0, le=999, description="people one would like; empty = needed")] = None


class GroupNeed(Row):
    ABOUT = "How many people several lines or periods need together on each day: one of two nights, a doctor in either unit."
    name: Id
    lines: Annotated[Words, Field(description="empty = all")] = ()
    periods: Annotated[Words, Field(description="empty = all")] = ()
    days: Annotated[Days, Field(description="empty = every day")] = ()
    first_day: Day | None = None
    last_day: Day | None = None
    least: Annotated[Whole | None, Field(ge=0, description="empty = no lower limit")] = None
    most: Annotated[Whole | None, Field(ge=0, description="empty = no upper limit")] = None


class Absence(Row):
    ABOUT = "Days on which somebody is not available. There is no column for the reason."
    person: Id
    first_day: Day
    last_day: Day


class Exemption(Row):
    ABOUT = "Duties somebody is exempt from, by decision. There is no column for the reason."
    person: Id
    modalities: Annotated[Words, Field(description="on_site on_call mixed session; empty = all")] = ()
    nights_only: Flag = False
    first_day: Day | None = None
    last_day: Day | None = None


class Wish(Row):
    ABOUT = "What somebody asks: cannot and only are kept always, rather_not and would_like as far as possible."
    person: Id
    wish: WishKind
    first_day: Day | None = None
    last_day: Day | None = None
    days: Annotated[Days, Field(description="standing wish; empty = every day")] = ()
    periods: Words = ()
    lines: Words = ()
    weight: Annotated[Whole, Field(ge=1, le=9, description="how much it matters")] = 1


class Offer(Row):
    KEY = ("person",)
    ABOUT = "The most somebody accepts: being available is not wanting more."
    person: Id
    duties_per_month: Annotated[Whole | None, Field(ge=0)] = None
    nights_per_month: Annotated[Whole | None, Field(ge=0)] = None
    weekends_per_month: Annotated[Whole | None, Field(ge=0)] = None
    least_pay: Annotated[
        Hundredths | None,
        Field(
            ge=0,
            description="euros that a duty of one point must pay to be accepted, others in proportion; empty = any",
        ),
    ] = None


class Limit(Row):
    ABOUT = "What a contract allows: how much in the whole horizon, how many days in a row."
    person: Id
    counted: Annotated[
        Literal[
            "duties", "minutes", "weekly_minutes", "weekends", "whole_weekends", "days_on", "days_off", "same_period"
        ],
        Field(
            description="over the horizon: duties, worked minutes, weekly_minutes (in each of its whole weeks), weekends with a duty, whole_weekends (both days or "
            "neither, where least is 1); in a row: days with a duty, without, with one of these periods"
        ),
    ]
    lines: Annotated[Words, Field(description="duties of these lines; empty = all")] = ()
    periods: Annotated[Words, Field(description="duties of these periods; empty = all")] = ()
    least: Annotated[Whole | None, Field(ge=0, description="empty = no lower limit")] = None
    most: Annotated[Whole | None, Field(ge=0, description="empty = no upper limit")] = None


class Consent(Row):
    ABOUT = "Where and on which line a private practitioner agrees to be placed."
    person: Id
    site: Id
    lines: Annotated[Words, Field(description="empty = all lines there")] = ()
    periods: Annotated[Words, Field(description="empty = all periods")] = ()
    first_day: Day | None = None
    last_day: Day | None = None


class Past(Row):
    KEY = ("person", "line", "date", "period")
    ABOUT = "Duties held before the horizon: the rules look into them."
    person: Id
    line: Id
    date: Day
    period: Id
    site: Id | None = None


class Balance(Row):
    KEY = ("person",)
    ABOUT = "What each person carries over: above the fair share is positive."
    person: Id
    points: Hundredths = 0
    nights: Hundredths = 0
    weekends: Hundredths = 0
    sensitive: Hundredths = 0
    refused: Annotated[Whole, Field(ge=0, description="wishes refused before")] = 0


class Pin(Row):
    ABOUT = "Decided by hand: this person holds (or does not hold) this duty, or it is at this site."
    line: Id
    date: Day
    period: Id
    person: Id | None = None
    site: Id | None = None
    held: Annotated[Flag, Field(description="no = must not hold it")] = True


class Pair(Row):
    KEY = ("first", "second")
    ABOUT = "Two people who serve together or apart."
    first: Id
    second: Id
    mode: Literal["together", "apart"]
    lines: Annotated[Words, Field(description="where it counts; empty = all")] = ()


class Commitment(Row):
    ABOUT = "Fixed day work that cannot be moved: a theatre list, a consultation."
    person: Id
    days: Days
    start: Clock
    end: Clock
    first_day: Day | None = None
    last_day: Day | None = None


class Tariff(Row):
    ABOUT = "What a duty pays, dated, with its text. Amounts in euros, kept in cents. A row with days holds before one without."
    scheme: Id
    status: Status
    modality: Modality
    period: PayPeriod
    item: Annotated[
        PayItemKind,
        Field(
            description="indemnity: of the duty itself; on_call_part: of the second part of a mixed one, added; "
            "additional_time: of a period (whole_night) or half-period (saturday_afternoon) beyond the service obligations"
        ),
    ] = "indemnity"
    flat_fee: Annotated[
        Id | None, Field(description="only for lines of this class of flat fee; empty = the others")
    ] = None
    days: Annotated[Days, Field(description="only on these days; empty = every day")] = ()
    amount: Annotated[Hundredths, Field(ge=0, description="euros")]
    per: Annotated[
        Literal["duty", "hour"], Field(description="for the duty, whatever its length, or for each elapsed hour")
    ] = "duty"
    valid_from: Day
    valid_to: Day | None = None
    legal_ref: Text
    source: Text = ""


class Share(Row):
    KEY = ("line", "payer", "first_day")
    ABOUT = "Who pays what part of a line's indemnities, where it is not one payer: the parts of a day add up to 100."
    line: Id
    payer: Id
    percent: Annotated[Hundredths, Field(gt=0, le=100_00, description="per cent of each amount")]
    first_day: Day | None = None
    last_day: Day | None = None


class Envelope(Row):
    KEY = ("payer", "first_day")
    ABOUT = "What a payer can spend from one day to another; the rule envelopes keeps to it."
    payer: Id
    first_day: Day
    last_day: Day
    amount: Annotated[Hundredths, Field(ge=0, description="euros")]


class Travel(Row):
    KEY = ("origin", "destination")
    ABOUT = "Ways, both directions, between communes and sites; from site to site in the same table."
    origin: Annotated[Id, Field(description="commune code or site id")]
    destination: Annotated[Id, Field(description="commune code or site id")]
    minutes: Annotated[Whole, Field(ge=0, le=1440)]
    km: Annotated[Number, Field(ge=0)] = 0


class SensitiveDate(Row):
    ABOUT = "Dates that count apart: Christmas, New Year, bridges. Earlier years too, for the rotation."
    name: Text
    first_day: Day
    last_day: Day


class SchoolHoliday(Row):
    ABOUT = "School holidays of the territory's zone, loaded each year from the official dates."
    name: Text
    first_day: Day
    last_day: Day


class Cost(Row):
    KEY = ("person", "counted", "count")
    ABOUT = "A price by number: so many duties, or refused wishes, cost a person so many points."
    person: Id
    counted: Literal["duties", "refused_wishes"]
    count: Annotated[Whole, Field(ge=0)]
    cost: Annotated[Whole, Field(ge=0)]


class LineCost(Row):
    KEY = ("person", "line")
    ABOUT = "A price by person and line: how little somebody likes, or is suited to, a post."
    person: Id
    line: Id
    cost: Annotated[Whole, Field(ge=0, description="points per duty")]


class Exposure(Row):
    KEY = ("person", "department")
    ABOUT = "A price by person and department: whom one would rather keep away from where. There is no column for the reason."
    person: Id
    department: Annotated[Id, Field(description="as in the table sites")]
    cost: Annotated[Whole, Field(ge=0, description="points when somebody who works is last there")]


class Published(Row):
    KEY = ("line", "date", "period", "person")
    ABOUT = "The rota already published, from which one would like to move little."
    line: Id
    date: Day
    period: Id
    person: Id


@dataclass(frozen=True)
class Tables:
    """All the rows of a scenario, each table in the order of its file.

    The fields stand in the order in which one would fill them; the five without which there is nothing to plan
    (sites, people, engagements, periods, lines) may not be empty.
    """

    sites: tuple[Site, ...] = ()
    facilities: tuple[Facility, ...] = ()
    people: tuple[Person, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    privileges: tuple[Privilege, ...] = ()
    periods: tuple[Period, ...] = ()
    lines: tuple[Line, ...] = ()
    needs: tuple[Need, ...] = ()
    group_needs: tuple[GroupNeed, ...] = ()
    absences: tuple[Absence, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    wishes: tuple[Wish, ...] = ()
    offers: tuple[Offer, ...] = ()
    limits: tuple[Limit, ...] = ()
    consents: tuple[Consent, ...] = ()
    history: tuple[Past, ...] = ()
    balances: tuple[Balance, ...] = ()
    pins: tuple[Pin, ...] = ()
    pairs: tuple[Pair, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    tariffs: tuple[Tariff, ...] = ()
    shares: tuple[Share, ...] = ()
    envelopes: tuple[Envelope, ...] = ()
    travel: tuple[Travel, ...] = ()
    sensitive_dates: tuple[SensitiveDate, ...] = ()
    school_holidays: tuple[SchoolHoliday, ...] = ()
    costs: tuple[Cost, ...] = ()
    line_costs: tuple[LineCost, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    published: tuple[Published, ...] = ()


ROW_TYPES: dict[str, type[Row]] = {name: get_args(hint)[0] for name, hint in get_type_hints(Tables).items()}
"""The row type of every table, by its name."""
REQUIRED = ("sites", "people", "engagements", "periods", "lines")
