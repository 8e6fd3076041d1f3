"""Nobody holds too many duties of a line in a row."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.terms import total
from scheduler.words import Said, joined


class SuccessiveDuties(Rule):
    """At most ``limit`` in a row of a line's duties of the scope: the next one is the next in time, however many days later.
    A run that is all past is past; a run of which every duty is decided by hand or past may be let pass.

    Unit of breach: a run of ``limit + 1`` duties (a longer run holds several).
    """

    kind: Literal["successive_duties"] = "successive_duties"
    limit: Annotated[int, Field(ge=1, le=60)]
    decided_pass: bool = Field(False, description="let pass what was decided by hand, for anybody")
    last_counts: bool = Field(
        True, description="no = not the run that ends with the last duty: the next rota can undo it"
    )

    def statement(self) -> Said:
        which = joined((*self.periods, *self.lines, *self.days))
        which = f" ({which})" if which else ""
        return Said(
            f"At most {self.limit} in a row of the duties of a line{which}.",
            f"Au plus {self.limit} de suite parmi les gardes d'une même ligne{which}.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for chain in facts.duties_by_line.values():
            duties = [duty for duty in chain if self.covers(facts, duty)]
            for i in range(len(duties) - self.limit):
                run = duties[i : i + self.limit + 1]
                settled = all(duty.past or duty.id in facts.decided for duty in run)
                if run[-1].past or (settled and self.decided_pass):
                    continue
                if i + len(run) == len(duties) and not self.last_counts:
                    continue
                for person in board.candidates(run[-1]):
                    if self.concerns(facts, person):
                        held_all = total(board.on(person, duty) for duty in run)
                        breach = Breach(self.name, person, tuple(duty.id for duty in run))
                        board.at_most(self.limit, held_all, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        before = {(person, duty.id) for person, duties in facts.past_duties.items() for duty in duties}
        given = {
            f"{pin.line}.{pin.date.isoformat()}.{pin.period}" for pin in facts.tables.pins if pin.person and pin.held
        }
        for line in facts.lines:
            duties = [duty for duty in facts.duties_by_line[line.id] if self.covers(facts, duty)]
            for person in facts.people:
                if not self.concerns(facts, person.id):
                    continue
                length = 0
                for duty in duties:
                    holds = (person.id, duty.id) in before if duty.past else roster.covers(person.id, duty.id)
                    length = length + 1 if holds else 0
                    if length <= self.limit or (duty is duties[-1] and not self.last_counts):
                        continue
                    last = duties.index(duty)
                    run = duties[last - self.limit : last + 1]
                    free = [d for d in run if not d.past and d.id not in given]
                    if not duty.past and (free or not self.decided_pass):
                        yield Breach(self.name, person.id, tuple(d.id for d in run))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, first = facts.name(breach.subject), facts.said_duty(breach.where[-1])
        return Said(
            f"{who} would hold {len(breach.where)} in a row of this line's duties, up to {first.en}.",
            f"{who} tiendrait {len(breach.where)} gardes de suite de cette ligne, jusqu'à {first.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("two in a row", {"limit": 2}, "Ana D D . D", 0),
        Example("a third", {"limit": 2}, "Ana D D D", 1),
        Example("four hold two runs of three", {"limit": 2}, "Ana D D D D", 2),
        Example("two lines", {"limit": 1}, "Ana D N D N", 0),
        Example(
            "weekends follow each other, a week apart",
            {"limit": 1, "lines": "D", "days": "sat"},
            "Ana . . . . . D . . . . . . D",
            1,
        ),
        Example(
            "another weekend between", {"limit": 1, "days": "sat"}, "Ana D" + " ." * 4 + " D" + " ." * 13 + " D", 0
        ),
        Example("the past counts", {"limit": 2}, "Ana D D | D", 1),
        Example("what is past is past", {"limit": 1}, "Ana D D | . D", 0),
        Example("nobody held the duty between", {"limit": 1}, "Ana D . | D", 0),
        Example("the last run may be left to the next rota", {"limit": 1, "last_counts": False}, "Ana D D . D D", 1),
        Example(
            "decided by hand",
            {"limit": 1, "decided_pass": True},
            "Ana D D D",
            1,
            {"pins": [{"line": "D", "date": f"2027-03-0{n}", "period": "day", "person": "Ana"} for n in (1, 2)]},
        ),
        Example(
            "decided by hand counts all the same",
            {"limit": 1},
            "Ana D D",
            1,
            {"pins": [{"line": "D", "date": f"2027-03-0{n}", "period": "day", "person": "Ana"} for n in (1, 2)]},
        ),
    )
