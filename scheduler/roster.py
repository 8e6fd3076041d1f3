"""The answer: who holds which duty, and where. No memory of how it was found."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.facts import Duty


@dataclass(frozen=True, slots=True)
class Roster:
    """A set of assignments (duty id, person id), and the site of each duty whose site is a choice.

    Two rosters are equal when they say the same; order never matters.
    """

    assignments: frozenset[tuple[str, str]]
    site_by_duty: Mapping[str, str] = field(default_factory=dict)
    people_by_duty: Mapping[str, tuple[str, ...]] = field(init=False, compare=False, repr=False)
    duties_by_person: Mapping[str, tuple[str, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        people: defaultdict[str, list[str]] = defaultdict(list)
        duties: defaultdict[str, list[str]] = defaultdict(list)
        for duty, person in sorted(self.assignments):
            people[duty].append(person)
            duties[person].append(duty)
        object.__setattr__(self, "people_by_duty", {k: tuple(v) for k, v in people.items()})
        object.__setattr__(self, "duties_by_person", {k: tuple(v) for k, v in duties.items()})

    def people_on(self, duty_id: str) -> tuple[str, ...]:
        """Who holds a duty, by id; empty when nobody does."""
        return self.people_by_duty.get(duty_id, ())

    def duties_of(self, person_id: str) -> tuple[str, ...]:
        """Ids of the duties a person holds, by id."""
        return self.duties_by_person.get(person_id, ())

    def covers(self, person_id: str, duty_id: str) -> bool:
        """Whether this person holds this duty."""
        return (duty_id, person_id) in self.assignments


def roster_of(assignments: Iterable[tuple[str, str]], site_by_duty: Mapping[str, str] | None = None) -> Roster:
    """A roster from (duty id, person id) pairs."""
    return Roster(frozenset(assignments), dict(site_by_duty or {}))


def site_of(duty: "Duty", roster: Roster) -> str:
    """Where a duty is: the roster's choice, else its first site."""
    return roster.site_by_duty.get(duty.id, duty.sites[0])
