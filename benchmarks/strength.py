"""What each rule says to the linear relaxation: ``python -m benchmarks.strength OUT [DATA]``.

The relaxation of each tier by itself, with all rules of a scenario and without each of them in turn. A rule whose absence moves
nothing is either never in the way there, or says nothing to the relaxation: then only whole numbers, or schedules, know of it.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.registry import family
from scenarios.generated import generated
from scenarios.load import load
from scheduler.rules.base import Rule
from scheduler.scenario import Scenario
from solver import linear
from solver.board import Board

DRAWN = ("block-24x5x28-1", "block-60x10x28-1")
SHIPPED = ("prevention-bus",)
PUBLIC = (("curtois", "Instance5"), ("curtois", "Instance8"), ("inrc2", "n005w4_0_1-2-3-3"))
GUARD_S = 120.0
SHIPPED_FROM = Path(__file__).parent.parent / "scenarios" / "data"


def scenarios(data: Path | None) -> Iterator[tuple[str, Scenario]]:
    """Drawn and shipped ones, and with a folder of public instances some of those."""
    yield from ((name, generated(name)) for name in DRAWN)
    yield from ((name, load(SHIPPED_FROM / name)) for name in SHIPPED)
    if data is not None:
        yield from ((name, family(of).load(data, name).scenario) for of, name in PUBLIC)


def relaxed(scenario: Scenario) -> dict[str, float | None]:
    """The relaxation's value of every tier; None where it was not solved in time."""
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    found: dict[str, float | None] = {}
    for tier in board.model.goals:
        answer = linear.relax(board.model.problem(tier), time_limit_s=GUARD_S)
        found[tier] = None if answer is None else round(answer.exact, 3)
    return found


def strength(scenario: Scenario) -> dict[str, dict[str, float | None]]:
    """With all rules (under an empty name), and without each of those that could be in the way."""
    found = {"": relaxed(scenario)}
    for rule in scenario.rules:
        if rule.enabled:
            others = tuple(other for other in scenario.rules if other is not rule)
            found[name_of(rule, scenario)] = relaxed(replace(scenario, rules=others))
    return found


def name_of(rule: Rule, scenario: Scenario) -> str:
    """Its id or its kind, numbered where several are called so."""
    name = rule.id or rule.kind
    alike = [other for other in scenario.rules if (other.id or other.kind) == name]
    return name if len(alike) == 1 else f"{name} {1 + [other is rule for other in alike].index(True)}"


def table(name: str, found: dict[str, dict[str, float | None]]) -> Iterator[str]:
    """The tiers that some rule moves, as lines of Markdown; rules that move none are named below."""
    whole = found[""]
    moved = [tier for tier in whole if any(row[tier] != whole[tier] for row in found.values())]
    yield f"| {name}, without | {' | '.join(moved)} |"
    yield f"|---|{'--:|' * len(moved)}"
    yield f"| nothing | {' | '.join(_said(whole[tier]) for tier in moved)} |"
    still = []
    for rule, row in found.items():
        if rule and all(row[tier] == whole[tier] for tier in moved):
            still.append(rule)
        elif rule:
            cells = [_said(row[tier]) if row[tier] != whole[tier] else "·" for tier in moved]
            yield f"| `{rule}` | {' | '.join(cells)} |"
    if still:
        yield ""
        yield f"Nothing moves without {', '.join(f'`{rule}`' for rule in still)}."


def _said(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def main(out: Path, data: Path | None = None) -> None:
    """Measure, write ``strength.json`` and ``strength.md``."""
    every, lines = {}, []
    for name, scenario in scenarios(data):
        every[name] = strength(scenario)
        lines += [*table(name, every[name]), ""]
    out.mkdir(parents=True, exist_ok=True)
    (out / "strength.json").write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")
    (out / "strength.md").write_text("\n".join(lines), encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
