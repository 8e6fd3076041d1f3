"""How much sooner a slightly changed question is answered from the last rota: ``python -m benchmarks.warm OUT``.

Drawn blocks, several seeds: the rota is made; then somebody is away for a week in the middle. That is solved from nothing, and
from the rota that was there: seconds until every tier is proved, and until the first rota that is as good in cover.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from scenarios.generated import generated
from scheduler.roster import Roster
from scheduler.scenario import Scenario
from scheduler.tables import Absence
from scheduler.variants import revised
from solver.plan import Found, Limits, Progress, plan

BLOCKS, SEEDS, LIMIT_S, AWAY_DAYS = ("block-24x5x28",), (1, 2, 3), 60.0, 7


def away(scenario: Scenario, held: Roster) -> Scenario:
    """The same, with whoever holds most duties away for a week in the middle."""
    territory = scenario.facts.territory
    first = territory.first_day + (territory.last_day - territory.first_day) // 2
    person = max(scenario.facts.person_by_id, key=lambda one: (len(held.duties_of(one)), one))
    absence = Absence(person=person, first_day=first, last_day=first + timedelta(days=AWAY_DAYS - 1))
    return revised(scenario, tables={"absences": [*scenario.facts.tables.absences, absence]})


def solved(scenario: Scenario, seed: int, start: Roster | None) -> tuple[Found, list[Progress]]:
    """A solve with two workers, and what it told on the way.

    Raises:
        RuntimeError: there is no rota.
    """
    told: list[Progress] = []
    found = plan(scenario, Limits(LIMIT_S, 2, seed), told.append, start)
    if not isinstance(found, Found):
        raise RuntimeError("no rota")
    return found, told


def compared(block: str, seed: int) -> dict[str, Any]:
    """Seconds from nothing and from the last rota, and their ratios."""
    scenario = generated(f"{block}-{seed}")
    before, _ = solved(scenario, seed, None)
    changed = away(scenario, before.roster)
    found: dict[str, Any] = {"instance": f"{block}-{seed}"}
    cold, warm = solved(changed, seed, None), solved(changed, seed, before.roster)
    aim = max(outcome.tiers[0].value for outcome, _ in (cold, warm))
    for name, (outcome, told) in (("cold", cold), ("warm", warm)):
        tier = outcome.tiers[0].name
        found[name] = {
            "proved": all(one.proven for one in outcome.tiers),
            "seconds": round(outcome.timing.total, 2),
            "cover_seconds": round(next(one.seconds for one in told if one.tier == tier and one.value <= aim), 2),
            "tiers": [[one.value, one.bound] for one in outcome.tiers],
        }
    for what in ("seconds", "cover_seconds"):
        found[f"ratio_{what}"] = round(found["cold"][what] / found["warm"][what], 2)
    return found


def main(out: Path) -> None:
    """Measure, write ``warm.json`` and say it."""
    rows = [compared(block, seed) for block in BLOCKS for seed in SEEDS]
    medians = {what: median(row[f"ratio_{what}"] for row in rows) for what in ("seconds", "cover_seconds")}
    out.mkdir(parents=True, exist_ok=True)
    (out / "warm.json").write_text(json.dumps({"rows": rows, "medians": medians}, indent=1) + "\n", encoding="utf-8")
    for row in rows:
        sys.stdout.write(f"{json.dumps(row)}\n")
    sys.stdout.write(f"{json.dumps(medians)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
