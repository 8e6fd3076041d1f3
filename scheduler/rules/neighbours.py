"""Who holds some duties does not hold the ones before and after on the same line."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule
from scheduler.words import Said, joined


class Neighbours(Rule):
    """Who holds a duty of the scope does not hold the duties of the same line that stand so many ``places`` before (minus)
    or after it, whatever the days between: with -1 and 1 nobody has the weekend and the day before or after.

    Where all of these are decided by hand or past, they may be let pass.
    Unit of breach: a duty of the scope with such a neighbour.
    """

    kind: Literal["neighbours"] = "neighbours"
    places: tuple[Annotated[int, Field(ge=-60, le=60)], ...] = Field(
        (-1, 1), min_length=1, description="-1 the one before, 1 the one after, -2 the second before"
    )
    decided_pass: bool = Field(False, description="let pass what was decided by hand, for anybody")

    @field_validator("places")
    @classmethod
    def _elsewhere(cls, places: tuple[int, ...]) -> tuple[int, ...]:
        if 0 in places or len(set(places)) < len(places):
            raise ValueError("each place stands once, and 0 is the duty itself")
        return places

    def statement(self) -> Said:
        which = joined((*self.periods, *self.lines, *self.days)) or "*"
        places = ", ".join(f"{place:+d}" for place in self.places)
        return Said(
            f"Who holds a duty ({which}) does not hold those of the same line that stand at {places} from it.",
            f"Qui tient une garde ({which}) ne tient pas, sur la même ligne, celles de rang {places} par rapport à elle.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for chain in facts.duties_by_line.values():
            for i, duty in enumerate(chain):
                if not self.covers(facts, duty):
                    continue
                others = [chain[i + place] for place in self.places if 0 <= i + place < len(chain)]
                settled = all(d.past or d.id in facts.decided for d in (duty, *others))
                for other in others:
                    if (duty.past and other.past) or (settled and self.decided_pass):
                        continue
                    for person in board.candidates(other if duty.past else duty):
                        if self.concerns(facts, person):
                            two = board.on(person, duty) + board.on(person, other)
                            board.at_most(1, two, Breach(self.name, person, (duty.id, other.id)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        before = {(person, duty.id) for person, duties in facts.past_duties.items() for duty in duties}
        given = {
            f"{pin.line}.{pin.date.isoformat()}.{pin.period}" for pin in facts.tables.pins if pin.person and pin.held
        }
        for line in facts.lines:
            chain = facts.duties_by_line[line.id]
            holders = {
                duty.id: [
                    p.id
                    for p in facts.people
                    if ((p.id, duty.id) in before if duty.past else roster.covers(p.id, duty.id))
                    and self.concerns(facts, p.id)
                ]
                for duty in chain
            }
            for i, duty in enumerate(chain):
                if not holders[duty.id] or not self.covers(facts, duty):
                    continue
                around = [i + place for place in self.places if 0 <= i + place < len(chain)]
                free = [d for d in (duty, *(chain[n] for n in around)) if not d.past and d.id not in given]
                if self.decided_pass and not free:
                    continue
                for n in around:
                    for person in holders[duty.id]:
                        if person in holders[chain[n].id] and not (duty.past and chain[n].past):
                            yield Breach(self.name, person, (duty.id, chain[n].id))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, other = (facts.said_duty(one) for one in breach.where)
        who = facts.name(breach.subject)
        return Said(
            f"{who} holds {duty.en} and, too close to it, {other.en}.",
            f"{who} tient {duty.fr} et, trop près, {other.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("the day before and the day after", {"days": "tue"}, "Ana D D D", 2),
        Example("a day further", {"days": "wed"}, "Ana D . D . D", 0),
        Example("out of the scope", {"days": "fri"}, "Ana D D D", 0),
        Example("another line", {"days": "tue"}, "Ana N D N", 0),
        Example("the second before", {"days": "wed", "places": [-2]}, "Ana D . D . D", 1),
        Example("somebody else", {"days": "tue"}, "Ana D . D\nBob . D .", 0),
        Example("the day before is past", {"days": "tue"}, "Ana D | D", 1),
        Example("a past day asks it too", {"days": "mon"}, "Ana D | D", 1),
        Example("both past", {"days": "tue"}, "Ana D D | .", 0),
        Example(
            "decided by hand, all of it",
            {"days": "tue", "decided_pass": True},
            "Ana D D .\nBob . . D",
            0,
            {
                "pins": [
                    {"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"},
                    {"line": "D", "date": "2027-03-02", "period": "day", "person": "Ana"},
                    {"line": "D", "date": "2027-03-03", "period": "day", "person": "Bob"},
                ]
            },
        ),
        Example(
            "decided by hand, but for one of them",
            {"days": "tue", "decided_pass": True},
            "Ana D D .",
            1,
            {
                "pins": [
                    {"line": "D", "date": "2027-03-01", "period": "day", "person": "Ana"},
                    {"line": "D", "date": "2027-03-02", "period": "day", "person": "Ana"},
                ]
            },
        ),
    )
