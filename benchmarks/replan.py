"""How fast a published rota answers: an absence mended, replacements for one duty, an exchange previewed.

``python -m benchmarks.replan OUT``: 130 people × 17 lines × 4 weeks, several seeds and absences; medians and the worst.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from scenarios.generated import generated
from scheduler.exchanges import exchange
from scheduler.moves import Bench, candidates
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from solver.plan import Found, Limits, plan
from solver.repair import replan

NAME, SEEDS, ABSENCES, DUTIES = "block-130x17x28", (1, 2, 3), 5, 20
BASE, MEND = Limits(30.0, 2, 1), Limits(1.0, 2, 1)
"""For the rota that is published, and for mending it (its model is written besides)."""


def measured(seed: int, name: str = NAME, base: Limits = BASE) -> list[dict[str, Any]]:
    """One rota, and what it answers; a row for each question."""
    scenario = generated(f"{name}-{seed}")
    published = plan(scenario, base)
    assert isinstance(published, Found)
    random = Random(seed)
    people = sorted({person for _, person in published.roster.assignments})
    rows = [_mended(scenario, published.roster, person) for person in random.sample(people, ABSENCES)]
    began = perf_counter()
    bench = Bench(scenario, published.roster)
    rows.append({"question": "bench", "seconds": perf_counter() - began})
    held = [duty for duty in scenario.facts.duties if published.roster.people_on(duty.id)]
    for duty in random.sample(held, DUTIES):
        began = perf_counter()
        found = candidates(bench, duty)
        rows.append({"question": "replacements", "seconds": perf_counter() - began, "free": sum(c.free for c in found)})
        giver, taker = bench.roster.people_on(duty.id)[0], found[0].person
        began = perf_counter()
        one = exchange(bench, duty.id, giver, taker)
        rows.append({"question": "exchange", "seconds": perf_counter() - began, "allowed": one.allowed})
    return [{"seed": seed, **row} for row in rows]


def _mended(scenario: Scenario, roster: Roster, person: str) -> dict[str, Any]:
    first = scenario.facts.territory.first_day
    away = Absence(person=person, first_day=first + timedelta(days=10), last_day=first + timedelta(days=20))
    began = perf_counter()
    found = replan(scenario, roster, MEND, absences=[away], frozen_until=first + timedelta(days=9))
    seconds = perf_counter() - began
    tiers = found.outcome.tiers if isinstance(found.outcome, Found) else ()
    return {
        "question": "replan",
        "seconds": seconds,
        "changes": found.changes,
        "proved": found.proved,
        "cover_proved": bool(tiers) and tiers[0].proven,
    }


def main(out: Path) -> None:
    """Measure, write ``replan.json`` and say the medians and the worst."""
    rows = [row for seed in SEEDS for row in measured(seed)]
    out.mkdir(parents=True, exist_ok=True)
    (out / "replan.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    for question in ("replan", "replacements", "exchange"):
        seconds = [row["seconds"] for row in rows if row["question"] == question]
        sys.stdout.write(f"{question}: median {median(seconds):.3f} s, worst {max(seconds):.3f} s, of {len(seconds)}\n")
    mended = [row for row in rows if row["question"] == "replan"]
    proved = sum(row["proved"] and row["cover_proved"] for row in mended)
    sys.stdout.write(f"fewest changes and cover proved: {proved} of {len(mended)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
