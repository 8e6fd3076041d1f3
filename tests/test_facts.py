"""Days, periods and instants: the borders where calendars bite."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.calendar import GOOD_FRIDAY, known_region
from scheduler.cells import read_days
from scheduler.consistency import findings_of, finess_ok, rpps_ok
from scheduler.facts import Territory, calendar_of, hosts
from scheduler.fairness import fair_shares, presence
from scheduler.sketch import drawn
from scheduler.tables import Line, Site, Tables
from scheduler.words import said_day, said_hundredths


def calendar(region="FR", **tables):
    territory = Territory(name="t", holiday_region=region, first_day="2027-01-01", last_day="2027-12-31")
    return calendar_of(territory, Tables(**tables))


def test_a_holiday_on_a_saturday_is_a_holiday():
    days = calendar()
    assert days.matches(date(2027, 5, 8), ("sun", "hol"))
    assert not days.matches(date(2027, 5, 8), ("sat",))
    assert days.matches(date(2027, 5, 15), ("sat",))


@pytest.mark.parametrize(
    ("day", "bridge"),
    [
        (date(2026, 7, 13), True),  # Monday before Tuesday 14 July
        (date(2027, 5, 7), True),  # Friday after Ascension on Thursday 6 May
        (date(2026, 5, 16), True),  # Saturday after Ascension on Thursday 14 May
        (date(2027, 5, 8), False),  # the Saturday after it is itself a holiday
        (date(2027, 5, 10), False),
        (date(2026, 5, 4), False),  # Monday before a Friday holiday
    ],
)
def test_bridge_days_are_the_monday_before_and_the_friday_and_saturday_after(day, bridge):
    assert calendar().is_bridge(day) is bridge


def test_alsace_moselle_has_its_two_days_more_and_good_friday_only_where_a_site_says_so():
    for region in ("57", "67", "68", "6AE"):
        assert date(2026, 12, 26) in calendar(region).holiday_by_day
        assert date(2027, 3, 26) not in calendar(region).holiday_by_day
    assert date(2026, 12, 26) not in calendar().holiday_by_day
    site = Site(id="s", name="s", kind="surgery", good_friday=True)
    assert calendar(sites=(site,)).holiday_by_day[date(2027, 3, 26)] == GOOD_FRIDAY
    assert date(2027, 3, 26) not in calendar().holiday_by_day


@pytest.mark.parametrize("region", ["FR", "57", "67", "68", "6AE", "971", "974"])
def test_regions_with_holidays_of_their_own_are_known(region):
    assert known_region(region)


def test_grand_est_is_refused_because_it_would_lose_the_days_of_alsace_moselle():
    assert not known_region("GES")


@pytest.mark.parametrize(
    ("first", "hours"),
    [(date(2027, 3, 26), 12), (date(2027, 3, 27), 11), (date(2027, 3, 28), 12), (date(2027, 10, 30), 13)],
)
def test_the_night_the_clocks_change_lasts_11_or_13_hours(first, hours):
    facts, _ = drawn("Ana N", first_drawn=first)
    (night,) = [d for d in facts.duties if d.line == "N"]
    assert night.end - night.start == timedelta(hours=hours)
    assert night.worked_minutes == hours * 60
    assert night.start.tzinfo == UTC


def test_a_deep_night_belongs_to_the_evening_before():
    facts, _ = drawn("Ana N", {"periods": [{"id": "night", "start": "24:00", "end": "32:00"}]})
    (night,) = [d for d in facts.duties if d.line == "N"]
    assert night.date == date(2027, 3, 1)
    assert night.start == datetime(2027, 3, 1, 23, tzinfo=UTC)


def test_a_line_alternates_by_iso_week_and_the_first_site_has_the_odd_ones():
    line = Line(id="l", name="l", modality="on_call", periods="night", sites="H K", site_choice="alternate")
    assert hosts(line, date(2027, 1, 3)) == ("H",)  # Sunday of week 53 of 2026
    assert hosts(line, date(2027, 1, 4)) == ("H",)  # Monday of week 1
    assert hosts(line, date(2027, 1, 11)) == ("K",)


def people_asked(needs, **line):
    """(needed, wished) of line D, which wishes 3 and needs 1 of its own, on six days from Monday 1 March 2027."""
    lines = [{"id": "D", "needed": "1", **line}]
    facts, _ = drawn("Ana . . . . . .", {"lines": lines, "needs": [{"line": "D", **row} for row in needs]})
    return [(d.needed, d.wished) for d in facts.duties if d.line == "D"]


def test_without_a_row_of_needs_a_duty_needs_what_its_line_says():
    assert people_asked([]) == [(1, 3)] * 6
    assert people_asked([{"line": "N", "needed": "7"}]) == [(1, 3)] * 6


def test_a_need_of_one_day_of_a_span_and_of_weekdays():
    one_day = {"first_day": "2027-03-02", "last_day": "2027-03-02", "needed": "0"}
    span = {"first_day": "2027-03-04", "needed": "2", "wished": "5"}
    weekdays = {"days": "mon", "needed": "999"}
    assert people_asked([one_day, span, weekdays]) == [(999, 999), (0, 0), (1, 3), (2, 5), (2, 5), (2, 5)]


def test_the_last_row_of_needs_that_speaks_of_a_duty_holds():
    one_day = {"first_day": "2027-03-02", "last_day": "2027-03-02"}
    every_day = {"needed": "4"}
    assert people_asked([{**one_day, "needed": "2"}, every_day]) == [(4, 4)] * 6
    assert people_asked([every_day, {**one_day, "needed": "2"}]) == [(4, 4), (2, 2)] + [(4, 4)] * 4
    assert people_asked([{**one_day, "needed": "2"}, {**one_day, "needed": "3"}])[1] == (3, 3)
    assert people_asked([{"needed": "2"}, {"days": "tue", "needed": "3"}, {"days": "mon", "needed": "5"}])[:3] == [
        (5, 5),
        (3, 3),
        (2, 2),
    ]


def test_a_need_may_be_of_some_periods_and_of_one_weekday_only():
    needs = [
        {"periods": "day", "first_day": "2027-03-01", "last_day": "2027-03-01", "needed": "2"},
        {"periods": "afternoon", "first_day": "2027-03-01", "last_day": "2027-03-01", "needed": "7"},
        {"first_day": "2027-03-02", "last_day": "2027-03-02", "days": "mon", "needed": "9"},
    ]
    assert people_asked(needs)[:2] == [(2, 2), (1, 3)]


def test_needs_and_limits_that_contradict_themselves_are_found():
    facts, _ = drawn(
        "Ana .",
        {
            "needs": [{"line": "D", "needed": "2", "wished": "1"}, {"line": "D", "needed": "1", "wished": "1"}],
            "limits": [
                {"person": "Ana", "counted": "duties", "least": "2", "most": "1"},
                {"person": "Ana", "counted": "duties"},
                {"person": "Ana", "counted": "duties", "most": "0"},
            ],
        },
    )
    found = findings_of(facts.territory, facts.tables, (), {})
    errors = [(f.where, f.row, f.column) for f in found if f.severity == "error"]
    assert errors == [("needs", 2, "wished"), ("limits", 2, "most"), ("limits", 3, "least")]


def test_a_line_that_only_the_table_needs_asks_for_must_have_somebody_who_may_hold_it():
    tables = {"lines": [{"id": "D", "needed": "0", "skills": "rare"}], "needs": [{"line": "D", "needed": "1"}]}
    facts, _ = drawn("Ana .", tables)
    errors = [f for f in findings_of(facts.territory, facts.tables, (), {}) if f.severity == "error"]
    assert [(f.where, f.found) for f in errors] == [("lines", "D")]


def test_patterns_of_days_are_read_in_both_languages():
    assert read_days("lun-ven fer") == read_days("mon-fri, hol") == ("mon", "tue", "wed", "thu", "fri", "hol")


@pytest.mark.parametrize("number", ["10002909371", "10000000009", "10101010105"])
def test_rpps_numbers_with_a_good_key(number):
    assert rpps_ok(number)


@pytest.mark.parametrize("number", ["10002909372", "1000290937", "100029093711", "1000290937a", ""])
def test_rpps_numbers_with_a_bad_one(number):
    assert not rpps_ok(number)


def test_finess_numbers_of_corsica_count_their_letter():
    assert all(finess_ok(n) for n in ("330781196", "540002698", "580008803", "750712184", "950047225", "2B0000012"))
    assert not any(finess_ok(n) for n in ("330781197", "2B0000013", "33078119", "33078119Z"))


def test_fair_shares_follow_fraction_presence_and_skill_and_add_up():
    lines = {"lines": [{"id": "D", "needed": "1"}, {"id": "N", "needed": "1", "skills": "night"}]}
    facts, _ = drawn(
        "Ana . . . . . .\nBob . . . . . .\nCid . . . . . .",
        {
            **lines,
            "people": [{"id": "Ana", "skills": "night"}],
            "engagements": [{"person": "Bob", "percent": "50"}],
            "absences": [{"person": "Cid", "first_day": "2027-03-01", "last_day": "2027-03-03"}],
        },
    )
    assert presence(facts) == {"Ana": 600, "Bob": 300, "Cid": 300}
    shares = fair_shares(facts)
    assert shares["nights"] == {"Ana": 600, "Bob": 0, "Cid": 0}
    # Ana, alone with the nights, leaves the days to the others, who share them evenly.
    assert sum(shares["points"].values()) in (1199, 1200, 1201)
    assert shares["points"] == pytest.approx({"Ana": 600, "Bob": 300, "Cid": 300}, abs=5)


def test_an_offer_of_few_duties_caps_the_fair_share():
    month = " ".join("." * 30)
    facts, _ = drawn(
        f"Ana {month}\nBob {month}",
        {"lines": [{"id": "D", "needed": "1"}], "offers": [{"person": "Ana", "duties_per_month": "3"}]},
    )
    shares = fair_shares(facts)["points"]
    assert abs(shares["Ana"] - 300) <= 10
    assert shares["Ana"] + shares["Bob"] == 3000


def test_who_is_exempt_from_nights_has_no_share_of_them_and_all_the_more_days():
    facts, _ = drawn(
        "Ana . .\nBob . .",
        {
            "lines": [{"id": "D", "needed": "1"}, {"id": "N", "needed": "1"}],
            "exemptions": [{"person": "Ana", "nights_only": "yes"}],
        },
    )
    shares = fair_shares(facts)
    assert shares["nights"] == {"Ana": 0, "Bob": 200}
    assert shares["points"] == pytest.approx({"Ana": 200, "Bob": 200}, abs=3)


def test_numbers_and_days_are_said_in_both_languages():
    assert (said_hundredths(123450).en, said_hundredths(1450).fr) == ("1,234.5", "14,5")
    assert (said_day(date(2027, 5, 1)).en, said_day(date(2027, 5, 1)).fr) == ("Sat 1 May 2027", "sam. 1 mai 2027")
