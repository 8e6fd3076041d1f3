"""Letters: to each person their duties, balance, wishes and where they stand, never a colleague's reason nor anybody else's
figures; to the coordinator what is proved, what is empty and why, who carries most, what would fall with one absence."""

from collections import Counter
from collections.abc import Mapping, Sequence

from scheduler.explain import Questions, said_tier
from scheduler.facts import Facts
from scheduler.fairness import CATEGORIES, carried, fair_shares, loads, pool_of
from scheduler.moves import Bench, Fragile
from scheduler.roster import Roster, site_of
from scheduler.rules.wishes import named, refusals
from scheduler.scenario import Scenario
from scheduler.tables import Wish
from scheduler.verify import Verdict
from scheduler.words import Said, said_day, said_days, said_hundredths

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
            f"Dear {name}, here is your part of the duty roster “{facts.territory.name}”, from {first.en} to {last.en}.",
            f"Bonjour {name}, voici votre part du tableau de garde « {facts.territory.name} », du {first.fr} au {last.fr}.",
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
    said += _wishes(scenario, roster, person)
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


def _wishes(scenario: Scenario, roster: Roster, person: str) -> list[Said]:
    facts = scenario.facts
    asked = [(n, w) for n, w in facts.wishes_by_person.get(person, ()) if w.wish in ("rather_not", "would_like")]
    refused = refusals(facts, roster, person)
    if not asked:
        return []
    if not refused:
        return [Said("All your wishes are granted.", "Tous vos souhaits sont exaucés.")]
    granted = len(asked) - len(refused)
    said = [Said(f"Wishes granted: {granted} of {len(asked)}.", f"Souhaits exaucés : {granted} sur {len(asked)}.")]
    bench = Bench(scenario, roster)
    for number, wish in asked:
        if number in refused:
            what = said_wish(facts, wish)
            said.append(
                Said(
                    f"Not granted: {what.en}. It is remembered: the next refusal would count for more.",
                    f"Non exaucé : {what.fr}. C'est retenu : le prochain refus compterait davantage.",
                )
            )
            if wish.wish == "rather_not":
                said += _who_else(bench, wish, person)
    return said


