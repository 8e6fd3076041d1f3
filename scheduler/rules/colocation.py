"""Lines that work together are at the same site at the same time."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Duty, Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Colocation(Rule):
    """Duties of lines with the same ``together`` word that overlap are at the same site.

    Unit of breach: a pair of duties.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "days"
    kind: Literal["colocation"] = "colocation"

    def statement(self) -> Said:
        return Said(
            "Lines that work together (surgeon, anaesthetist, theatre) are at the same site at the same time.",
            "Les lignes qui travaillent ensemble (chirurgien, anesthésiste, bloc) sont sur le même site au même moment.",
        )

    def ties(self, facts: Facts) -> Iterator[tuple[str, ...]]:
        by_word: dict[str, list[str]] = {}
        for line in facts.lines:
            if line.together:
                by_word.setdefault(line.together, []).append(line.id)
        for lines in by_word.values():
            yield tuple(lines)

    def encode(self, board: Board) -> None:
        facts = board.facts
        grouped = [d for d in facts.duties if facts.line_by_id[d.line].together]
        for i, one in enumerate(grouped):
            for other in grouped[i + 1 :]:
                if other.start >= one.end:
                    break
                if (
                    other.line == one.line
                    or facts.line_by_id[other.line].together != facts.line_by_id[one.line].together
                ):
                    continue
                for site in one.sites:
                    there = board.at(other, site)
                    board.at_most(0, board.at(one, site) - there, Breach(self.name, one.id, (one.id, other.id)))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        by_word: dict[str, list[Duty]] = {}
        for duty in facts.duties:
            word = facts.line_by_id[duty.line].together
            if word:
                by_word.setdefault(word, []).append(duty)
        for duties in by_word.values():
            open_: list[Duty] = []
            for duty in duties:
                open_ = [d for d in open_ if d.end > duty.start]
                for earlier in open_:
                    if earlier.line != duty.line and site_of(earlier, roster) != site_of(duty, roster):
                        yield Breach(self.name, earlier.id, (earlier.id, duty.id))
                open_.append(duty)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        one, other = (facts.said_duty(duty) for duty in breach.where)
        return Said(
            f"{one.en} and {other.en} are at different sites.", f"{one.fr} et {other.fr} sont sur des sites différents."
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "both at the hospital",
            {},
            "Ana P\nBob N",
            0,
            {"lines": [{"id": "P", "together": "theatre"}, {"id": "N", "together": "theatre"}]},
        ),
        Example(
            "one at the clinic",
            {},
            "Ana p\nBob N",
            1,
            {"lines": [{"id": "P", "together": "theatre"}, {"id": "N", "together": "theatre"}]},
        ),
        Example(
            "other words, other theatres",
            {},
            "Ana p\nBob N",
            0,
            {"lines": [{"id": "P", "together": "theatre"}, {"id": "N", "together": "imaging"}]},
        ),
        Example(
            "both chosen",
            {},
            "Ana p\nBob .",
            0,
            {"lines": [{"id": "P", "together": "theatre"}, {"id": "S", "together": "theatre"}]},
        ),
    )
