"""A letter to each person: their duties, their balance against the fair share, their wishes, where they stand. Never a
colleague's reason, nor anybody else's figures."""

from scheduler.facts import Facts
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads
from scheduler.roster import Roster, site_of
from scheduler.rules.wishes import refusals
from scheduler.scenario import Scenario
from scheduler.tables import Wish
from scheduler.words import Said, said_day, said_hundredths

CATEGORY = {
    "points": Said("points of load", "points de charge"),
    "nights": Said("nights", "nuits"),
    "weekends": Said("duties on weekends and holidays", "gardes de week-end ou de jour férié"),
    "sensitive": Said("duties on sensitive dates", "gardes à une date sensible"),
}


def letter(scenario: Scenario, roster: Roster, person: str) -> list[Said]:
    """The letter, a paragraph each.

    Raises:
        KeyError: there is nobody of that id.
    """
    facts = scenario.facts
    name = facts.person_by_id[person].name
    first, last = said_day(facts.territory.first_day), said_day(facts.territory.last_day)
    said = [
        Said(
            f"Dear {name}, here is your part of the duty roster of {facts.territory.name}, from {first.en} to {last.en}.",
            f"Bonjour {name}, voici votre part du tableau de garde de {facts.territory.name}, du {first.fr} au {last.fr}.",
        )
    ]
    mine = sorted((facts.duty_by_id[d] for d in roster.duties_of(person)), key=lambda duty: duty.start)
    if not mine:
        said.append(Said("You hold no duty in this period.", "Vous n'avez aucune garde sur cette période."))
    else:
        said.append(Said(f"You hold {len(mine)} duties:", f"Vous tenez {len(mine)} gardes :"))
    for duty in mine:
        site = facts.name(site_of(duty, roster))
        start, end = (facts.calendar.local(i) for i in (duty.start, duty.end))
        what, hours = facts.said_duty(duty.id), f"{start:%H:%M} – {end:%H:%M}"
        said.append(Said(f"– {what.en}, {hours}, {site}", f"– {what.fr}, {hours}, {site}"))
    said += _balance(facts, roster, person)
    said += _wishes(facts, roster, person)
    return [*said, *_rank(facts, roster, person)]


def _balance(facts: Facts, roster: Roster, person: str) -> list[Said]:
    load, share, before = loads(facts, roster), fair_shares(facts), carried(facts)
    said = []
    for category in CATEGORIES:
        has, fair, old = load[category][person], share[category][person], before[category][person]
        if not (has or fair or old):
            continue
        shown = [said_hundredths(value) for value in (has, fair, abs(old), abs(old + has - fair))]
        (has_, fair_, old_, after) = shown
        what = CATEGORY[category]
        carried_ = (
            Said("", "")
            if not old
            else Said(
                f"; you came in {old_.en} {'above' if old > 0 else 'below'}",
                f" ; vous arriviez {old_.fr} {'au-dessus' if old > 0 else 'au-dessous'}",
            )
        )
        end = old + has - fair
        where = Said("above", "au-dessus") if end > 0 else Said("below", "au-dessous")
        closing = (
            Said("you are exactly at your share", "vous êtes exactement à votre part")
            if not end
            else Said(f"you end {after.en} {where.en} it", f"vous finissez {after.fr} {where.fr}")
        )
        said.append(
            Said(
                f"{what.en.capitalize()}: {has_.en}, for a fair share of {fair_.en}{carried_.en}; {closing.en}.",
                f"{what.fr.capitalize()} : {has_.fr}, pour une juste part de {fair_.fr}{carried_.fr} ; {closing.fr}.",
            )
        )
    return said


def _wishes(facts: Facts, roster: Roster, person: str) -> list[Said]:
    asked = [(n, w) for n, w in facts.wishes_by_person.get(person, ()) if w.wish in ("rather_not", "would_like")]
    refused = refusals(facts, roster, person)
    if not asked:
        return []
    granted = len(asked) - len(refused)
    said = [
        Said(
            f"Of your {len(asked)} wishes, {granted} are granted.",
            f"Sur vos {len(asked)} souhaits, {granted} sont exaucés.",
        )
    ]
    for number, wish in asked:
        if number in refused:
            what = said_wish(facts, wish)
            said.append(
                Said(
                    f"Not granted: {what.en}. It is remembered: the next refusal would count for more.",
                    f"Non exaucé : {what.fr}. C'est retenu : le prochain refus compterait davantage.",
                )
            )
    return said


def said_wish(facts: Facts, wish: Wish) -> Said:
    """A wish in words."""
    verb = {
        "rather_not": Said("rather not", "plutôt pas"),
        "would_like": Said("would like", "volontiers"),
        "cannot": Said("cannot", "impossible"),
        "only": Said("only", "seulement"),
    }[wish.wish]
    when = " ".join(wish.days)
    first, last = wish.first_day, wish.last_day
    days_en = days_fr = ""
    if first and last and first == last:
        day = said_day(first)
        days_en, days_fr = day.en, day.fr
    elif first or last:
        one, two = (said_day(day) if day else Said("…", "…") for day in (first, last))
        days_en, days_fr = f"{one.en} to {two.en}", f"du {one.fr} au {two.fr}"
    periods = ", ".join(facts.period_by_id[p].name for p in wish.periods)
    lines = ", ".join(facts.name(line) for line in wish.lines)
    en = ", ".join(part for part in (when, days_en, periods, lines) if part)
    fr = ", ".join(part for part in (when, days_fr, periods, lines) if part)
    return Said(f"{verb.en} {en}".strip(), f"{verb.fr} {fr}".strip())


def _rank(facts: Facts, roster: Roster, person: str) -> list[Said]:
    """Where somebody stands among their peers, by how far they are above the fair share; nobody else is named."""
    load, share, before = loads(facts, roster)["points"], fair_shares(facts)["points"], carried(facts)["points"]
    group = [p.id for p in facts.people if facts.peer_group(p.id) == facts.peer_group(person)]
    beyond = {p: load[p] + before[p] - share[p] for p in group}
    if len(group) < 2:
        return []
    better = sum(value > beyond[person] for value in beyond.values())
    return [
        Said(
            f"Of the {len(group)} people you are compared with, {better} end further above their fair share than you.",
            f"Parmi les {len(group)} personnes auxquelles vous êtes comparé, {better} finissent plus au-dessus de leur part que vous.",
        )
    ]
