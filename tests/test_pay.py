"""Money to the cent: a month worked out by hand, payers, additional time, what cannot be priced, what really happened."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.grids import grid_of
from scheduler.actuals import Actual, Counting, done_of
from scheduler.facts import Territory, facts_of
from scheduler.findings import ScenarioError
from scheduler.frames import STATEMENT, held_frame, service_frame, statement_frame
from scheduler.pay import WHOLE, priced, split, statement_of
from scheduler.roster import roster_of
from scheduler.rules import ALL
from scheduler.scenario import Scenario
from scheduler.service import service_table
from scheduler.sketch import drawn
from scheduler.tables import ROW_TYPES, Tables

TEN = (
    # person, status, home site, service_halves
    ("ana", "consultant", "ch", "8"),
    ("bob", "contract", "ch", ""),
    ("cleo", "university", "ch", ""),
    ("dan", "resident", "ch", ""),
    ("eve", "private", "clinic", ""),
    ("fay", "private", "clinic", ""),
    ("gil", "private", "mmg", ""),
    ("hal", "locum", "ch", ""),
    ("ida", "assistant", "ch", ""),
    ("joe", "solidarity", "ch", ""),
)
LINES = (
    # id, modality, periods, sites, scheme, flat_fee
    ("garde", "on_site", "night sunday saturday early", "ch", "pdses", ""),
    ("call", "on_call", "night sunday saturday early", "clinic", "pdses", ""),
    ("heavy", "on_call", "night sunday saturday", "ch", "pdses", "heavy"),
    ("mmg", "session", "early saturday sunday", "mmg", "pdsa", ""),
    ("triage", "session", "early saturday", "mmg", "triage", ""),
)
PERIODS = (
    ("night", "20:00", "08:00", "whole_night", "yes"),
    ("early", "20:00", "24:00", "early_night", ""),
    ("saturday", "12:00", "20:00", "saturday_afternoon", ""),
    ("sunday", "08:00", "20:00", "day", ""),
)


def world(first, last, tariffs, **tables):
    rows = {
        "sites": [
            {"id": "ch", "name": "CH", "kind": "public_hospital"},
            {"id": "clinic", "name": "Clinic", "kind": "private_clinic"},
            {"id": "mmg", "name": "MMG", "kind": "health_centre"},
        ],
        "people": [{"id": p, "name": p.title()} for p, *_ in TEN],
        "engagements": [
            {"person": p, "site": site, "status": status, "service_halves": halves, "extra_time": "yes"}
            for p, status, site, halves in TEN
        ],
        "periods": [
            {"id": i, "name": i, "start": s, "end": e, "pay": pay, "night": night} for i, s, e, pay, night in PERIODS
        ],
        "lines": [
            {"id": i, "name": i, "modality": m, "periods": p, "sites": s, "scheme": scheme, "flat_fee": fee}
            for i, m, p, s, scheme, fee in LINES
        ],
        **tables,
    }
    clean = {
        name: tuple(ROW_TYPES[name].model_validate({k: v for k, v in row.items() if v != ""}) for row in found)
        for name, found in rows.items()
    }
    territory = Territory(name="ten", first_day=first, last_day=last)
    return facts_of(territory, Tables(**clean, tariffs=tuple(tariffs)))


def held(*rows):
    return roster_of([(f"{line}.{day}.{period}", person) for person, line, period, day in rows])


MARCH = held(
    # Ana, 8 half-periods within: five nights are ten, two beyond = one period of additional time
    *(("ana", "garde", "night", f"2027-03-{day:02d}") for day in (1, 5, 9, 15, 22)),
    ("bob", "garde", "sunday", "2027-03-07"),
    ("bob", "garde", "saturday", "2027-03-06"),
    ("bob", "call", "night", "2027-03-10"),
    ("cleo", "garde", "night", "2027-03-02"),
    ("cleo", "garde", "saturday", "2027-03-13"),
    ("dan", "garde", "night", "2027-03-03"),
    ("dan", "garde", "night", "2027-03-06"),
    ("dan", "garde", "night", "2027-03-29"),
    ("eve", "garde", "night", "2027-03-04"),
    ("eve", "call", "night", "2027-03-05"),
    ("eve", "call", "saturday", "2027-03-20"),
    ("fay", "garde", "early", "2027-03-08"),
    ("fay", "call", "sunday", "2027-03-14"),
    ("gil", "mmg", "early", "2027-03-01"),
    ("gil", "mmg", "sunday", "2027-03-21"),
    ("gil", "triage", "saturday", "2027-03-27"),
    ("hal", "garde", "night", "2027-03-11"),
    ("ida", "heavy", "night", "2027-03-12"),
    ("ida", "heavy", "saturday", "2027-03-13"),
    ("joe", "garde", "night", "2027-03-16"),
    ("joe", "garde", "sunday", "2027-03-28"),
)
BY_HAND = {
    "ana": 5 * 422_03 + 335_60,
    "bob": 422_03 + 211_01 + 140_00,
    "cleo": 755_81 + 253_20,
    # Wednesday, Saturday, Easter Monday
    "dan": 234_80 + 256_86 + 256_86,
    "eve": 422_00 + 150_00 + 100_00,
    "fay": 141_00 + 150_00,
    # 60 and 180 of the regional specifications; eight hours of triage at 70
    "gil": 60_00 + 180_00 + 8 * 70_00,
    # half of the 24 h ceiling
    "hal": 1340_50,
    "ida": 280_00 + 140_00,
    # a Tuesday night and a Sunday: half of 1,441 and of 1,709
    "joe": 720_50 + 854_50,
}


def test_a_month_of_ten_people_agrees_with_the_one_worked_out_by_hand():
    facts = world(date(2027, 3, 1), date(2027, 3, 31), grid_of("from-2025-11"))
    statement = priced(facts, MARCH)
    assert {person: cents for (person,), cents in statement.by("person").items()} == BY_HAND
    for columns in (("site",), ("payer",), ("line",), ("period",), ("person", "payer", "date")):
        assert sum(statement.by(*columns).values()) == sum(BY_HAND.values()) == statement.cents
    assert all(item.tariff.legal_ref for item in statement.items)
    (extra,) = [item for item in statement.items if item.kind == "additional_time"]
    assert (extra.person, extra.halves, extra.cents, extra.payer) == ("ana", 2, 335_60, "ch")


def test_the_same_duties_across_the_first_of_november_2025():
    """The last nights of the old texts, the first of the new ones; the amounts are those in force on each date."""
    old = [
        row.model_copy(update={"valid_from": date(2013, 1, 1), "valid_to": date(2025, 10, 31)})
        for row in grid_of("before-2025-11")
    ]
    new = [row.model_copy(update={"valid_from": date(2025, 11, 1)}) for row in grid_of("from-2025-11")]
    facts = world(date(2025, 10, 25), date(2025, 11, 5), [*old, *new])
    roster = held(
        ("eve", "garde", "night", "2025-10-31"),
        ("fay", "garde", "night", "2025-11-01"),
        ("bob", "call", "night", "2025-10-31"),
        ("ida", "call", "night", "2025-11-01"),
        # the night of 25 to 26 October has 13 hours; an indemnity is of the period, triage is of the hour
        ("ana", "garde", "night", "2025-10-25"),
        ("gil", "triage", "saturday", "2025-10-25"),
        # 1 November 2025 is a Saturday and a holiday: a resident's night pays as one
        ("dan", "garde", "night", "2025-11-01"),
    )
    by_person = {person: cents for (person,), cents in priced(facts, roster).by("person").items()}
    assert by_person == {
        "eve": 229_00,
        "fay": 422_00,
        "bob": 67_19,
        "ida": 140_00,
        "ana": 422_03,
        "gil": 560_00,
        "dan": 256_86,
    }


def test_an_odd_half_period_beyond_pays_a_half():
    facts = world(date(2027, 3, 1), date(2027, 3, 31), grid_of("from-2025-11"))
    nights = [("ana", "garde", "night", f"2027-03-{day:02d}") for day in (1, 5, 9, 15)]
    within = priced(facts, held(*nights)).cents
    assert within == 4 * 422_03
    saturday = ("ana", "garde", "saturday", "2027-03-20")
    assert priced(facts, held(*nights, saturday)).cents == within + 211_01 + 167_79
    # the month after starts anew
    facts = world(date(2027, 3, 1), date(2027, 4, 30), grid_of("from-2025-11"))
    april = ("ana", "garde", "night", "2027-04-02")
    assert priced(facts, held(*nights, april)).cents == 5 * 422_03


def test_without_a_contract_additional_time_is_a_finding_and_not_free():
    facts = world(
        date(2027, 3, 1),
        date(2027, 3, 31),
        grid_of("from-2025-11"),
        engagements=[{"person": "ana", "site": "ch", "status": "consultant", "service_halves": "1"}],
    )
    with pytest.raises(ScenarioError) as refused:
        priced(facts, held(("ana", "garde", "night", "2027-03-01")))
    (finding,) = refused.value.findings
    assert "1 half-periods beyond" in finding.to("en")


def test_what_no_tariff_prices_is_listed_all_at_once_and_never_free():
    facts = world(date(2027, 3, 1), date(2027, 3, 31), [r for r in grid_of("from-2025-11") if r.scheme == "pdsa"])
    with pytest.raises(ScenarioError) as refused:
        priced(facts, MARCH)
    told = [finding.to("en") for finding in refused.value.findings]
    assert any(
        "pdses consultant on_site whole_night" in text and "5 times from 2027-03-01 to 2027-03-22" in text
        for text in told
    )
    assert any("triage private session saturday_afternoon" in text for text in told)
    assert not any("pdsa" in text for text in told)
    statement = statement_of(facts, MARCH)
    assert statement.cents == 240_00
    assert len(statement.unpriced) == len(MARCH.assignments) - 2 + 1


@given(st.integers(0, 10**7), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_parts_of_an_amount_add_up_to_the_cent(cents, weights):
    total = sum(weights)
    percents = [WHOLE * w // total for w in weights]
    percents[0] += WHOLE - sum(percents)
    parts = split(cents, [(str(n), percent) for n, percent in enumerate(percents)])
    assert sum(part for _, part in parts) == cents
    assert all(abs(part * WHOLE - cents * percent) < WHOLE for (_, part), percent in zip(parts, percents, strict=True))


def test_shares_hold_from_their_first_day_to_their_last():
    facts = world(
        date(2027, 3, 1),
        date(2027, 3, 31),
        grid_of("from-2025-11"),
        shares=[
            {"line": "garde", "payer": "ars", "percent": "66.67", "first_day": "2027-03-05", "last_day": "2027-03-09"},
            {"line": "garde", "payer": "ch", "percent": "33.33", "first_day": "2027-03-05", "last_day": "2027-03-09"},
        ],
    )
    nights = held(*(("bob", "garde", "night", f"2027-03-{day:02d}") for day in (4, 5, 9, 10)))
    # 422.03 × 0.6667 = 281.3674 and × 0.3333 = 140.6626: the cent left over goes to the larger remainder
    assert statement_of(facts, nights).by("payer") == {("ars",): 2 * 281_37, ("ch",): 2 * 140_66, ("fund",): 2 * 422_03}


def test_the_frames_say_what_the_statement_says():
    facts = world(date(2027, 3, 1), date(2027, 3, 31), grid_of("from-2025-11"))
    frame = statement_frame(facts, statement_of(facts, MARCH))
    assert list(frame.columns) == list(STATEMENT)
    assert frame["cents"].sum() == sum(BY_HAND.values())
    service = service_frame(facts, MARCH).set_index("person")
    assert service.loc["ana", ["on_site", "halves", "obligations", "additional"]].tolist() == [5, 10, 8, 2]
    assert len(held_frame(facts, MARCH)) == len(MARCH.assignments)


def test_hours_of_the_service_table_are_real_hours():
    """Easter Monday's night begins on the holiday; the night of 27 March has 11 hours."""
    facts = world(date(2027, 3, 1), date(2027, 3, 31), grid_of("from-2025-11"))
    (row,) = service_table(facts, held(("ana", "garde", "night", "2027-03-27")))
    assert (row.minutes, row.night_minutes, row.sunday_minutes) == (11 * 60, 11 * 60, 7 * 60)
    (row,) = service_table(facts, held(("ana", "garde", "night", "2027-03-29")))
    assert (row.minutes, row.sunday_minutes) == (12 * 60, 4 * 60)
    (row,) = service_table(facts, held(("ana", "garde", "sunday", "2027-03-07")))
    assert (row.night_minutes, row.sunday_minutes) == (0, 12 * 60)


