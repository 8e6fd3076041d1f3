"""Nobody works more than so many hours a week on average."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from scheduler.calendar import days_between
from scheduler.facts import Facts
from scheduler.roster import Roster
from scheduler.rules.base import Board, Breach, Example, Rule, Sees, held
from scheduler.terms import total
from scheduler.words import Said, said_hundredths


class MeanWeeklyHours(Rule):
    """Working time of the duties plus ``base_hours`` a week of other work (for a full-timer), over all sites, is at most
    ``hours`` a week on average over any ``weeks`` weeks (windows slide by a week and end with the horizon's last day; if
    less is known, the known days are one window).

    Unit of breach: a minute above, in one window.
    """

    SEES: ClassVar[Sees] = "person"
    STOPS: ClassVar[Said | None] = Said("with no hours left", "au bout de la durée de travail permise")
    kind: Literal["mean_weekly_hours"] = "mean_weekly_hours"
    hours: Annotated[int, Field(ge=1, le=168)]
    weeks: Annotated[int, Field(ge=1, le=53)]
    base_hours: Annotated[int, Field(ge=0, le=60, description="h a week of other work for a full-timer")] = 0

    def statement(self) -> Said:
        return Said(
            f"At most {self.hours} h of work a week on average over {self.weeks} weeks, all sites together.",
            f"Au plus {self.hours} h de travail par semaine en moyenne sur {self.weeks} semaines, tous sites confondus.",
        )

    def encode(self, board: Board) -> None:
        facts = board.facts
        last = facts.territory.last_day
        dates = [d.date for held_before in facts.past_duties.values() for d in held_before]
        known = min((*dates, facts.territory.first_day))
        length = min(7 * self.weeks, (last - known).days + 1)
        windows = []
        end = last
        while end >= facts.territory.first_day and end - timedelta(days=length - 1) >= known:
            windows.append((end - timedelta(days=length - 1), end))
            end -= timedelta(days=7)
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = [d for d in board.duties_of(person.id) if d.worked_minutes]
            percents = [facts.percent_of(person.id, day) for day in days_between(known, last)]
            for first, final in windows:
                inside = total(board.on(person.id, d) * d.worked_minutes for d in mine if first <= d.date <= final)
                other = sum(percents[(first - known).days : (final - known).days + 1])
                allowed = self.hours * 60 * length // 7 - self.base_hours * 60 * other // 700
                names = (first.isoformat(), final.isoformat())
                board.at_most(max(allowed, 0), inside, Breach(self.name, person.id, names))

    def check(self, facts: Facts, roster: Roster) -> Iterator[Breach]:
        begins, last = facts.territory.first_day, facts.territory.last_day
        known = min([begins, *(d.date for before in facts.past_duties.values() for d in before)])
        for person in facts.people:
            if not self.concerns(facts, person.id):
                continue
            mine = held(facts, roster, person.id)
            there = {
                known + timedelta(days=i): facts.percent_of(person.id, known + timedelta(days=i))
                for i in range((last - known).days + 1)
                if self.base_hours
            }
            for back in range(0, (last - begins).days + 1, 7):
                final = last - timedelta(days=back)
                first = max(final - timedelta(days=7 * self.weeks - 1), known)
                days = (final - first).days + 1
                if days < 7 * self.weeks and back:
                    break
                work = sum(d.worked_minutes for d in mine if first <= d.date <= final)
                past = sum(d.worked_minutes for d in mine if first <= d.date <= final and d.past)
                percents = sum(percent for day, percent in there.items() if first <= day <= final)
                allowed = self.hours * 60 * days // 7 - self.base_hours * 60 * percents // 700
                over = work - max(allowed, 0, past)
                if over > 0:
                    yield Breach(self.name, person.id, (first.isoformat(), final.isoformat()), over)

    def explain(self, breach: Breach, facts: Facts) -> Said:
        who, hours = facts.name(breach.subject), said_hundredths(breach.amount * 100 // 60)
        return Said(
            f"{who} would work {hours.en} h more than {self.hours} h a week allow, {breach.where[0]} to {breach.where[1]}.",
            f"{who} travaillerait {hours.fr} h de plus que {self.hours} h par semaine, du {breach.where[0]} au {breach.where[1]}.",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("exactly the mean", {"hours": 24, "weeks": 1}, "Ana D D . . . . .", 0),
        Example("twelve hours too many", {"hours": 24, "weeks": 1}, "Ana D D D . . . .", 720),
        Example("on call from home does not count", {"hours": 24, "weeks": 1}, "Ana D D C . . . .", 0),
        Example("other work counts", {"hours": 24, "weeks": 1, "base_hours": 6}, "Ana D D . . . . .", 360),
        Example(
            "half of it for a half-timer",
            {"hours": 24, "weeks": 1, "base_hours": 6},
            "Ana D D . . . . .",
            180,
            {"engagements": [{"person": "Ana", "site": "H", "status": "consultant", "percent": "50"}]},
        ),
        Example(
            "a quiet week makes up for a busy one", {"hours": 24, "weeks": 2}, "Ana D D D . . . . . . . . . . .", 0
        ),
        Example("the past is in the window", {"hours": 12, "weeks": 1}, "Ana . D . . | D . .", 720),
        Example("a short horizon is measured by its days", {"hours": 84, "weeks": 17}, "Ana D D", 0),
        Example("and not a minute more", {"hours": 83, "weeks": 17}, "Ana D D", 18),
    )
