"""Nobody is in two places at once, nor on the road when a duty starts."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.words import Said


class OnePlace(Rule):
    """Two duties of a person never overlap, over all sites, and leave the time to go from one to the other.

    Lines declared ``compatible`` may be held at the same time. Ways that the travel table does not know take no time.
    Unit of breach: a pair of duties.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("on duty elsewhere at that time", "de garde ailleurs au même moment")
    kind: Literal["one_place"] = "one_place"

    def statement(self) -> Said:
        return Said(
            "Nobody holds two duties at the same time, wherever they are; the way between two sites is counted.",
            "Personne n'assure deux gardes en même temps, où que ce soit ; le trajet entre deux sites est compté.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        longest = max((way.minutes for way in facts.tables.travel), default=0)
        for person in facts.people:
            mine = board.duties_of(person.id)
            for i, first in enumerate(mine):
                for later in mine[i + 1 :]:
                    gap = (later.start - first.end).total_seconds() / 60
                    if gap >= longest and gap >= 0:
                        break
                    if gap < 0 and self._compatible(facts, first, later):
                        continue
                    breach = Breach(self.name, person.id, (first.id, later.id))
                    two = board.on(person.id, first) + board.on(person.id, later)
                    if gap < 0:
                        board.at_most(1, two, breach)
                        continue
                    for here in first.sites:
                        for there in later.sites:
                            if gap < (facts.minutes_between(here, there) or 0):
                                placed = board.at(first, here) + board.at(later, there)
                                board.at_most(3, two + placed, breach)

    @staticmethod
    def _compatible(facts: Facts, first: Duty, later: Duty) -> bool:
        one, other = facts.line_by_id[first.line], facts.line_by_id[later.line]
        return other.id in one.compatible or one.id in other.compatible

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        ways = {(w.origin, w.destination) for w in facts.tables.travel}
        slowest = max((facts.minutes[way] for way in ways), default=0)
        for person in facts.people:
            mine = held(facts, roster, person.id)
            for i, first in enumerate(mine):
                for later in mine[i + 1 :]:
                    if (later.start - first.end).total_seconds() >= max(slowest * 60, 1) or later.id == first.id:
                        break
                    if first.past and later.past:
                        continue
                    if later.start < first.end:
                        lines = facts.line_by_id
                        if later.line in lines[first.line].compatible or first.line in lines[later.line].compatible:
                            continue
                        yield Breach(self.name, person.id, (first.id, later.id))
                    else:
                        way = facts.minutes_between(site_of(first, roster), site_of(later, roster)) or 0
                        if (later.start - first.end).total_seconds() < way * 60:
                            yield Breach(self.name, person.id, (first.id, later.id))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        first, later = (facts.said_duty(duty) for duty in breach.where)
        who = facts.name(breach.subject)
        return Said(
            f"{who} cannot be at {first.en} and in time at {later.en}.",
            f"{who} ne peut être à {first.fr} et à temps à {later.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one after the other", {}, "Ana DN", 0),
        Example("two lines at the same time", {}, "Ana NC", 1),
        Example("two sites at the same time", {}, "Ana DS", 1),
        Example("lines that go together", {}, "Ana NC", 0, {"lines": [{"id": "C", "compatible": "N"}]}),
        Example(
            "no time for the way", {}, "Ana SN", 1, {"travel": [{"origin": "H", "destination": "K", "minutes": "1"}]}
        ),
        Example(
            "the way just fits",
            {},
            "Ana M\nBob S .",
            0,
            {"travel": [{"origin": "c1", "destination": "c2", "minutes": "240"}]},
        ),
        Example("a night already begun before the first day", {}, "Ana N | D", 0),
        Example(
            "the way from a past night",
            {},
            "Ana N | S",
            1,
            {"travel": [{"origin": "c1", "destination": "c2", "minutes": "5"}]},
        ),
        Example(
            "the chosen site decides",
            {},
            "Ana Sp .\nBob . SP",
            1,
            {"travel": [{"origin": "H", "destination": "K", "minutes": "5"}]},
        ),
    )
