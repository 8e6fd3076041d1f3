"""Months of a real hospital's physicians (Gross et al., *Long-term workload equality on duty schedules for physicians in
hospitals*; data under MIT, github.com/chrisnig/long-term-workload) as ordinary scenarios.

Format: ``%NAME set < a..b >``, ``%NAME < value >``, ``%NAME[J, W, D] = default indices < … >`` (index columns, then the
value). What a month asks: one duty a day per physician, only where able and present; never on two days in a row; never in
two weekends in a row; 100 per unfilled position, plus for each physician the table's cost of refused requests and of the
number of duties. Costs are fractions: they are kept whole in units of ``1 / scale``, exactly where the fractions allow it.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import lcm
from pathlib import Path

from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import Absence, Cost, Engagement, Line, Period, Person, Site, Tables, Wish
from scheduler.words import Said

HOLE = 100
"""Published cost of an unfilled position."""
TIER = "total"
SCALE_MOST = 1_000_000
"""Finest unit of cost; later months carry means of many months, whose fractions are rounded to it."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a scenario of one tier, whose value divided by ``scale`` is the published cost."""

    scenario: Scenario
    scale: int


def load_month(path: Path) -> Month:
    """Read one ``YYYY-MM-DD-W.cdat`` file: first Monday and number of weeks are in its name.

    Raises:
        ScenarioError: the file is no such month.
    """
    named = re.fullmatch(r"(\d{4}-\d{2}-\d{2})-(\d+)\.cdat", path.name)
    tables = _read(path.read_text(encoding="utf-8"))
    missing = {"d_bar_duty", "E_pos", "D_off", "g_req_on", "g_req_off", "c", "c_work"} - tables.keys()
    if not named or missing:
        said = Said(
            f"a month as YYYY-MM-DD-W.cdat was expected ({', '.join(sorted(missing)) or 'name'})",
            f"un mois AAAA-MM-JJ-S.cdat était attendu ({', '.join(sorted(missing)) or 'nom'})",
        )
        raise ScenarioError([Finding(said, path.name)])
    monday, weeks = date.fromisoformat(named[1]), int(named[2])

    def day(week: str, weekday: str) -> date:
        return monday + timedelta(days=7 * (int(week) - 1) + int(weekday) - 1)

    needed: defaultdict[str, set[int]] = defaultdict(set)
    for duty, _, number in tables["d_bar_duty"]:
        needed[duty].add(int(number))
    skills: defaultdict[str, set[str]] = defaultdict(set)
    for physician, duty, *_ in tables["E_pos"]:
        skills[physician].add(f"duty-{duty}")
    physicians = sorted({row[0] for row in (*tables["E_pos"], *tables["c_work"])}, key=int)
    off = [(f"p{j}", day(w, d)) for j, w, d, v in tables["D_off"] if float(v)]
    likes = [(f"p{j}", f"duty-{i}", day(w, d)) for j, i, w, d, v in tables["g_req_on"] if float(v)]
    avoids = [(f"p{j}", day(w, d)) for j, w, d, v in tables["g_req_off"] if float(v)]
    refusing = [("refused_wishes", j, v, _whole(cost)) for j, v, cost in tables["c"]]
    working = [("duties", j, a, _whole(cost)) for j, a, cost in tables["c_work"]]
    scale = min(SCALE_MOST, lcm(*(cost.denominator for *_, cost in (*refusing, *working))))
    rows = Tables(
        sites=(Site(id="hospital", name="Hospital", kind="public_hospital"),),
        people=tuple(Person(id=f"p{j}", name=f"Physician {j}", skills=tuple(sorted(skills[j]))) for j in physicians),
        engagements=tuple(Engagement(person=f"p{j}", site="hospital", status="consultant") for j in physicians),
        periods=(Period(id="day", name="day", start=480, end=1200),),
        lines=tuple(
            Line(
                id=f"duty-{i}",
                name=f"Duty {i}",
                modality="on_site",
                skills=(f"duty-{i}",),
                periods=("day",),
                needed=max(needed[i]),
                sites=("hospital",),
            )
            for i in sorted(needed, key=int)
        ),
        absences=tuple(Absence(person=p, first_day=d, last_day=d) for p, d in sorted(off)),
        wishes=tuple(
            Wish(person=p, wish="would_like", first_day=d, last_day=d, lines=(line,)) for p, line, d in sorted(likes)
        )
        + tuple(Wish(person=p, wish="rather_not", first_day=d, last_day=d) for p, d in sorted(avoids)),
        costs=tuple(
            Cost(person=f"p{j}", counted=counted, count=int(n), cost=round(cost * scale))
            for counted, j, n, cost in sorted((*refusing, *working), key=lambda r: (r[0], int(r[1]), int(r[2])))
        ),
    )
    if any(len(found) > 1 for found in needed.values()):
        said = Said(
            "the same number of physicians on every day was expected",
            "le même nombre de médecins chaque jour était attendu",
        )
        raise ScenarioError([Finding(said, path.name, column="d_bar_duty")])
    territory = Territory(
        name=f"Hospital month {named[1]}", first_day=monday, last_day=monday + timedelta(days=7 * weeks - 1)
    )
    rules = RuleSheet.model_validate(
        {
            "rules": [
                {"kind": "eligibility"},
                {"kind": "absence"},
                {"kind": "places"},
                {"kind": "one_place"},
                {"kind": "spacing", "days_apart": 2},
                {"kind": "weekends_in_a_row", "limit": 1},
                {"kind": "coverage", "tier": TIER, "weight": HOLE * scale, "prices": [1, 1, 1, 1, 1]},
                {"kind": "count_cost", "id": "refused", "counted": "refused_wishes", "tier": TIER},
                {"kind": "count_cost", "id": "worked", "counted": "duties", "tier": TIER},
            ]
        }
    ).rules
    tiers = (Tier(name=TIER),)
    return Month(
        Scenario(path.stem, facts_of(territory, rows), rules, tiers, digest(territory, rows, rules, tiers)), scale
    )


def _read(text: str) -> dict[str, list[list[str]]]:
    """Rows of every sparse table; the rows that only hold zeros stand for "none" and are left out."""
    tables = {}
    for part in text.split("%")[1:]:
        head, _, body = part.partition("<")
        if "indices" in head:
            rows = [line.split() for line in body.splitlines() if line.strip() not in ("", ">")]
            tables[head.split("[")[0].strip()] = [row for row in rows if set(row) != {"0"}]
    return tables


def _whole(number: str) -> Fraction:
    """The fraction behind a decimal such as 3.862857142857143 (676/175)."""
    return Fraction(number).limit_denominator(10_000)