# What really happened


def actual(person, line, period, day, what, start=None, end=None):
    row = {"person": person, "line": line, "period": period, "date": day, "what": what, "start": start, "end": end}
    return Actual.model_validate({key: value for key, value in row.items() if value is not None})


def question(facts):
    return Scenario("ten", facts, ())


@pytest.fixture
def march():
    return world(date(2027, 3, 1), date(2027, 3, 31), grid_of("from-2025-11"))


def test_somebody_else_held_it_and_the_money_moves(march):
    planned = held(("bob", "garde", "night", "2027-03-02"), ("bob", "call", "night", "2027-03-05"))
    rows = [
        actual("bob", "garde", "night", "2027-03-02", "not_held"),
        actual("cleo", "garde", "night", "2027-03-02", "held"),
    ]
    done = done_of(question(march), planned, rows)
    assert {(d.person, d.planned, d.done) for d in done.differences} == {("bob", 562_03, 140_00), ("cleo", 0, 755_81)}
    assert done.statement.cents == 755_81 + 140_00


@pytest.mark.parametrize(("ended", "short"), [("33:00", False), ("33:01", True)])
def test_rest_is_counted_from_the_end_of_the_last_call_in(march, ended, short):
    """On call in the night of 2 March, on site on the evening of the 3rd: eleven hours before 20:00 is 9:00."""
    planned = held(("bob", "call", "night", "2027-03-02"), ("bob", "garde", "night", "2027-03-03"))
    rows = [
        actual("bob", "call", "night", "2027-03-02", "call_in", "22:00", "23:00"),
        actual("bob", "call", "night", "2027-03-02", "call_in", "31:00", ended),
    ]
    done = done_of(question(march), planned, rows)
    assert [(r.person, r.minutes, r.needed) for r in done.short_rests] == ([("bob", 659, 660)] if short else [])


