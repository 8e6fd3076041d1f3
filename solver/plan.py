"""The whole story: state the scenario, split it, solve the parts tier after tier, join, judge."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.managers import SyncManager
from queue import Empty
from time import monotonic
from typing import Any, Literal

from scheduler.findings import EngineError
from scheduler.roster import Roster, roster_of
from scheduler.scenario import Scenario
from scheduler.verify import Verdict, verify
from solver.blocks import blocks_of
from solver.board import Board
from solver.climb import PartFound
from solver.model import Model
from solver.orphans import end_with_parent
from solver.search import begin, solve_part

BLOCKS_FROM = 300_000
"""People × duties from which a territory is cut into blocks before its model is written; below, the model is."""
FIRST_TOGETHER = 100
"""Most blocks of which each has a first rota before any is made better; more would be written twice for nothing."""
ONE_MAIN_PART = 2 / 3
"""From this share of all variables in one part, parts are solved one after the other: side by side a core would idle."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how: the same seed with one worker gives the same rota, unless the clock cuts in."""

    time_limit_s: float = 60.0
    workers: int = 1
    seed: int = 1
    gap_percent: float = 0.0
    """A tier whose value is proved to be so near its best is good enough."""


@dataclass(frozen=True, slots=True)
class TierResult:
    """A tier's value (the judge's), and the proved bound: no rota that keeps the rules and the tiers before is below."""

    name: str
    value: int
    bound: int | None

    @property
    def proven(self) -> bool:
        """Whether nothing better exists, the tiers before being what they are."""
        return self.bound is not None and self.bound >= self.value


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of the solve at a moment: the tier last moved, over all parts."""

    seconds: float
    tier: str
    value: int
    bound: int | None
    done: int
    """Tiers of parts that are finished …"""
    of: int
    """… of so many."""
    whole: bool = True
    """The tier is known of every part: value and bound are those of the whole. Of some parts alone nothing is proved."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: writing the model, until the first complete rota, in all."""

    build: float
    first: float
    total: float


Ended = Literal["search", "stopped", "clock", "memory", "died"]
"""What ended a solve: the search itself, a word from outside, the hard clock, the cap of memory, the death of its process."""


@dataclass(frozen=True, slots=True)
class Found:
    """A rota that the rules accepted."""

    roster: Roster
    verdict: Verdict
    tiers: tuple[TierResult, ...]
    timing: Timing
    reproducible: bool
    """The effort, not the clock, ended every step: another run gives the same."""
    parts: int = 1
    ended: Ended = "search"


@dataclass(frozen=True, slots=True)
class Impossible:
    """No rota keeps the rules that may not be broken."""

    reasons: tuple[str, ...]
    timing: Timing


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """Neither a rota nor the proof that there is none, within the limit."""

    timing: Timing


Outcome = Found | Impossible | OutOfTime


Hear = Callable[[Progress], None]
HearRota = Callable[[Roster, float], None]
"""Told a complete rota, not yet judged, and after how many seconds."""


@dataclass(frozen=True, slots=True)
class _Ears:
    """Who hears of progress, and of rotas."""

    progress: Hear | None
    rota: HearRota | None


def plan(
    scenario: Scenario,
    limits: Limits,
    on_progress: Hear | None = None,
    start: Roster | None = None,
    on_rota: HearRota | None = None,
) -> Outcome:
    """Build the best rota of a scenario within the limits, and judge it.

    ``start`` is a rota to begin from: the last one, the published one, a hint. What does not fit of it is left.
    ``on_rota`` hears of each better rota on the way.

    Raises:
        EngineError: the solver and the rules disagree; the rota does not leave.
    """
    began = monotonic()
    small = len(scenario.facts.people) * len(scenario.facts.duties) < BLOCKS_FROM
    blocks = [scenario] if small else blocks_of(scenario)
    if len(blocks) == 1:
        return _plan_block(scenario, limits, _Ears(on_progress, on_rota), start)
    return _plan_blocks(scenario, blocks, limits, _Ears(on_progress, on_rota), start, began)


