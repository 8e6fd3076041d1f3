"""Sentences about a rota: why nobody holds a duty, what a tier proves, what a person carries."""

from collections import defaultdict
from dataclasses import dataclass, replace

from scheduler.facts import Duty, Facts
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads, pool_of
from scheduler.roster import Roster
from scheduler.rules.base import Breach, Rule
from scheduler.rules.wishes import refusals
from scheduler.scenario import Scenario
from scheduler.words import Said, said_hundredths

_FREE = Said("free: the search was stopped too early", "libre : la recherche a été arrêtée trop tôt")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One candidate for a duty and the first rule that stops them (None: nothing does)."""

    person: str
    rule: Rule | None


class Questions:
    """Answers "why not?" about one roster; keeps what it has worked out, for a page asks about many duties."""

    def __init__(self, scenario: Scenario, roster: Roster) -> None:
        self._scenario, self._roster = scenario, roster
        self._rules = [r for r in scenario.rules if r.price is None and r.enabled and r.STOPS]
        self._alone: dict[str, tuple[Facts, frozenset[tuple[str, str]]]] = {}
        self._pools: dict[str, frozenset[str]] = {}
        self._before: dict[tuple[str, str], frozenset[Breach]] = {}

    def obstacles(self, duty: Duty) -> list[Obstacle]:
        """Everybody who has the line's trade but not the duty, with the first rule that stops them, in the files' order."""
        facts = self._scenario.facts
        line = facts.line_by_id[duty.line]
        if line.id not in self._pools:
            self._pools[line.id] = frozenset(pool_of(facts, line.id))
        trade = [
            p.id
            for p in facts.people
            if p.id in self._pools[line.id]
            or (p.profession == line.profession and line.specialties and set(p.specialties) & set(line.specialties))
        ]
        there = [person for person in trade if not self._roster.covers(person, duty.id)]
        return [Obstacle(person, self._stops(duty, person)) for person in there]

    def why_empty(self, duty: Duty) -> list[Said]:
        """Why a duty has nobody (or too few): the people who could, grouped by what stops them, most first."""
        groups: defaultdict[tuple[str, Said], int] = defaultdict(int)
        for obstacle in self.obstacles(duty):
            rule = obstacle.rule
            groups[(rule.kind, rule.STOPS or _FREE) if rule else ("", _FREE)] += 1
        ordered = sorted(groups.items(), key=lambda item: (-item[1], item[0][0]))
        return [Said(f"{number} {s.en}", f"{number} {s.fr}") for (_, s), number in ordered]

    def _stops(self, duty: Duty, person: str) -> Rule | None:
        if person not in self._alone:
            mine = frozenset((d, p) for d, p in self._roster.assignments if p == person)
            self._alone[person] = (only_of(self._scenario.facts, person), mine)
        alone, mine = self._alone[person]
        for rule in self._rules:
            facts, assignments, whose = alone, mine, person
            if rule.SEES != "person":
                if not _matters(rule, alone, duty, person):
                    continue
                facts, assignments, whose = self._scenario.facts, self._roster.assignments, ""
            if (rule.name, whose) not in self._before:
                before = replace(self._roster, assignments=assignments)
                self._before[rule.name, whose] = frozenset(rule.check(facts, before))
            after = replace(self._roster, assignments=assignments | {(duty.id, person)})
            if not self._before[rule.name, whose].issuperset(rule.check(facts, after)):
                return rule
        return None


def _matters(rule: Rule, facts: Facts, duty: Duty, person: str) -> bool:
    """Whether a rule about several people can have anything to say of this person on this duty."""
    line = facts.line_by_id[duty.line]
    match rule.kind:
        case "senior_backup":
            return line.senior_line is not None
        case "facility_capacity":
            return line.facility is not None
        case "pairs":
            return any(person in (pair.first, pair.second) for pair in facts.tables.pairs)
        case _:
            return rule.covers(facts, duty)


def only_of(facts: Facts, person: str) -> Facts:
    """The facts of one person alone: what a rule that judges people one by one reads, and no more."""
    tables = facts.tables
    kept = {
        name: tuple(row for row in getattr(tables, name) if row.person == person)
        for name in ("absences", "exemptions", "wishes", "offers", "commitments", "pins")
    }
    people = (facts.person_by_id[person],)
    return replace(facts, tables=replace(tables, people=people, **kept))


def said_tier(scenario: Scenario, name: str, value: int, bound: int | None, roster: Roster) -> Said:
    """What a tier reached and what is proved of it, for a head of service."""
    if name == "cover":
        return _said_cover(scenario, value, bound, roster)
    unit = {
        "worst_off": Said(
            "points above the fair share, the most loaded person of each group added up",
            "points au-dessus de la juste part, pour la personne la plus chargée de chaque groupe, additionnés",
        ),
        "evenness": Said(
            "away from the fair shares, everybody and every category added up",
            "d'écart aux justes parts, toutes personnes et catégories additionnées",
        ),
        "wishes": Said("points of refused wishes", "points de souhaits refusés"),
    }.get(name, Said("points", "points"))
    shown = said_points(name, value)
    if bound is None:
        return Said(f"{shown.en} {unit.en}; nothing is proved", f"{shown.fr} {unit.fr} ; rien n'est prouvé")
    if bound >= value:
        return Said(
            f"{shown.en} {unit.en}; no rota that keeps these rules and what comes before does better (proved)",
            f"{shown.fr} {unit.fr} ; aucun tableau respectant ces règles et ce qui précède ne fait mieux (prouvé)",
        )
    least = said_points(name, bound)
    return Said(
        f"{shown.en} {unit.en}; no rota that keeps these rules and what comes before goes below {least.en} (proved)",
        f"{shown.fr} {unit.fr} ; aucun tableau respectant ces règles et ce qui précède ne descend sous {least.fr} (prouvé)",
    )


def said_points(tier: str, value: int) -> Said:
    """A tier's value as people read it: loads are kept in hundredths, everything else in whole points."""
    return said_hundredths(value if tier in ("worst_off", "evenness") else value * 100)