def _who_else(bench: Bench, wish: Wish, person: str) -> list[Said]:
    """For each duty held against a wish: how many others could take it, so that one knows whether to offer it."""
    facts, said = bench.scenario.facts, []
    for name in bench.roster.duties_of(person):
        duty = facts.duty_by_id[name]
        if not named(facts, wish, duty):
            continue
        others = 0
        for other in pool_of(facts, duty.line):
            if not bench.roster.covers(other, name):
                after = bench.after([(name, person)], [(name, other)])
                others += not bench.broken(after, (other,), first=True)
        what = facts.said_duty(name)
        said.append(
            Said(
                f"– {what.en}: {others} others could take it as the rota stands; you can offer it to them.",
                f"– {what.fr} : {others} autres personnes pourraient la reprendre en l'état ; vous pouvez la leur proposer.",
            )
            if others
            else Said(
                f"– {what.en}: nobody else can take it as the rota stands.",
                f"– {what.fr} : personne d'autre ne peut la reprendre en l'état.",
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
    when = said_days(wish.days)
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
    en = ", ".join(part for part in (when.en, days_en, periods, lines) if part)
    fr = ", ".join(part for part in (when.fr, days_fr, periods, lines) if part)
    return Said(f"{verb.en} {en}".strip(), f"{verb.fr} {fr}".strip())


def _rank(facts: Facts, roster: Roster, person: str) -> list[Said]:
    """Where somebody stands among their peers, by how far they are above the fair share; nobody else is named."""
    load, share, before = loads(facts, roster)["points"], fair_shares(facts)["points"], carried(facts)["points"]
    group = [p.id for p in facts.people if facts.peer_group(p.id) == facts.peer_group(person)]
    beyond = {p: load[p] + before[p] - share[p] for p in group}
    if len(group) < 2:
        return []
    worse = sum(value > beyond[person] for value in beyond.values())
    en, fr = (
        f"Of the {len(group)} people you are compared with, ",
        f"Parmi les {len(group)} personnes auxquelles vous êtes comparé, ",
    )
    if not worse:
        return [
            Said(
                f"{en}nobody ends further above their fair share than you.",
                f"{fr}personne ne finit plus au-dessus de sa part que vous.",
            )
        ]
    return [
        Said(
            f"{en}{worse} end further above their fair share than you.",
            f"{fr}{worse} finissent plus au-dessus de leur part que vous.",
        )
    ]


# --- to the coordinator -----------------------------------------------------------------------------------------------

LISTED = 8
"""Holes, people or lines named one by one; the others are counted."""
SMALL_POOL = 4
"""People who can hold a line, at or below which one leaver breaks it."""


def note(
    scenario: Scenario,
    roster: Roster,
    verdict: Verdict,
    bounds: Mapping[str, int | None],
    fragile: Sequence[Fragile],
) -> list[Said]:
    """The note that goes with a rota to the territory's coordinator, a paragraph each.

    Args:
        scenario: what was asked.
        roster: the rota.
        verdict: the judge's, of this rota.
        bounds: proven bounds by tier; empty where nothing is proved.
        fragile: duties that nobody or one other could take.
    """
    facts = scenario.facts
    first, last = said_day(facts.territory.first_day), said_day(facts.territory.last_day)
    said = [
        Said(
            f"Duty roster “{facts.territory.name}”, from {first.en} to {last.en}: {len(facts.people)} people, "
            f"{len(facts.lines)} lines, {len(facts.duties)} duties.",
            f"Tableau de garde « {facts.territory.name} », du {first.fr} au {last.fr} : {len(facts.people)} personnes, "
            f"{len(facts.lines)} lignes, {len(facts.duties)} gardes.",
        ),
        Said("What it is worth:", "Ce qu'il vaut :"),
    ]
    for tier, value in verdict.values.items():
        one = said_tier(scenario, tier, value, bounds.get(tier), roster)
        said.append(Said(f"– {one.en}", f"– {one.fr}"))
    said += _broken(scenario, verdict)
    return [
        *said,
        *_holes(scenario, roster),
        *_carrying(facts, roster),
        *_refused(facts, roster),
        *_weak(facts, fragile),
    ]


def _broken(scenario: Scenario, verdict: Verdict) -> list[Said]:
    if verdict.ok:
        return [Said("No rule is broken.", "Aucune règle n'est enfreinte.")]
    said = [Said("Rules are broken: it may not be published.", "Des règles sont enfreintes : il ne peut être publié.")]
    for breach in verdict.forbidden[:LISTED]:
        one = scenario.rule(breach.rule).explain(breach, scenario.facts)
        said.append(Said(f"– {one.en}", f"– {one.fr}"))
    return said


def _holes(scenario: Scenario, roster: Roster) -> list[Said]:
    facts, questions = scenario.facts, Questions(scenario, roster)
    empty = [d for d in facts.duties if len(roster.people_on(d.id)) < d.needed]
    if not empty:
        return []
    said = [
        Said(
            f"{len(empty)} duties lack somebody; of those who know the line:",
            f"Il manque quelqu'un à {len(empty)} gardes ; parmi les personnes qui connaissent la ligne :",
        )
    ]
    for duty in empty[:LISTED]:
        name, why = facts.said_duty(duty.id), questions.why_empty(duty)
        en, fr = (", ".join(one.to(lang) for one in why) for lang in ("en", "fr"))
        said.append(Said(f"– {name.en}: {en}", f"– {name.fr} : {fr}"))
    return [*said, *_more(len(empty))]


def _more(number: int) -> list[Said]:
    more = number - LISTED
    return [Said(f"– and {more} more", f"– et {more} autres")] if more > 0 else []


def _carrying(facts: Facts, roster: Roster) -> list[Said]:
    load, share, before = loads(facts, roster)["points"], fair_shares(facts)["points"], carried(facts)["points"]
    beyond = {p: load[p] + before[p] - share[p] for p in facts.person_by_id}
    most = [p for p in sorted(beyond, key=lambda p: (-beyond[p], p)) if beyond[p] > 0][:3]
    if not most:
        return []
    shown = [(facts.name(p), said_hundredths(beyond[p])) for p in most]
    return [
        Said(
            "Furthest above their fair share at the end: " + ", ".join(f"{who} (+{v.en})" for who, v in shown) + ".",
            "Les plus au-dessus de leur juste part à la fin : "
            + ", ".join(f"{who} (+{v.fr})" for who, v in shown)
            + ".",
        )
    ]


def _refused(facts: Facts, roster: Roster) -> list[Said]:
    asked = Counter(w.person for w in facts.tables.wishes if w.wish in ("rather_not", "would_like"))
    if not asked:
        return []
    not_granted = {person: len(refusals(facts, roster, person)) for person in asked}
    memory = {row.person: row.refused for row in facts.tables.balances}
    again = sorted(p for p, times in not_granted.items() if times and memory.get(p))
    total = sum(asked.values())
    said = Said(
        f"Of {total} wishes, {total - sum(not_granted.values())} are granted.",
        f"Sur {total} souhaits, {total - sum(not_granted.values())} sont exaucés.",
    )
    if not again:
        return [said]
    names = ", ".join(facts.name(person) for person in again[:LISTED])
    return [
        Said(
            f"{said.en} Refused again after an earlier roster: {names}.",
            f"{said.fr} Refusés une nouvelle fois après un tableau précédent : {names}.",
        )
    ]


def _weak(facts: Facts, fragile: Sequence[Fragile]) -> list[Said]:
    said = []
    if fragile:
        nobody = sum(not one.replacements for one in fragile)
        by_line = Counter(facts.duty_by_id[one.duty].line for one in fragile)
        said.append(
            Said(
                f"If their holder were away, {nobody} duties could be taken by nobody, {len(fragile) - nobody} by one person only. "
                "By line:",
                f"En cas d'absence du titulaire, {nobody} gardes ne pourraient être reprises par personne, {len(fragile) - nobody} par "
                "une seule. Par ligne :",
            )
        )
        for line, number in by_line.most_common(LISTED):
            said.append(Said(f"– {facts.name(line)}: {number}", f"– {facts.name(line)} : {number}"))
        said += _more(len(by_line))
    small = [(line.id, len(pool_of(facts, line.id))) for line in facts.lines]
    small = [(line, pool) for line, pool in small if pool <= SMALL_POOL]
    if small:
        shown = ", ".join(f"{facts.name(line)} ({pool})" for line, pool in small[:LISTED])
        said.append(
            Said(
                f"Lines that {SMALL_POOL} people or fewer can hold: {shown}.",
                f"Lignes que {SMALL_POOL} personnes au plus peuvent tenir : {shown}.",
            )
        )
    return said
