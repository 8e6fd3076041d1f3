"""One variant solved and put into figures; many of them side by side, each written down as soon as it is known."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from scheduler.figures import Figures, figures_of
from scheduler.roster import Roster
from scheduler.scenario import Scenario, Tier
from scheduler.variants import revised
from solver.orphans import end_with_parent
from solver.plan import Found, Impossible, Limits, plan


@dataclass(frozen=True, slots=True)
class Solved:
    """What became of one variant. ``figures`` and ``roster`` are None when there is no rota."""

    name: str
    status: str
    """found, impossible or out_of_time."""
    figures: Figures | None
    roster: Roster | None
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """A scenario under a name that tells it from the others."""

    name: str
    scenario: Scenario


def solved(variant: Variant, limits: Limits, start: Roster | None = None) -> Solved:
    """Solve one variant."""
    outcome = plan(variant.scenario, limits, None, start)
    if not isinstance(outcome, Found):
        return Solved(variant.name, "impossible" if isinstance(outcome, Impossible) else "out_of_time", None, None)
    bounds = {tier.name: tier.bound for tier in outcome.tiers}
    figures = figures_of(variant.scenario, outcome.roster, outcome.verdict, bounds, limits.seed)
    return Solved(variant.name, "found", figures, outcome.roster, variant.scenario)


def solve_all(
    variants: Iterable[Variant],
    limits: Limits,
    *,
    processes: int = 1,
    folder: Path | None = None,
    start: Roster | None = None,
    hear: Callable[[Solved], None] = lambda _: None,
) -> list[Solved]:
    """Solve variants side by side, each with one worker; in their order.

    With a folder each answer is written there as soon as it is known, and what is there already is not solved again: a
    run that was ended goes on where it stopped. What is kept answers the same input under the same limits only.
    """
    asked = list(variants)
    answers: dict[int, Solved] = {}
    for n, variant in enumerate(asked):
        known = None if folder is None else _read(folder, variant, limits)
        if known is not None:
            answers[n] = known
            hear(known)
    left = [n for n in range(len(asked)) if n not in answers]
    alone = Limits(limits.time_limit_s, 1, limits.seed, limits.gap_percent)
    for n, answer in _in_turn(asked, left, alone, processes, start):
        answers[n] = answer
        if folder is not None:
            _write(folder, asked[n], limits, answer)
        hear(answer)
    return [answers[n] for n in range(len(asked))]


def _in_turn(
    asked: list[Variant], left: list[int], limits: Limits, processes: int, start: Roster | None
) -> Iterator[tuple[int, Solved]]:
    if processes == 1 or len(left) < 2:
        for n in left:
            yield n, solved(asked[n], limits, start)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), end_with_parent) as pool:
        jobs = {pool.submit(solved, asked[n], limits, start): n for n in left}
        for job in as_completed(jobs):
            yield jobs[job], job.result()


def key_of(variant: Variant, limits: Limits) -> str:
    """What an answer is kept under: the input and how it was asked, not how many processes were at work."""
    asked = {**asdict(limits), "workers": 1, "input": variant.scenario.sha256}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def _read(folder: Path, variant: Variant, limits: Limits) -> Solved | None:
    path = folder / f"{key_of(variant, limits)}.json"
    if not path.exists():
        return None
    kept = json.loads(path.read_text(encoding="utf-8"))
    figures = None if kept["figures"] is None else Figures.model_validate(kept["figures"])
    roster = (
        None
        if kept["roster"] is None
        else Roster(frozenset((duty, person) for duty, person in kept["roster"]), kept["sites"])
    )
    return Solved(variant.name, kept["status"], figures, roster, variant.scenario)


def _write(folder: Path, variant: Variant, limits: Limits, answer: Solved) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    roster = answer.roster
    kept = {
        "name": variant.name,
        "status": answer.status,
        "figures": answer.figures.model_dump(mode="json") if answer.figures else None,
        "roster": sorted(roster.assignments) if roster else None,
        "sites": dict(roster.site_by_duty) if roster else {},
    }
    path = folder / f"{key_of(variant, limits)}.json"
    # Half a file must never pass for an answer.
    half = path.with_suffix(".part")
    half.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    half.replace(path)


def cover_only(scenario: Scenario, name: str = "") -> Scenario:
    """A scenario that asks for its first tier alone: what later tiers price is free."""
    first = scenario.tiers[0]
    kept = [rule for rule in scenario.rules if rule.price is None or rule.price_tier == first.name]
    return revised(scenario, name=name, rules=kept, tiers=[Tier(name=first.name)])