def _said_cover(scenario: Scenario, value: int, bound: int | None, roster: Roster) -> Said:
    duties = scenario.facts.duties
    needed = [d for d in duties if d.needed]
    held = sum(len(roster.people_on(d.id)) >= d.needed for d in needed)
    en, fr = f"{held} of {len(needed)} duties held", f"{held} gardes tenues sur {len(needed)}"
    if bound is not None and bound >= value:
        if held == len(needed) and not value:
            return Said(f"{en}: all of them", f"{fr} : toutes")
        return Said(
            f"{en}; no rota that keeps these rules covers better (proved)",
            f"{fr} ; aucun tableau respectant ces règles ne couvre mieux (prouvé)",
        )
    if bound is None:
        return Said(f"{en}; nothing is proved", f"{fr} ; rien n'est prouvé")
    return Said(
        f"{en}: {value} points of holes; no rota that keeps these rules has fewer than {bound} (proved)",
        f"{fr} : {value} points de trous ; aucun tableau respectant ces règles n'en a moins de {bound} (prouvé)",
    )


def said_duty_held(scenario: Scenario, roster: Roster, duty: Duty) -> list[Said]:
    """A duty explained: who holds it, or that somebody is missing, and what stops the others."""
    facts = scenario.facts
    name = facts.said_duty(duty.id)
    people = ", ".join(facts.name(person) for person in roster.people_on(duty.id))
    missing = duty.needed - len(roster.people_on(duty.id))
    said = [Said(f"{name.en}: {people or 'nobody'}", f"{name.fr} : {people or 'personne'}")]
    if missing > 0:
        said.append(
            Said(
                f"{missing} more needed. Of those who know the line:",
                f"Il manque {missing} personne(s). Parmi celles qui connaissent la ligne :",
            )
        )
    return said + Questions(scenario, roster).why_empty(duty)


def said_person(scenario: Scenario, roster: Roster, person: str) -> list[Said]:
    """What somebody carries: load against fair share with the balance carried, duties, wishes refused."""
    facts = scenario.facts
    load, share, before = loads(facts, roster), fair_shares(facts), carried(facts)
    french = {"points": "points", "nights": "nuits", "weekends": "week-ends", "sensitive": "dates sensibles"}
    said = [Said(facts.name(person), facts.name(person))]
    for category in CATEGORIES:
        has, fair, old = (said_hundredths(table[category][person]) for table in (load, share, before))
        said.append(
            Said(
                f"{category}: {has.en}, fair share {fair.en}, carried over {old.en}",
                f"{french[category]} : {has.fr}, juste part {fair.fr}, report {old.fr}",
            )
        )
    mine = sorted(roster.duties_of(person), key=lambda d: facts.duty_by_id[d].start)
    said += [facts.said_duty(duty_id) for duty_id in mine]
    for row, times in refusals(facts, roster, person).items():
        wish = facts.tables.wishes[row]
        what = " ".join(
            (*wish.days, *wish.periods, *wish.lines, *(str(d) for d in (wish.first_day, wish.last_day) if d))
        )
        said.append(
            Said(f"wish refused ({times}): {wish.wish} {what}", f"souhait refusé ({times}) : {wish.wish} {what}")
        )
    return said
