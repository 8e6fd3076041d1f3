"""The shape of a rule, and the few words a rule may say to a board.

A rule states itself twice, and the two share nothing but the facts: ``encode`` tells a board which situations break
it (and may be clever), ``check`` finds where a finished roster breaks it (and must be obvious). Whether a break is
forbidden or has a price is never the rule's business: it follows from ``weight``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scheduler.cells import Days, Id, Text, Words
from scheduler.facts import Duty, Facts
from scheduler.roster import Roster
from scheduler.terms import Terms
from scheduler.words import Said

FIRST_DRAWN = date(2027, 3, 1)
"""The Monday on which drawings start unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a roster breaks a rule, ``amount`` units of it. The unit is in the rule's docstring."""

    rule: str
    subject: str
    """Whom it concerns: a person, else a duty, a line or a group."""
    where: tuple[str, ...] = ()
    """The duties it is about; else dates, a category, the other person."""
    amount: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A drawn roster and how many units of breach it has; see :mod:`scheduler.sketch` for the drawing."""

    title: str
    params: dict[str, Any]
    drawing: str
    breaches: int
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    first_drawn: date = FIRST_DRAWN


class Board(Protocol):
    """What a rule may say. ``times`` multiplies the units of that one place."""

    facts: Facts

    def candidates(self, duty: Duty) -> tuple[str, ...]:
        """People not yet excluded from a duty; for a past duty, those who held it."""

    def duties_of(self, person_id: str) -> Sequence[Duty]:
        """Duties somebody may hold or held before the horizon, by start."""

    def on(self, person_id: str, duty: Duty) -> Terms:
        """1 if the person holds the duty."""

    def at(self, duty: Duty, site_id: str) -> Terms:
        """1 if the duty is at the site."""

    def any_of(self, parts: Iterable[Terms]) -> Terms:
        """1 if at least one of some yes/no terms is 1."""

    def both(self, one: Terms, other: Terms) -> Terms:
        """1 if two yes/no terms are 1."""

    def never(self, person_id: str, duty: Duty, site_id: str | None, breach: Breach) -> None:
        """The person does not hold the duty (at that site; None = anywhere): one unit."""

    def at_most(self, limit: int, terms: Terms, breach: Breach, *, times: int = 1) -> None:
        """``terms`` is at most ``limit`` (or its past, if that is more): a unit per one above."""

    def at_least(self, limit: int, terms: Terms, breach: Breach, *, times: int = 1) -> None:
        """``terms`` is at least ``limit``: a unit per one below."""

    def count(self, terms: Terms) -> Terms:
        """The same number as one thing: for a sum that many places speak of."""

    def worth(self, terms: Terms, units: Callable[[int], int]) -> Terms:
        """``units(value of terms)``, for units that never fall: at least that, and no more where less is better."""

    def one_of(self, number: int) -> list[Terms]:
        """A free choice: so many things of which exactly one is 1, whichever costs least."""

    def lasting(self, least: int, days: Sequence[Terms], back: int, breach: Breach) -> None:
        """Each run of 1s that begins after a 0, and ends before one from place ``back`` on, has ``least``: a unit per one missing."""

    def worst(self, parts: Sequence[Terms], breach: Breach, *, per: int = 1) -> None:
        """The largest of some terms, if positive: a unit per ``per`` above zero, rounded up."""

    def priced(self, terms: Terms, units: Callable[[int], int], breach: Breach) -> None:
        """``units(value of terms)``, a number of units by whole number."""


Sees = Literal["person", "days", "everything"]
"""What a check has to look at to judge a change: the person's own duties, the days close by, or the whole roster."""


class Rule(BaseModel):
    """One rule with its parameters. The scope (statuses, lines, modalities, periods, days) is empty for "all"."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ALWAYS_HARD: ClassVar[bool] = False
    ALWAYS_PRICED: ClassVar[bool] = False
    TIER: ClassVar[str] = "costs"
    SEES: ClassVar[Sees] = "everything"
    STOPS: ClassVar[Said | None] = None
    """Why somebody cannot hold a duty, said after "6": words that serve one and many, never a private reason. None: the rule is
    not named when candidates are gone through."""
    examples: ClassVar[tuple[Example, ...]] = ()

    kind: str
    id: Id = Field("", description="needed when the same kind stands twice", validate_default=False)
    weight: int | None = Field(None, ge=1, le=1_000_000_000, description="points per unit; empty = never broken")
    tier: Id = Field("", description="tier that a price goes to; empty = the rule's own", validate_default=False)
    enabled: bool = True
    statuses: Words = Field((), description="people with one of these statuses")
    lines: Words = Field((), description="duties of these lines")
    modalities: Words = Field((), description="duties of these modalities")
    periods: Words = Field((), description="duties of these periods")
    days: Days = Field((), description="duties that start on these days")
    cites: Text = Field("", description="the text or vote it comes from")

    @field_validator("weight")
    @classmethod
    def _weight_fits(cls, weight: int | None) -> int | None:
        if weight is not None and cls.ALWAYS_HARD:
            raise ValueError("this rule is never broken at a price: leave the weight out")
        return weight

    @property
    def name(self) -> str:
        """How breaches and reports call this rule."""
        return self.id or self.kind

    @property
    def price(self) -> int | None:
        """Points per unit; None when the rule may not be broken."""
        return self.weight or 1 if self.ALWAYS_PRICED else self.weight

    @property
    def price_tier(self) -> str:
        """The tier in which its price counts."""
        return self.tier or self.TIER

    def concerns(self, facts: Facts, person_id: str) -> bool:
        """Whether a person's statuses are in the scope."""
        return not self.statuses or not facts.statuses_of(person_id).isdisjoint(self.statuses)

    def covers(self, facts: Facts, duty: Duty) -> bool:
        """Whether a duty is in the scope."""
        return (
            (not self.lines or duty.line in self.lines)
            and (not self.modalities or duty.modality in self.modalities)
            and (not self.periods or duty.period in self.periods)
            and facts.calendar.matches(duty.date, self.days)
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        """People and lines, by id, that the rule binds together, beyond those who can hold the same line."""
        yield from ()

    def statement(self) -> Said:
        """The rule with its numbers, for a head of service."""
        raise NotImplementedError

    def encode(self, board: Board) -> None:
        """Say to the board which situations break the rule."""
        raise NotImplementedError

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        """Where a roster breaks the rule, from the facts and the roster alone."""
        raise NotImplementedError

    def explain(self, breach: Breach, facts: Facts) -> Said:
        """One breach in a sentence; never a reason that is private."""
        raise NotImplementedError


def held(facts: Facts, roster: Roster, person_id: str) -> list[Duty]:
    """Everything a person holds, past and planned, by start: what a check reads."""
    planned = [facts.duty_by_id[duty_id] for duty_id in roster.duties_of(person_id)]
    return sorted((*facts.past_of(person_id), *planned), key=lambda duty: (duty.start, duty.id))
