"""CP-SAT with the whole model and one weighted sum of all tiers, as it is often done.

A tier's weight is more than all tiers after it can be worth together, so the best sum is the best rota tier after tier.
Such weights span many powers of ten: that is what is measured here, and ``cpsat`` is the fair comparison.
"""

from benchmarks.peers.cpsat import solve
from benchmarks.peers.tiers import Clock, Listen, found
from scheduler.findings import EngineError
from scheduler.scenario import Scenario
from solver.board import Board
from solver.model import Model
from solver.plan import Impossible, Limits, Outcome, OutOfTime

SUM_MOST = 1 << 60
"""CP-SAT's sums have to stay well within 64 bits."""


def plan_sum(scenario: Scenario, limits: Limits, listen: Listen) -> Outcome:
    """Solve a scenario by one weighted sum. A bound of the sum bounds the first tier; a proof of it, every tier.

    Raises:
        EngineError: the tiers are too many or too long to be one sum, or the judge refuses the rota.
    """
    clock = Clock(scenario, limits, listen)
    names = [tier.name for tier in scenario.tiers]
    board = Board(scenario.facts, scenario.rules, names)
    model = board.model
    if model.contradictions:
        return Impossible(tuple(model.contradictions), clock.timing())
    weights, rest = _weights(model)
    cost = sum(model.cost(name) * weights[name] for name in names)
    problem = model.problem(names[0]).towards(cost, 0)  # type: ignore[arg-type]
    clock.built()

    def first_tier(whole: float) -> int:
        # Of the sum only the first tier is said: where the others stand, the sum does not tell.
        return model.goals[names[0]].const + _first_tier(round(whole), weights[names[0]], rest)

    def tell(value: float, bound: float | None) -> None:
        clock.tell(names[0], first_tier(value), None if bound is None else first_tier(bound))

    answer = solve(problem, None, clock.left(), tell)
    if answer.impossible:
        return Impossible((), clock.timing())
    if answer.values is None:
        return OutOfTime(clock.timing())
    bounds: dict[str, int | None] = dict.fromkeys(names)
    if answer.bound is not None and answer.bound >= problem.value(answer.values):
        bounds = {n: model.goals[n].const + int(model.cost(n) @ answer.values) for n in names}
    elif answer.bound is not None:
        bounds[names[0]] = first_tier(answer.bound)
    return found(scenario, board, answer.values, bounds, clock)


def _weights(model: Model) -> tuple[dict[str, int], tuple[int, int]]:
    """The weight of each tier; least and most that the tiers after the first can add to the sum."""
    weights: dict[str, int] = {}
    whole, least, most, rest = 1, 0, 0, (0, 0)
    for name, goal in reversed(model.goals.items()):
        weights[name] = whole
        rest = (least, most)
        least += whole * model.smallest(goal.coefs)
        most += whole * model.largest(goal.coefs)
        whole = most - least + 1
        if most - least > SUM_MOST:
            raise EngineError(f"no weighted sum: the tiers {', '.join(weights)} span {most - least:.1e}")
    return weights, rest


def _first_tier(whole: int, weight: int, rest: tuple[int, int]) -> int:
    """The least value of the first tier, without its constant, that a value of the sum allows."""
    return -((rest[1] - whole) // weight)
