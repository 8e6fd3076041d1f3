"""What somebody said they cannot do is kept."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts, in_force
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Cannot(Rule):
    """Wishes ``cannot`` (never what it names) and ``only`` (nothing but what it names), from and to their dates.

    Unit of breach: a duty.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("unable, as they said", "avec un empêchement annoncé")
    kind: Literal["cannot"] = "cannot"

    def statement(self) -> Said:
        return Said(
            "What people said they cannot do, or do only (weekends only, never on Tuesdays), is kept.",
            "Ce que chacun a dit ne pas pouvoir faire, ou ne faire que (week-ends seulement, jamais le mardi), est respecté.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for wish in facts.tables.wishes:
            if wish.wish not in ("cannot", "only"):
                continue
            for duty in board.duties_of(wish.person):
                if duty.past or not in_force(wish, duty.date):
                    continue
                named = (
                    facts.calendar.matches(duty.date, wish.days)
                    and (not wish.periods or duty.period in wish.periods)
                    and (not wish.lines or duty.line in wish.lines)
                )
                if named == (wish.wish == "cannot"):
                    board.never(wish.person, duty, None, Breach(self.name, wish.person, (duty.id,)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for duty_id, person in sorted(roster.assignments):
            duty = facts.duty_by_id[duty_id]
            for _, wish in facts.wishes_by_person.get(person, ()):
                if not (wish.first_day or duty.date) <= duty.date <= (wish.last_day or duty.date):
                    continue
                outside = (
                    (wish.lines and duty.line not in wish.lines)
                    or (wish.periods and duty.period not in wish.periods)
                    or not facts.calendar.matches(duty.date, wish.days)
                )
                if (wish.wish == "only" and outside) or (wish.wish == "cannot" and not outside):
                    yield Breach(self.name, person, (duty_id,))
                    break

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(f"{who} cannot hold {duty.en}.", f"{who} ne peut pas assurer {duty.fr}.")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "never on Tuesdays", {}, "Ana D D D", 1, {"wishes": [{"person": "Ana", "wish": "cannot", "days": "tue"}]}
        ),
        Example(
            "weekends only",
            {},
            "Ana D . . . . D D",
            1,
            {"wishes": [{"person": "Ana", "wish": "only", "days": "sat sun hol"}]},
        ),
        Example(
            "no nights until tomorrow",
            {},
            "Ana N N N D",
            2,
            {"wishes": [{"person": "Ana", "wish": "cannot", "periods": "night", "last_day": "2027-03-02"}]},
        ),
        Example("rather not is no rule", {}, "Ana D", 0, {"wishes": [{"person": "Ana", "wish": "rather_not"}]}),
        Example("this line only", {}, "Ana D C", 1, {"wishes": [{"person": "Ana", "wish": "only", "lines": "D"}]}),
    )
