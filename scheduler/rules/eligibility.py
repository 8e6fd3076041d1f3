"""Only people with the trade, the skills, the status and the right to practise there hold a line."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from scheduler.facts import Facts
from scheduler.roster import Roster, site_of
from scheduler.rules.base import Board, Breach, Example, Rule, Sees
from scheduler.words import Said


class Eligibility(Rule):
    """Profession, one of the specialty codes, all the skills, an engagement in force with an accepted status, and an
    engagement or a privilege at the site.

    Unit of breach: an assignment.
    """

    ALWAYS_HARD: ClassVar[bool] = True
    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said(
        "without the skill or the right to practise there", "sans la compétence ou le droit d'y exercer"
    )
    kind: Literal["eligibility"] = "eligibility"

    def statement(self) -> Said:
        return Said(
            "A duty is held by somebody with the trade, the skills and the right to practise at its site.",
            "Une garde est tenue par quelqu'un qui en a la qualification, les compétences et le droit d'exercer sur le site.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        for person in facts.people:
            codes, skills = set(person.specialties), set(person.skills)
            suited = {
                line.id
                for line in facts.lines
                if line.profession == person.profession
                and (not line.specialties or codes & set(line.specialties))
                and skills >= set(line.skills)
            }
            privileges = {row.site for row in facts.tables.privileges if row.person == person.id}
            anywhere = Breach(self.name, person.id)
            for duty in facts.duties:
                if duty.line not in suited:
                    board.never(person.id, duty, None, anywhere)
                    continue
                breach = Breach(self.name, person.id, (duty.id,))
                accepted = facts.line_by_id[duty.line].statuses
                engaged = facts.engaged(person.id, duty.date)
                if not any(not accepted or e.status in accepted for e in engaged):
                    board.never(person.id, duty, None, breach)
                    continue
                here = privileges | {e.site for e in engaged}
                for site in duty.sites:
                    if site not in here:
                        board.never(person.id, duty, site, breach)

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        privileges = {(row.person, row.site) for row in facts.tables.privileges}
        for duty_id, person_id in sorted(roster.assignments):
            duty, person = facts.duty_by_id[duty_id], facts.person_by_id[person_id]
            line, site = facts.line_by_id[duty.line], site_of(duty, roster)
            engaged = facts.engaged(person_id, duty.date)
            fits = (
                person.profession == line.profession
                and (not line.specialties or any(code in line.specialties for code in person.specialties))
                and all(skill in person.skills for skill in line.skills)
                and any(e.status in line.statuses or not line.statuses for e in engaged)
                and ((person_id, site) in privileges or any(e.site == site for e in engaged))
            )
            if not fits:
                yield Breach(self.name, person_id, (duty_id,))

    def explain(self, breach: Breach, facts: Facts) -> Said:
        duty, who = facts.said_duty(breach.where[0]), facts.name(breach.subject)
        return Said(
            f"{who} has not the trade, the skill, the status or the privilege for {duty.en}.",
            f"{who} n'a pas la qualification, la compétence, le statut ou l'autorisation pour {duty.fr}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "one of the codes is enough",
            {},
            "Ana D",
            0,
            {"people": [{"id": "Ana", "specialties": "SM04"}], "lines": [{"id": "D", "specialties": "SM04 SM73"}]},
        ),
        Example("no code", {}, "Ana D", 1, {"lines": [{"id": "D", "specialties": "SM04"}]}),
        Example(
            "all skills are needed",
            {},
            "Ana D",
            1,
            {"people": [{"id": "Ana", "skills": "hand"}], "lines": [{"id": "D", "skills": "hand endoscopy"}]},
        ),
        Example("another profession", {}, "Ana D", 1, {"people": [{"id": "Ana", "profession": "nurse"}]}),
        Example("a status the line accepts", {}, "Ana D", 0, {"lines": [{"id": "D", "statuses": "consultant"}]}),
        Example("a status it does not", {}, "Ana D", 1, {"lines": [{"id": "D", "statuses": "private"}]}),
        Example(
            "engaged until that day",
            {},
            "Ana D",
            0,
            {"engagements": [{"person": "Ana", "site": "H", "status": "consultant", "last_day": "2027-03-01"}]},
        ),
        Example(
            "no longer engaged the day after",
            {},
            "Ana . D",
            1,
            {"engagements": [{"person": "Ana", "site": "H", "status": "consultant", "last_day": "2027-03-01"}]},
        ),
        Example(
            "no right to practise at the clinic",
            {},
            "Ana S",
            1,
            {
                "privileges": [{"person": "Ana", "site": "K"}, {"person": "Ana", "site": "H"}],
                "lines": [{"id": "S", "sites": "L"}],
                "sites": [{"id": "L", "name": "L", "kind": "surgery"}],
            },
        ),
        Example("either site of a choice", {}, "Ana P p", 0),
    )
