"""By-hand changes of a rota: judged at once, and what they cost against the best that is proved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.explain import said_points
from scheduler.moves import Bench
from scheduler.roster import Roster
from scheduler.verify import verify
from scheduler.words import Said


@dataclass(frozen=True, slots=True)
class Shift:
    """One tier before and after a change, and the best that is proved (None: nothing is)."""

    tier: str
    before: int
    after: int
    best: int | None

    def said(self) -> Said:
        """What the change does here, and how far from the proven best it leaves the rota."""
        more = self.after - self.before
        by, far = said_points(self.tier, abs(more)), said_points(self.tier, self.after - (self.best or 0))
        name = TIER.get(self.tier, Said(self.tier, self.tier))
        what = (
            Said(f"your change costs {by.en} points of {name.en}", f"votre changement coûte {by.fr} points {name.fr}")
            if more > 0
            else Said(
                f"your change gains {by.en} points of {name.en}", f"votre changement gagne {by.fr} points {name.fr}"
            )
        )
        if self.best is None:
            return what
        if self.after <= self.best:
            return Said(f"{what.en}; that is the proven best", f"{what.fr} ; c'est l'optimum prouvé")
        return Said(
            f"{what.en}; {far.en} above what is proved to be out of reach",
            f"{what.fr} ; {far.fr} au-dessus de ce qui est prouvé inatteignable",
        )


TIER = {
    "cover": Said("cover", "de couverture"),
    "worst_off": Said("the worst-off", "pour les plus chargés"),
    "evenness": Said("evenness", "d'équité"),
    "wishes": Said("refused wishes", "de souhaits refusés"),
    "costs": Said("travel and money", "de trajets et d'argent"),
    "changes": Said("changes", "de changements"),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """A rota changed by hand."""

    after: Roster
    broken: tuple[Said, ...]
    """Rules that the change breaks and the rota did not, in words; empty: it may be."""
    shifts: tuple[Shift, ...]
    """Every tier, in order."""

    @property
    def first(self) -> Shift | None:
        """The first tier that the change makes better or worse: the one that counts."""
        return next((shift for shift in self.shifts if shift.after != shift.before), None)


def edited(
    bench: Bench,
    gone: Iterable[tuple[str, str]],
    come: Iterable[tuple[str, str]],
    best: Mapping[str, int | None] | None = None,
) -> Edited:
    """Take some (duty, person) out of a rota and put others in.

    Args:
        bench: the rota before.
        gone: what nobody holds any more.
        come: what somebody holds now.
        best: proven bounds by tier, as in the rota's certificate. After a tier that the change makes worse they answer
            another question, and are not told.

    Raises:
        ValueError: something that is not held is taken away, or something that is held is put in.
    """
    less, more = frozenset(gone), frozenset(come)
    if not less <= bench.roster.assignments or more & bench.roster.assignments:
        raise ValueError("what is taken away is held, and what is put in is not")
    scenario, after = bench.scenario, bench.after(less, more)
    people = sorted({person for _, person in less | more})
    broken = tuple(rule.explain(breach, scenario.facts) for rule, breach in bench.broken(after, people))
    before, now = verify(scenario, bench.roster).values, verify(scenario, after).values
    shifts, alike = [], True
    for tier, value in before.items():
        shifts.append(Shift(tier, value, now[tier], (best or {}).get(tier) if alike else None))
        alike &= now[tier] <= value
    return Edited(after, broken, tuple(shifts))
