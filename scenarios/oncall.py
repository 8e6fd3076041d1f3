"""One person on call (MiniZinc Challenge 2013 and 2018, Julien Fischer, Opturion; data under MIT) as ordinary scenarios.

Format: MiniZinc data. ``num_staff`` people with a ``work_load`` in per cent of full time share ``num_days`` duties, five a
week: Monday, Tuesday, Wednesday, Thursday, and the weekend from Friday to Sunday as one. Duties are numbered from 1;
``weekend_offset`` o tells that the weekends are duties o+1, o+6, … Some are ``unavailable`` to a person, some ``fixed``.
What is asked: one person on every duty; never three duties in a row, a weekend and the duty before or after it, nor two
successive weekends, unless all of these are fixed. What is paid: two duties in a row (the very last two are not counted), a
weekend and the second duty before it, and the spread of weekday and of weekend duties against the work loads.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from scenarios.minizinc import Unparsable, read_dzn
from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import Absence, Engagement, Line, Period, Person, Pin, Site, Tables
from scheduler.words import Said

MONDAY = date(2018, 1, 1)
"""The Monday of the first duty's week."""
A_WEEK = 5
"""Duties of a week: four days and the weekend."""
TIERS = ("cover", "total")
"""Cover must be complete, then the published cost."""
_NAMES = (
    "num_staff",
    "num_days",
    "work_load",
    "weekend_offset",
    "unavailable",
    "fixed",
    "adj_days_str",
    "wed_before_weekend_str",
)


def load_oncall(path: Path) -> Scenario:
    """Read one ``.dzn`` file. The points of its second tier are the published cost once the first is 0.

    Raises:
        ScenarioError: the file is no such question.
    """
    given = _given(path)
    days = [_date_of(n, given["weekend_offset"]) for n in range(1, given["num_days"] + 1)]
    people = [f"s{n}" for n in range(1, given["num_staff"] + 1)]
    rows = Tables(
        sites=(Site(id="hospital", name="Hospital", kind="public_hospital"),),
        people=tuple(Person(id=person, name=f"Staff {person[1:]}") for person in people),
        engagements=tuple(
            Engagement(person=person, site="hospital", status="consultant", percent=percent)
            for person, percent in zip(people, given["work_load"], strict=True)
        ),
        periods=(
            Period(id="weekday", name="weekday", start=0, end=24 * 60, days=("mon", "tue", "wed", "thu")),
            Period(id="weekend", name="weekend", start=0, end=72 * 60, days=("fri",), points=300),
        ),
        lines=(
            Line(id="on-call", name="On call", modality="on_call", periods=("weekday", "weekend"), sites=("hospital",)),
        ),
        absences=tuple(
            Absence(person=person, first_day=days[n - 1], last_day=_last_day(days[n - 1]))
            for person, away in zip(people, given["unavailable"], strict=True)
            for n in sorted(away)
            if n <= len(days)
        ),
        pins=tuple(
            Pin(line="on-call", date=days[n - 1], period=_period(days[n - 1]), person=person)
            for person, fixed in zip(people, given["fixed"], strict=True)
            for n in sorted(fixed)
        ),
    )
    territory = Territory(name=f"On call {path.stem}", holiday_region="none", first_day=days[0], last_day=days[-1])
    rules = RuleSheet.model_validate({"rules": _rules(given)}).rules
    tiers = tuple(Tier(name=name) for name in TIERS)
    return Scenario(path.stem, facts_of(territory, rows), rules, tiers, digest(territory, rows, rules, tiers))


def _rules(given: dict[str, Any]) -> list[dict[str, Any]]:
    in_a_row, midweek = given["adj_days_str"], given["wed_before_weekend_str"]
    rules: list[dict[str, Any]] = [
        {"kind": "eligibility"},
        {"kind": "absence"},
        {"kind": "places"},
        {"kind": "successive_duties", "id": "three-in-a-row", "limit": 2, "decided_pass": True},
        {
            "kind": "successive_duties",
            "id": "successive-weekends",
            "periods": "weekend",
            "limit": 1,
            "decided_pass": True,
        },
        {"kind": "neighbours", "id": "around-weekends", "periods": "weekend", "places": (-1, 1), "decided_pass": True},
        {"kind": "pins"},
        {"kind": "coverage", "tier": "cover", "prices": (1, 1, 1, 1, 1)},
    ]
    if in_a_row:
        rules.append(
            {
                "kind": "successive_duties",
                "id": "two-in-a-row",
                "limit": 1,
                "last_counts": False,
                "weight": in_a_row,
                "tier": "total",
            }
        )
    if midweek:
        rules.append(
            {
                "kind": "neighbours",
                "id": "before-weekends",
                "periods": "weekend",
                "places": (-2,),
                "weight": midweek,
                "tier": "total",
            }
        )
    for period in ("weekday", "weekend"):
        spread = {"kind": "proportional_spread", "id": f"spread-{period}", "periods": period}
        rules.append(spread | {"by": "territory", "tier": "total"})
    return rules


def _given(path: Path) -> dict[str, Any]:
    try:
        given = read_dzn(path.read_text(encoding="utf-8"))
        missing = [name for name in _NAMES if name not in given]
    except (Unparsable, UnicodeDecodeError) as error:
        given, missing = {}, [str(error)]
    if missing:
        said = Said(
            f"data of one person on call were expected ({', '.join(missing)})",
            f"des données d'astreinte à une personne étaient attendues ({', '.join(missing)})",
        )
        raise ScenarioError([Finding(said, path.name)])
    sizes = {name: len(given[name]) for name in ("work_load", "unavailable", "fixed")}
    wrong = [name for name, size in sizes.items() if size != given["num_staff"]]
    beyond = {n for fixed in given["fixed"] for n in fixed} - set(range(1, given["num_days"] + 1))
    findings = [
        Finding(
            Said(f"{given['num_staff']} values were expected", f"{given['num_staff']} valeurs étaient attendues"),
            path.name,
            column=name,
            found=str(sizes[name]),
        )
        for name in wrong
    ]
    if beyond:
        said = Said("fixed days of the horizon were expected", "des jours fixés dans l'horizon étaient attendus")
        findings.append(Finding(said, path.name, column="fixed", found=" ".join(map(str, sorted(beyond)))))
    if findings:
        raise ScenarioError(findings)
    return given


def _date_of(number: int, weekend_offset: int) -> date:
    """The day on which a duty starts: weekends on their Friday."""
    weeks, weekday = divmod(number - 1 + (A_WEEK - 1 - weekend_offset) % A_WEEK, A_WEEK)
    return MONDAY + timedelta(days=7 * weeks + weekday)


def _last_day(first: date) -> date:
    return first + timedelta(days=2 if _period(first) == "weekend" else 0)


def _period(first: date) -> str:
    return "weekend" if first.weekday() == A_WEEK - 1 else "weekday"
