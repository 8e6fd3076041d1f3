"""Nobody works in too many departments."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.calendar import days_between
from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.terms import Terms, total
from scheduler.words import Said


class Departments(Rule):
    """Each person's duties of the scope are in at most ``limit`` departments (of their sites), the department of the last duty
    before the horizon included. With ``off_counts`` a day off counts like one more department: with a limit of 2 one stays
    where one is, unless one works every single day.

    Unit of breach: a department too many, for one person.
    """

    SEES: ClassVar[Sees] = "person"
    kind: Literal["departments"] = "departments"
    limit: Annotated[int, Field(ge=1, le=50)] = 1
    off_counts: bool = Field(False, description="days off count together as one department more")

    def statement(self) -> Said:
        return Said(
            f"Nobody works in more than {self.limit} departments{', days off being one' if self.off_counts else ''}.",
            f"Personne n'exerce dans plus de {self.limit} services{', jours sans garde comptant pour un' if self.off_counts else ''}.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        department = {site.id: site.department for site in facts.tables.sites}
        days = list(days_between(facts.territory.first_day, facts.territory.last_day))
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [duty for duty in board.duties_of(person.id) if self.covers(facts, duty)]
            past = [duty for duty in mine if duty.past]
            before = department[past[-1].sites[0]] if past else None
            parts: dict[str, list[Terms]] = {before: [Terms(const=1)]} if before else {}
            by_day: dict[object, list[Terms]] = {day: [] for day in days}
            for duty in mine:
                if duty.past:
                    continue
                on = board.on(person.id, duty)
                by_day[duty.date].append(on)
                for site in duty.sites:
                    where = department[site]
                    if where and where != before:
                        parts.setdefault(where, []).append(board.both(on, board.at(duty, site)))
            found = total(board.any_of(part) for part in parts.values())
            if self.off_counts:
                always = Terms(const=1)
                for day in days:
                    always = board.both(always, board.any_of(by_day[day]))
                found = found + Terms(const=1) - always
            board.at_most(self.limit, found, Breach(self.name, person.id))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            held = [facts.duty_by_id[duty] for duty in roster.duties_of(person.id)]
            counted = [duty for duty in held if self.covers(facts, duty)]
            sites = {site_of(duty, roster) for duty in counted}
            sites |= {duty.sites[0] for duty in [d for d in facts.past_of(person.id) if self.covers(facts, d)][-1:]}
            found = len({facts.site_by_id[site].department for site in sites} - {None})
            horizon = facts.territory
            if self.off_counts and len({duty.date for duty in counted}) <= (horizon.last_day - horizon.first_day).days:
                found += 1
            if found > self.limit:
                yield Breach(self.name, person.id, (), found - self.limit)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who = facts.name(breach.subject)
        return Said(
            f"{who} would be in {breach.amount} departments too many.",
            f"{who} serait dans {breach.amount} service(s) de trop.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("one department", {}, "Ana D D", 0, {"sites": [{"id": "H", "department": "a"}]}),
        Example(
            "two",
            {},
            "Ana D S",
            1,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
        Example(
            "two sites of one department",
            {},
            "Ana D S",
            0,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "a"}]},
        ),
        Example("a site without a department", {}, "Ana D S", 0, {"sites": [{"id": "H", "department": "a"}]}),
        Example(
            "where one was last",
            {},
            "Ana S D | . S\nBob D S | . D",
            2,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
        Example(
            "a day off counts",
            {"limit": 2, "off_counts": True},
            "Ana D | S .\nBob D | D .",
            1,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
        Example(
            "no day off, one move",
            {"limit": 2, "off_counts": True},
            "Ana D | S S",
            0,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
        Example(
            "the place is chosen",
            {},
            "Ana D p",
            1,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
        Example(
            "only the scope",
            {"lines": "D"},
            "Ana D S",
            0,
            {"sites": [{"id": "H", "department": "a"}, {"id": "K", "department": "b"}]},
        ),
    )
