"""Territories drawn at random (see :mod:`scenarios.generated`): every tier counts, in its order."""

from pathlib import Path

from benchmarks.registry import Instance, Rows, Score
from scenarios.generated import generated
from scheduler.roster import Roster, roster_of
from scheduler.verify import verify

SEEDS = range(1, 11)
LISTED = (
    *(f"block-{people}x10x91-{seed}" for people in (100, 60, 45) for seed in SEEDS),
    *(f"{size}{scarce}-1" for size in ("rural", "departement", "region", "france") for scarce in ("", "-scarce")),
)


class Drawn:
    """``block-100x10x91-1`` (people × lines × days, seed), ``rural-1``, ``departement-scarce-1``, ``region-1``, ``france-1``."""

    columns = ("duty", "person")
    tiers = ()

    def names(self, data: Path | None) -> tuple[str, ...]:  # noqa: ARG002
        """Blocks plentiful and scarce with ten seeds, and the larger territories; any other seed can be asked for."""
        return LISTED

    def load(self, data: Path | None, name: str) -> Instance:  # noqa: ARG002
        """The territory of a name.

        Raises:
            ScenarioError: no territory has such a name.
        """
        return Instance(name, generated(name))

    def rows(self, instance: Instance, roster: Roster) -> Rows:  # noqa: ARG002
        """Duty, person; and ``site:duty``, site where the site is a choice."""
        sites = [(f"site:{duty}", site) for duty, site in sorted(roster.site_by_duty.items())]
        return [*sorted(roster.assignments), *sites]

    def score(self, data: Path | None, name: str, rows: Rows) -> Score:
        """The rules' own judgement: there is no published evaluator, and the rules know nothing of the model."""
        scenario = self.load(data, name).scenario
        sites = {duty.removeprefix("site:"): site for duty, site in rows if duty.startswith("site:")}
        held = ((duty, person) for duty, person in rows if not duty.startswith("site:"))
        verdict = verify(scenario, roster_of(held, sites))
        broken = tuple(f"{b.rule}: {b.subject} {' '.join(b.where)}" for b in verdict.forbidden)
        return Score(tuple(float(value) for value in verdict.values.values()), broken)

    def best_known(self, name: str) -> float | None:  # noqa: ARG002
        """None is published."""
        return None


FAMILY = Drawn()
