"""What the next thousand euros of an envelope buy, and from where on more money buys nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.figures import TierComparison, compared
from scheduler.scenario import Scenario
from scheduler.tables import Envelope
from scheduler.variants import revised
from solver.plan import Limits
from solver.studies.run import Solved, Variant, solve_all

MORE_CENTS = 1000_00
"""The step of the marginal value: 1,000 euros."""


@dataclass(frozen=True, slots=True)
class EnvelopeStep:
    """The rota with an envelope of so much."""

    amount: int
    """Cents."""
    answer: Solved
    spent: int | None
    """Cents that its payer pays; None without a rota."""
    gained: tuple[TierComparison, ...]
    """Against the step before, tier by tier."""

    @property
    def binds(self) -> bool:
        """Whether the envelope is all spent, to within the dearest cents that nobody could spend: less than a step is left."""
        return self.spent is None or self.amount - self.spent < MORE_CENTS


@dataclass(frozen=True, slots=True)
class Marginal:
    """Envelopes one step dearer each, and what each step bought."""

    payer: str
    steps: tuple[EnvelopeStep, ...]
    stops_binding: int | None
    """The first amount, in cents, after which a step bought nothing in any tier; None: not within the steps."""


def marginal(
    scenario: Scenario,
    payer: str,
    limits: Limits,
    *,
    more: int = MORE_CENTS,
    steps: int = 1,
    processes: int = 1,
    folder: Path | None = None,
) -> Marginal:
    """Solve again with a payer's first envelope raised step by step.

    Raises:
        KeyError: the payer has no envelope.
    """
    envelopes = scenario.facts.tables.envelopes
    here = next((n for n, row in enumerate(envelopes) if row.payer == payer), None)
    if here is None:
        raise KeyError(payer)
    amounts = [envelopes[here].amount + more * n for n in range(steps + 1)]
    variants = [
        Variant(f"{amount / 100:.2f}", revised(scenario, tables={"envelopes": _with(envelopes, here, amount)}))
        for amount in amounts
    ]
    answers = solve_all(variants, limits, processes=processes, folder=folder)
    found: list[EnvelopeStep] = []
    stops = None
    for amount, answer in zip(amounts, answers, strict=True):
        before = found[-1].answer.figures if found else None
        gained = compared(before, answer.figures) if before and answer.figures else ()
        spent = answer.figures.cents_by_payer.get(payer, 0) if answer.figures else None
        if found and gained and stops is None and all(tier.judgement == "same" for tier in gained):
            stops = found[-1].amount
        found.append(EnvelopeStep(amount, answer, spent, gained))
    return Marginal(payer, tuple(found), stops)


def _with(envelopes: Sequence[Envelope], here: int, amount: int) -> list[Envelope]:
    return [row.model_copy(update={"amount": amount}) if n == here else row for n, row in enumerate(envelopes)]