def test_call_ins_count_for_half_days_over_four_months(march):
    """Travel is a flat hour each, two at most an on-call duty and one for a half; a duty counts two half-days at most."""
    planned = held(
        ("bob", "call", "night", "2027-03-02"),
        ("bob", "call", "night", "2027-03-09"),
        ("bob", "call", "saturday", "2027-03-13"),
    )
    rows = [
        *(actual("bob", "call", "night", "2027-03-02", "call_in", f"{h}:00", f"{h}:30") for h in (20, 22, 24)),
        actual("bob", "call", "night", "2027-03-09", "call_in", "20:00", "31:00"),
        *(actual("bob", "call", "saturday", "2027-03-13", "call_in", f"{h}:00", f"{h}:20") for h in (13, 15)),
    ]
    done = done_of(question(march), planned, rows)
    of_duty = {duty: minutes for (_, duty), minutes in done.call_in_minutes.items()}
    assert of_duty == {
        "call.2027-03-02.night": 90 + 120,
        "call.2027-03-09.night": 600,
        "call.2027-03-13.saturday": 40 + 60,
    }
    (count,) = done.half_days
    assert (count.months, count.minutes, count.half_days) == ("2027-01..04", 910, 3)


@pytest.mark.parametrize(("ended", "half_days"), [("23:00", 1), ("22:59", 0)])
def test_a_single_long_call_in_is_a_half_day_by_exception(march, ended, half_days):
    planned = held(("bob", "call", "night", "2027-03-02"))
    rows = [actual("bob", "call", "night", "2027-03-02", "call_in", "20:00", ended)]
    (count,) = done_of(question(march), planned, rows, Counting(short_half_day=3)).half_days
    assert count.half_days == half_days


