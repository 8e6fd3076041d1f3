"""Nobody is given more than they offered."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import Terms, total
from scheduler.words import Said


class Offers(Rule):
    """Duties, nights and weekends per calendar month stay within what the person offered; a weekend belongs to the month
    of its Saturday.

    Unit of breach: a duty, a night or a weekend too many in one month.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with no more on offer", "au bout de ce qui était proposé")
    kind: Literal["offers"] = "offers"

    def statement(self) -> Said:
        return Said(
            "Nobody is given more duties, nights or weekends a month than they offered.",
            "Personne n'a plus de gardes, de nuits ou de week-ends par mois que ce qu'il a proposé.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for offer in facts.tables.offers:
            if not self.concerns(facts, offer.person):
                continue
            mine = [d for d in board.duties_of(offer.person) if self.covers(facts, d)]
            months = sorted({day.replace(day=1) for d in mine for day in (d.date, d.weekend or d.date)})
            for month in months:
                here = [d for d in mine if d.date.replace(day=1) == month]
                weekends: dict[date, list[Terms]] = {}
                for duty in mine:
                    if duty.weekend and duty.weekend.replace(day=1) == month:
                        weekends.setdefault(duty.weekend, []).append(board.on(offer.person, duty))
                counts = (
                    ("duties", offer.duties_per_month, (board.on(offer.person, d) for d in here)),
                    ("nights", offer.nights_per_month, (board.on(offer.person, d) for d in here if d.night)),
                    ("weekends", offer.weekends_per_month, (board.any_of(w) for w in weekends.values())),
                )
                for what, limit, parts in counts:
                    if limit is not None:
                        names = (what, month.isoformat())
                        board.at_most(limit, total(parts), Breach(self.name, offer.person, names))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for offer in facts.tables.offers:
            if not self.concerns(facts, offer.person):
                continue
            mine = [d for d in held(facts, roster, offer.person) if self.covers(facts, d)]
            for what, limit in (
                ("duties", offer.duties_per_month),
                ("nights", offer.nights_per_month),
                ("weekends", offer.weekends_per_month),
            ):
                if limit is None:
                    continue
                counted: dict[date, set[object]] = {}
                past: dict[date, set[object]] = {}
                for duty in mine:
                    if (what == "nights" and not duty.night) or (what == "weekends" and not duty.weekend):
                        continue
                    day = duty.weekend if what == "weekends" and duty.weekend else duty.date
                    thing: object = duty.weekend if what == "weekends" else duty.id
                    counted.setdefault(day.replace(day=1), set()).add(thing)
                    if duty.past:
                        past.setdefault(day.replace(day=1), set()).add(thing)
                for month, things in sorted(counted.items()):
                    over = len(things) - max(limit, len(past.get(month, ())))
                    if over > 0:
                        yield Breach(self.name, offer.person, (what, month.isoformat()), over)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, (what, month) = facts.name(breach.subject), breach.where
        french = {"duties": "gardes", "nights": "nuits", "weekends": "week-ends"}[what]
        return Said(
            f"{who} would have {breach.amount} {what} more than offered in {month[:7]}.",
            f"{who} aurait {breach.amount} {french} de plus que proposé en {month[:7]}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("as many as offered", {}, "Ana D . D", 0, {"offers": [{"person": "Ana", "duties_per_month": "2"}]}),
        Example("one more", {}, "Ana D . D", 1, {"offers": [{"person": "Ana", "duties_per_month": "1"}]}),
        Example("nights apart from days", {}, "Ana D N", 0, {"offers": [{"person": "Ana", "nights_per_month": "1"}]}),
        Example(
            "two duties of one weekend are one weekend",
            {},
            "Ana . . . . . D D",
            0,
            {"offers": [{"person": "Ana", "weekends_per_month": "1"}]},
        ),
        Example(
            "no weekend at all", {}, "Ana . . . . . D D", 1, {"offers": [{"person": "Ana", "weekends_per_month": "0"}]}
        ),
        Example(
            "the past of the month counts", {}, "Ana D | D", 1, {"offers": [{"person": "Ana", "duties_per_month": "1"}]}
        ),
        Example(
            "a weekend begun before the first day goes on",
            {},
            "Ana . . . . . D | D",
            0,
            {"offers": [{"person": "Ana", "weekends_per_month": "0"}]},
        ),
    )