def _plan_block(scenario: Scenario, limits: Limits, ears: _Ears, start: Roster | None) -> Outcome:
    began = monotonic()
    board = Board(scenario.facts, scenario.rules, [tier.name for tier in scenario.tiers])
    built = monotonic()
    if board.model.contradictions:
        return Impossible(tuple(board.model.contradictions), Timing(built - began, 0.0, built - began))
    parts = board.model.split()
    wanted = set(board.wanted(start)) if start is not None else set()
    watch = _Watch([tier.name for tier in scenario.tiers], len(parts), began, ears.progress)
    tolerances = {tier.name: tier.tolerance_percent for tier in scenario.tiers}
    seconds = limits.time_limit_s - (built - began)

    def tell(founds: Sequence[PartFound]) -> None:
        if ears.rota is not None:
            ears.rota(board.read(_whole(board.model, parts, founds)), monotonic() - began)

    answers = _solve(parts, wanted, tolerances, limits, seconds, watch, tell)
    timing = Timing(built - began, watch.first or monotonic() - began, monotonic() - began)
    if any(answer.impossible for answer in answers):
        return Impossible((), timing)
    if any(answer.values is None for answer in answers):
        return OutOfTime(timing)
    roster = board.read(_whole(board.model, parts, answers))
    verdict = verify(scenario, roster)
    tiers = _agreed(scenario, verdict, answers)
    timing = Timing(timing.build, timing.first, monotonic() - began)
    return Found(roster, verdict, tiers, timing, not any(a.by_clock for a in answers), len(parts))


def _whole(model: Model, parts: Sequence[tuple[Model, list[int]]], founds: Sequence[PartFound]) -> list[int]:
    """The values of all parts, each of which has some, as those of the whole model."""
    values = [0] * len(model.lower)
    for (_, indices), found in zip(parts, founds, strict=True):
        assert found.values is not None
        for index, value in zip(indices, found.values.tolist(), strict=True):
            values[index] = value
    return values


def _plan_blocks(
    scenario: Scenario,
    blocks: list[Scenario],
    limits: Limits,
    ears: _Ears,
    start: Roster | None,
    began: float,
) -> Outcome:
    """All blocks side by side: a first rota of each where they are not too many, then each to its end."""
    ends = began + limits.time_limit_s
    watch = _Watch([tier.name for tier in scenario.tiers], len(blocks), began, ears.progress)
    now: dict[int, Roster] = {}
    starts: list[Roster | None] = [_within(start, block) for block in blocks]
    outcomes: dict[int, Outcome] = {}
    weights = [1 + len(block.facts.duties) for block in blocks]
    spawn = get_context("spawn")
    with (
        _manager() as manager,
        ProcessPoolExecutor(limits.workers, mp_context=spawn, initializer=end_with_parent) as pool,
    ):
        reports = manager.Queue()
        if len(blocks) <= FIRST_TOGETHER:
            hasty = [
                pool.submit(
                    _plan_in_process, n, blocks[n], replace(limits, time_limit_s=0.0, workers=1), starts[n], None
                )
                for n in range(len(blocks))
            ]
            firsts = [future.result() for future in hasty]
            failed = next((outcome for outcome in firsts if not isinstance(outcome, Found)), None)
            if failed is not None:
                return replace(failed, timing=Timing(failed.timing.build, 0.0, monotonic() - began))
            watch.complete(
                [{t.name: (t.value, t.bound) for t in o.tiers} if isinstance(o, Found) else {} for o in firsts]
            )
            starts = [outcome.roster for outcome in firsts if isinstance(outcome, Found)]
            now = {n: outcome.roster for n, outcome in enumerate(firsts) if isinstance(outcome, Found)}
        todo, running = list(range(len(blocks))), dict[Future[Outcome], int]()
        while todo or running:
            while todo and len(running) < limits.workers:
                n = todo.pop(0)
                # What one block does not use goes to those after it.
                whole = sum(weights[k] for k in (n, *todo, *running.values()))
                share = max(0.0, ends - monotonic()) * min(1.0, limits.workers * weights[n] / whole)
                alone = replace(limits, time_limit_s=share, workers=1)
                running[pool.submit(_plan_in_process, n, blocks[n], alone, starts[n], reports)] = n
            news = False
            for future in wait(running, timeout=0.2, return_when=FIRST_COMPLETED).done:
                n = running.pop(future)
                outcome = outcomes[n] = future.result()
                now |= {n: outcome.roster} if isinstance(outcome, Found) else {}
                news = True
            for n, told, rota in _drained(reports):
                watch.hear(n, *told)
                if rota is not None and n not in outcomes:
                    now[n], news = rota, True
            if news and ears.rota is not None and len(now) == len(blocks):
                ears.rota(_united(now.values()), monotonic() - began)
    return _joined(scenario, [outcomes[n] for n in range(len(blocks))], watch, began)


def _plan_in_process(n: int, block: Scenario, limits: Limits, start: Roster | None, reports: Any) -> Outcome:
    rotas: list[Roster] = []

    def keep(roster: Roster, _seconds: float) -> None:
        rotas[:] = [roster]

    def hear(progress: Progress) -> None:
        if reports is not None:
            reports.put((n, (progress.tier, progress.value, progress.bound), rotas.pop() if rotas else None))

    return _plan_block(block, limits, _Ears(hear, keep), start)