def test_actuals_that_fit_nothing_are_listed_all_at_once(march):
    planned = held(("bob", "call", "night", "2027-03-02"), ("ana", "garde", "night", "2027-03-02"))
    rows = [
        actual("bob", "call", "night", "2027-04-02", "call_in", "20:00", "21:00"),
        actual("bobb", "call", "night", "2027-03-02", "call_in", "20:00", "21:00"),
        actual("eve", "call", "night", "2027-03-02", "call_in", "20:00", "21:00"),
        actual("bob", "call", "night", "2027-03-02", "call_in", "21:00", "21:00"),
        actual("ana", "garde", "night", "2027-03-02", "call_in", "21:00", "22:00"),
        actual("bob", "call", "night", "2027-03-02", "held"),
    ]
    with pytest.raises(ScenarioError) as refused:
        done_of(question(march), planned, rows)
    assert [finding.row for finding in refused.value.findings] == [2, 3, 4, 5, 6, 7]
    assert refused.value.findings[1].maybe == "bob"


def test_every_priced_duty_of_a_drawing_is_what_money_counts():
    money = next(rule for rule in ALL if rule.model_fields["kind"].default == "money")
    for example in money.examples:
        facts, roster = drawn(example.drawing, example.tables, example.first_drawn)
        assert statement_of(facts, roster).cents == example.breaches
