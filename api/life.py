"""The verbs of a rota's life after it is made: replan, replay, replacements, exchange, edit, reserve."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.asked import (
    BROKEN,
    IMPOSSIBLE,
    OUT_OF_TIME,
    Language,
    RosterPath,
    ScenarioPath,
    duty_of,
    language_of,
    loaded,
    opened,
    person_of,
    refuse,
    rota_of,
    wrong,
)
from api.reasons import Certificate, Seconds, proven_in
from api.told import changes_said, moves_said, no_rota, say
from scheduler.words import Said

if TYPE_CHECKING:
    from scheduler.exchanges import Exchange
    from scheduler.facts import Facts
    from scheduler.scenario import Scenario
    from scheduler.words import Lang
    from solver.plan import Outcome

OutFile = Annotated[Path | None, typer.Option("--out", help="write the new rota here, as .csv")]
Processes = Annotated[int, typer.Option("--workers", min=1, max=64)]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    for verb in (replan, replay, replacements, exchange, edit, reserve):
        app.command(verb.__name__)(verb)


def replan(
    scenario: ScenarioPath,
    roster: RosterPath,
    absent: Annotated[str, typer.Option("--absent", help="who, by id")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])],
    out: Annotated[Path, typer.Option("--out", help="folder for the new roster.csv")],
    frozen_until: Annotated[
        datetime | None, typer.Option("--frozen-until", formats=["%Y-%m-%d"], help="duties before this day never move")
    ] = None,
    time_limit: Seconds = 10.0,
    workers: Processes = 2,
    lang: Language = "",
) -> None:
    """Mend a published rota for an absence: the fewest changes, proved, then the fairest of those."""
    from scenarios.rosters import write_roster
    from scheduler.findings import ScenarioError
    from scheduler.tables import Absence
    from solver.plan import Found, Limits
    from solver.repair import replan as mend

    question, rota, language = opened(scenario, roster, lang)
    person_of("--absent", absent, question, language)
    absence = Absence(person=absent, first_day=first.date(), last_day=last.date())
    until = frozen_until.date() if frozen_until else None
    try:
        found = mend(question, rota, Limits(time_limit, workers, 1), absences=[absence], frozen_until=until)
    except ScenarioError as error:
        wrong(error, language)
    if not isinstance(found.outcome, Found):
        _no_rota(found.outcome, language)
    out.mkdir(parents=True, exist_ok=True)
    write_roster(out / "roster.csv", question.facts, found.outcome.roster)
    say(language, changes_said(found.changes, found.least), *moves_said(question.facts, found.moves))


def _no_rota(outcome: "Outcome", lang: "Lang") -> NoReturn:
    from solver.plan import Impossible

    impossible = isinstance(outcome, Impossible)
    typer.echo(no_rota(impossible).to(lang), err=True)
    raise typer.Exit(IMPOSSIBLE if impossible else OUT_OF_TIME)


def replay(
    scenario: ScenarioPath,
    disruptions: Annotated[Path, typer.Argument(metavar="DISRUPTIONS", help="what goes otherwise, step by step, .csv")],
    out: Annotated[Path, typer.Option("--out", help="folder for the rota after each step")],
    roster: Annotated[
        Path | None, typer.Option("--roster", help="the rota at the start; by default the table published")
    ] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1, help="seconds for each step")] = 12.0,
    workers: Processes = 2,
    lang: Language = "",
) -> None:
    """Go through a day of disruptions: each is mended with the fewest changes, proved, on top of the one before."""
    from scenarios.grids import read_rows
    from scenarios.rosters import write_roster
    from scheduler.disruptions import Disruption, steps_of
    from scheduler.findings import ScenarioError
    from scheduler.publication import in_table
    from solver.plan import Found, Limits
    from solver.repair import replay as mend_each

    language = language_of(lang)
    question = loaded(scenario, language)
    facts = question.facts
    rota = rota_of(roster, question, language) if roster else in_table(facts)
    began = monotonic()
    try:
        rows = [row for row in read_rows(disruptions, Disruption) if isinstance(row, Disruption)]
        for number, (step, mended) in enumerate(
            mend_each(question, rota, steps_of(facts, rows), Limits(time_limit, workers, 1)), start=1
        ):
            if not isinstance(mended.outcome, Found):
                _no_rota(mended.outcome, language)
            out.mkdir(parents=True, exist_ok=True)
            write_roster(out / f"step-{number}.csv", mended.scenario.facts, mended.outcome.roster)
            cover = mended.outcome.tiers[0]
            changes, seconds = changes_said(mended.changes, mended.least), monotonic() - began
            empty = sum(
                max(0, d.needed - len(mended.outcome.roster.people_on(d.id))) for d in mended.scenario.facts.duties
            )
            proved = Said("proved the best", "prouvé optimal") if cover.proven else Said("not proved", "non prouvé")
            say(
                language,
                Said(
                    f"{number}. {step.name}: {changes.en}; {empty} empty places ({proved.en}); {seconds:.1f} s so far",
                    f"{number}. {step.name} : {changes.fr} ; {empty} places vides ({proved.fr}) ; {seconds:.1f} s jusqu'ici",
                ),
            )
    except ScenarioError as error:
        wrong(error, language)


def replacements(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[str, typer.Option("--duty")],
    lang: Language = "",
) -> None:
    """Who could take a duty, ranked; who could if one rule gave way; chains of moves when no single person can."""
    from api.exports.labels import euros, signed
    from scheduler.moves import Bench, candidates, chains

    question, rota, language = opened(scenario, roster, lang)
    facts, one = question.facts, duty_of("--duty", duty, question, language)
    bench = Bench(question, rota)
    found = candidates(bench, one)
    pool = Said(" [replacement pool]", " [pool de remplaçants]").to(language)
    for who in found:
        rest = "" if who.rest_minutes is None else f", {who.rest_minutes // 60} h"
        km = "" if who.km is None else f", {who.km:.0f} km"
        why_not = "; ".join(rule.statement().to(language) for rule in who.stopped_by)
        typer.echo(
            f"{facts.name(who.person):>24}{pool if who.locum else ''}  {signed(who.beyond, language)} pt, "
            f"{euros(who.cents, language)}{km}{rest}" + (f"  ✗ {why_not}" if why_not else "  ✓")
        )
    if not any(who.free for who in found):
        for steps in chains(bench, one):
            typer.echo(" ; ".join(f"{facts.said_duty(s.duty).to(language)} → {facts.name(s.taker)}" for s in steps))


def exchange(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[str, typer.Option("--duty", help="what is given")] = "",
    giver: Annotated[str, typer.Option("--from", help="who gives it")] = "",
    taker: Annotated[str, typer.Option("--to", help="who takes it; empty = an open offer: everybody who could")] = "",
    back: Annotated[str, typer.Option("--back", help="what comes back; empty = a give-away")] = "",
    out: OutFile = None,
    lang: Language = "",
) -> None:
    """What an exchange does to both, and the rules against it; without words, exchanges that are better for everybody in them."""
    from scenarios.rosters import write_roster
    from scheduler.exchanges import better_for_all, open_offer
    from scheduler.exchanges import exchange as exchange_of
    from scheduler.moves import Bench

    question, rota, language = opened(scenario, roster, lang)
    facts, bench = question.facts, Bench(question, rota)
    if not duty:
        for one in better_for_all(bench):
            typer.echo(
                " ; ".join(
                    f"{facts.said_duty(s.duty).to(language)}: {facts.name(s.giver)} → {facts.name(s.taker)}"
                    for s in one.steps
                )
            )
        return
    for word, person in (("--from", giver), ("--to", taker)):
        if person or word == "--from":
            person_of(word, person, question, language)
    try:
        if not taker:
            for one in open_offer(bench, duty, giver):
                _exchanged(facts, one, language)
            return
        found = exchange_of(bench, duty, giver, taker, back or None)
    except ValueError:
        refuse("--duty", duty, rota.duties_of(giver), language)
    _exchanged(facts, found, language)
    if found.refused:
        raise typer.Exit(BROKEN)
    if out is not None:
        write_roster(out, facts, found.after)


def _exchanged(facts: "Facts", found: "Exchange", lang: "Lang") -> None:
    from api.exports.labels import euros, signed

    for effect in found.effects:
        rest = "" if effect.rest_minutes is None else f", {effect.rest_minutes // 60} h"
        before, after = signed(effect.beyond_before, lang), signed(effect.beyond_after, lang)
        weekends = effect.load["weekends"] // 100
        typer.echo(
            f"{facts.name(effect.person):>24}  {before} → {after} pt, {weekends:+d} we, {euros(effect.cents, lang)}{rest}"
        )
    for said in found.refused:
        say(lang, Said(f"refused: {said.en}", f"refusé : {said.fr}"))


def edit(
    scenario: ScenarioPath,
    roster: RosterPath,
    put: Annotated[list[str], typer.Option("--put", metavar="DUTY=PERSON", help="may be repeated")] = [],  # noqa: B006
    drop: Annotated[list[str], typer.Option("--drop", metavar="DUTY=PERSON", help="may be repeated")] = [],  # noqa: B006
    certificate: Certificate = None,
    out: OutFile = None,
    lang: Language = "",
) -> None:
    """Change a rota by hand: the rules that it would break, what it costs in each tier, how far it is from the proven best."""
    from scenarios.rosters import write_roster
    from scheduler.editing import edited
    from scheduler.moves import Bench

    question, rota, language = opened(scenario, roster, lang)
    come, gone = (
        [_pair(word, text, question, language) for text in given] for word, given in (("--put", put), ("--drop", drop))
    )
    if not come and not gone:
        refuse("edit", "", ("--put", "--drop"), language)
    for word, pairs, holds in (("--put", come, False), ("--drop", gone, True)):
        for duty, person in pairs:
            if rota.covers(person, duty) != holds:
                people = rota.people_on(duty)
                refuse(word, f"{duty}={person}", people if holds else ("somebody else",), language)
    found = edited(Bench(question, rota), gone, come, proven_in(certificate, language))
    shift = found.first
    say(
        language,
        *(Said(f"refused: {said.en}", f"refusé : {said.fr}") for said in found.broken),
        shift.said() if shift else Said("no tier changes", "aucun palier ne change"),
    )
    for one in found.shifts:
        if one.before != one.after:
            typer.echo(f"{one.tier:>12}  {one.before} → {one.after}")
    if found.broken:
        raise typer.Exit(BROKEN)
    if out is not None:
        write_roster(out, question.facts, found.after)


def _pair(word: str, text: str, question: "Scenario", lang: "Lang") -> tuple[str, str]:
    duty, equals, person = text.partition("=")
    if not equals:
        refuse(word, text, ("DUTY=PERSON",), lang)
    return duty_of(word, duty, question, lang).id, person_of(word, person, question, lang)


def reserve(
    scenario: ScenarioPath,
    roster: RosterPath,
    most: Annotated[
        int, typer.Option("--most", min=1, help="a duty is fragile when at most so many others could take it")
    ] = 1,
    days: Annotated[int, typer.Option("--days", min=1, help="reserve days that one person is asked for at most")] = 4,
    lang: Language = "",
) -> None:
    """Where the rota is fragile, and the optional reserve line, one person a day, that would cover most of it."""
    from scheduler.moves import Bench
    from scheduler.words import said_day
    from solver.reserve import reserve as reserve_of

    question, rota, language = opened(scenario, roster, lang)
    facts = question.facts
    found = reserve_of(Bench(question, rota), most=most, days_each=days)
    number, people = len(found.days), len({one.person for one in found.days})
    say(
        language,
        Said(
            f"{found.fragile} duties that at most {most} others could take; a reserve of {number} days, held by {people} people, "
            f"would cover {found.covered} of them (no other one covers more: proved):",
            f"{found.fragile} gardes que {most} autres au plus pourraient reprendre ; une réserve de {number} jours, tenue par "
            f"{people} personnes, en couvrirait {found.covered} (aucune autre n'en couvre plus : prouvé) :",
        ),
    )
    for one in found.days:
        day, name = said_day(one.day), facts.name(one.person)
        lines: Sequence[str] = sorted({facts.name(facts.duty_by_id[duty].line) for duty in one.duties})
        what = ", ".join(lines)
        say(language, Said(f"  {day.en}: {name} ({what})", f"  {day.fr} : {name} ({what})"))