def _within(start: Roster | None, block: Scenario) -> Roster | None:
    """What a rota says of one block."""
    if start is None:
        return None
    planned = block.facts.duty_by_id
    held = ((duty, person) for duty, person in start.assignments if duty in planned)
    return roster_of(held, {duty: site for duty, site in start.site_by_duty.items() if duty in planned})


def _joined(scenario: Scenario, outcomes: list[Outcome], watch: "_Watch", began: float) -> Outcome:
    """The rotas of all blocks as one, judged as a whole: what the rules count must be what they counted block by block."""
    build = sum(outcome.timing.build for outcome in outcomes)
    failed = [outcome for outcome in outcomes if not isinstance(outcome, Found)]
    if failed:
        timing = Timing(build, watch.first or 0.0, monotonic() - began)
        reasons = tuple(reason for o in failed if isinstance(o, Impossible) for reason in o.reasons)
        return Impossible(reasons, timing) if any(isinstance(o, Impossible) for o in failed) else OutOfTime(timing)
    found = [outcome for outcome in outcomes if isinstance(outcome, Found)]
    roster = _united(outcome.roster for outcome in found)
    first = watch.first or monotonic() - began
    verdict = verify(scenario, roster)
    if not verdict.ok:
        raise EngineError(f"the solver accepted a forbidden roster: {verdict.forbidden[:5]}")
    tiers = []
    for k, tier in enumerate(scenario.tiers):
        value, counted = sum(outcome.tiers[k].value for outcome in found), verdict.values[tier.name]
        bounds = [outcome.tiers[k].bound for outcome in found]
        if value != counted:
            raise EngineError(f"tier {tier.name}: the blocks add up to {value}, the whole counts {counted}")
        tiers.append(
            TierResult(tier.name, counted, None if None in bounds else sum(b for b in bounds if b is not None))
        )
    timing = Timing(build, first, monotonic() - began)
    parts = sum(outcome.parts for outcome in found)
    return Found(roster, verdict, tuple(tiers), timing, all(outcome.reproducible for outcome in found), parts)


def _united(rosters: Iterable[Roster]) -> Roster:
    rosters = list(rosters)
    sites = {duty: site for roster in rosters for duty, site in roster.site_by_duty.items()}
    return roster_of((held for roster in rosters for held in roster.assignments), sites)


def _agreed(scenario: Scenario, verdict: Verdict, answers: Sequence[PartFound]) -> tuple[TierResult, ...]:
    """The tiers as the judge counts them, once judge and solver agree.

    At a proved optimum they count the same; a solve that was cut short may pay for more than its roster breaks.
    """
    if not verdict.ok:
        raise EngineError(f"the solver accepted a forbidden roster: {verdict.forbidden[:5]}")
    results = []
    exact = True
    for tier in scenario.tiers:
        claimed = sum(answer.tiers[tier.name].value for answer in answers)
        bounds = [answer.tiers[tier.name].bound for answer in answers]
        bound = None if None in bounds else sum(b for b in bounds if b is not None)
        counted = verdict.values[tier.name]
        exact = exact and bound == claimed and tier.tolerance_percent == 0
        # Later tiers may use what the tolerance gives up, part by part.
        allowed = sum(
            a.tiers[tier.name].value + abs(a.tiers[tier.name].value) * tier.tolerance_percent // 100 for a in answers
        )
        if counted > allowed or (exact and counted != claimed):
            raise EngineError(f"tier {tier.name}: the solver counts {claimed}, the rules count {counted}")
        if bound is not None and bound > counted:
            raise EngineError(f"tier {tier.name}: bound {bound} above the value {counted}")
        results.append(TierResult(tier.name, counted, bound))
    return tuple(results)


class _Watch:
    """Adds up what the parts report, and remembers when the first complete rota was there."""

    def __init__(
        self, tiers: list[str], parts: int, began: float, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._tiers, self._parts, self._began, self._tell = tiers, parts, began, on_progress
        self._now: dict[tuple[int, str], tuple[int, int | None]] = {}
        self._done: defaultdict[int, int] = defaultdict(int)
        self.first: float | None = None

    def complete(self, firsts: Sequence[Mapping[str, tuple[int, int | None]]]) -> None:
        """Every part has a first rota: of each, value and bound of every tier.

        What a part has not told of counts too: some of its costs may be below zero, and then the others' sum proves nothing.
        """
        self.first = monotonic() - self._began
        self._now = {(part, tier): known for part, tiers in enumerate(firsts) for tier, known in tiers.items()}

    def hear(self, part: int, tier: str, value: int, bound: int | None) -> None:
        """One report of one part."""
        self._now[part, tier] = (value, bound)
        self._done[part] = max(self._done[part], self._tiers.index(tier) + (value == bound))
        seconds = monotonic() - self._began
        if self._tell is not None:
            here = [now for (_, name), now in self._now.items() if name == tier]
            bounds = [b for _, b in here]
            whole = len(here) == self._parts
            total = None if None in bounds or not whole else sum(b for b in bounds if b is not None)
            done, of = sum(self._done.values()), self._parts * len(self._tiers)
            self._tell(Progress(seconds, tier, sum(v for v, _ in here), total, done, of, whole))


def _solve(
    parts: Sequence[tuple[Model, list[int]]],
    wanted: set[int],
    tolerances: dict[str, int],
    limits: Limits,
    seconds: float,
    watch: _Watch,
    tell: Callable[[Sequence[PartFound]], None],
) -> list[PartFound]:
    """A first rota for every part, then all parts tier by tier: one after the other, or side by side in processes."""
    ends, models = monotonic() + seconds, [model for model, _ in parts]
    near = [{k for k, i in enumerate(indices) if i in wanted} if wanted else set[int]() for _, indices in parts]
    sizes = [len(model.lower) for model in models]
    if limits.workers <= 1 or max(sizes) > sum(sizes) * ONE_MAIN_PART:
        starts = []
        for model, own in zip(models, near, strict=True):
            starts.append(begin(model, own, seed=limits.seed, seconds=ends - monotonic(), workers=limits.workers))
            if starts[-1].values is None:
                return starts
        watch.complete([_begun(model, start) for model, start in zip(models, starts, strict=True)])
        tell(starts)
        answers = dict[int, PartFound]()
        # The small ones first: a largest part without the others is no good rota yet, and it has what they leave.
        todo = sorted(range(len(models)), key=sizes.__getitem__)
        for at, n in enumerate(todo):
            share = (ends - monotonic()) * sizes[n] / max(1, sum(sizes[later] for later in todo[at:]))

            def report(tier: str, value: int, bound: int | None, n: int = n) -> None:
                tell(starts)
                watch.hear(n, tier, value, bound)

            kept = {
                "seed": limits.seed,
                "gap": limits.gap_percent / 100,
                "seconds": max(share, 0.5) if limits.time_limit_s else 0.0,
                "workers": limits.workers,
            }
            answers[n] = solve_part(models[n], starts[n], tolerances, report=report, **kept)  # type: ignore[arg-type]
        return [answers[n] for n in range(len(models))]
    spawn = get_context("spawn")
    with (
        _manager() as manager,
        ProcessPoolExecutor(limits.workers, mp_context=spawn, initializer=end_with_parent) as pool,
    ):
        reports = manager.Queue()
        order = sorted(range(len(models)), key=lambda n: -sizes[n])
        begun = {n: pool.submit(begin, models[n], near[n], seed=limits.seed, seconds=seconds, workers=1) for n in order}
        starts = [begun[n].result() for n in range(len(models))]
        if any(start.values is None for start in starts):
            return starts
        watch.complete([_begun(model, start) for model, start in zip(models, starts, strict=True)])
        tell(starts)
        whole, left = sum(sizes), ends - monotonic()
        futures = {}
        for n in order:
            share = min(left, max(1.0, left * limits.workers * sizes[n] / max(1, whole)))
            futures[n] = pool.submit(_in_process, n, models[n], starts[n], tolerances, limits, share, reports)
        pending = set(futures.values())
        while pending or not reports.empty():
            pending = wait(pending, timeout=0.1).not_done
            for n, told, values in _drained(reports):
                watch.hear(n, *told)
                starts[n].values = values
                tell(starts)
        return [futures[n].result() for n in range(len(models))]


def _begun(model: Model, found: PartFound) -> dict[str, tuple[int, int | None]]:
    """Value and least of every tier in a part's first rota."""
    assert found.values is not None
    return {tier: model.standing(tier, found.values) for tier in model.goals}


def _in_process(
    part: int, model: Model, start: PartFound, tolerances: dict[str, int], limits: Limits, seconds: float, reports: Any
) -> PartFound:
    def report(tier: str, value: int, bound: int | None) -> None:
        reports.put((part, (tier, value, bound), start.values))

    gap = limits.gap_percent / 100
    return solve_part(model, start, tolerances, seed=limits.seed, seconds=seconds, workers=1, report=report, gap=gap)


def _drained(reports: Any) -> Iterator[tuple[int, tuple[str, int, int | None], Any]]:
    while True:
        try:
            yield reports.get_nowait()
        except Empty:
            return


def _manager() -> SyncManager:
    """What processes tell each other through; it ends with this process, however that ends."""
    manager = SyncManager(ctx=get_context("spawn"))
    manager.start(end_with_parent)
    return manager
