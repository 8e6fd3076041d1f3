"""The verbs of a rota's life after it is made: why, impossible, replan, replacements, exchange, letter, certify."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.asked import (
    BAD_DATA,
    BROKEN,
    IMPOSSIBLE,
    OUT_OF_TIME,
    Language,
    RosterPath,
    ScenarioPath,
    language_of,
    loaded,
    refuse,
    rota_of,
    tell,
)

if TYPE_CHECKING:
    from scheduler.facts import Duty, Facts
    from scheduler.roster import Roster
    from scheduler.scenario import Scenario
    from scheduler.words import Lang, Said
    from solver.plan import Limits
    from solver.repair import Move
    from solver.why import Otherwise, Piece

Seconds = Annotated[float, typer.Option("--time-limit", min=1, help="seconds")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    for verb in (why, impossible, replan, replacements, exchange, letter, certify):
        app.command(verb.__name__)(verb)


def _say(lines: "Sequence[Said]", lang: "Lang") -> None:
    for said in lines:
        typer.echo(said.to(lang))


def _moves(facts: "Facts", moves: "Sequence[Move]", lang: "Lang") -> None:
    nobody = "personne" if lang == "fr" else "nobody"
    for move in moves:
        left = ", ".join(facts.name(p) for p in move.left) or nobody
        came = ", ".join(facts.name(p) for p in move.came) or nobody
        colon = " :" if lang == "fr" else ":"
        typer.echo(f"  {facts.said_duty(move.duty).to(lang)}{colon} {left} → {came}")


def _prices(other: "Otherwise", lang: "Lang") -> None:
    from api.exports.comparisons import aim

    first = other.first
    if first is None:
        typer.echo("as good in every tier" if lang == "en" else "aussi bien dans tous les paliers")
        return
    proved = (" (proved)" if lang == "en" else " (prouvé)") if first.proved else ""
    colon = ":" if lang == "en" else " :"
    typer.echo(f"  {aim(first.tier, lang)}{colon} {first.now} → {first.otherwise}{proved}")
    if first.otherwise < first.now:
        typer.echo(
            "  better without it: the rota given is not at its best yet"
            if lang == "en"
            else "  mieux sans elle : le tableau donné n'est pas encore à son optimum"
        )


def why(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[
        str, typer.Option("--duty", help="a duty: empty, what would fill it; held, what a rota without it costs")
    ] = "",
    person: Annotated[str, typer.Option("--person", help="with --duty: whose duty it is; alone: whose wishes")] = "",
    time_limit: Seconds = 20.0,
    lang: Language = "",
) -> None:
    """Why a duty is empty, why somebody has it, or what a refused wish lost to: by solving again."""
    from solver.plan import Limits
    from solver.why import without

    language = language_of(lang)
    question = loaded(scenario, language)
    facts, rota = question.facts, rota_of(roster, question, language)
    planned = {d.id: d for d in facts.duties}
    limits = Limits(time_limit, 1, 1)
    if person and person not in facts.person_by_id:
        refuse("--person", person, sorted(facts.person_by_id), language)
    if duty and duty not in planned:
        refuse("--duty", duty, sorted(planned), language)
    if not duty and not person:
        refuse("why", "", ("--duty", "--person"), language)
    if not duty:
        _why_refused(question, rota, person, limits, language)
        return
    one, people = planned[duty], rota.people_on(duty)
    if len(people) < one.needed:
        _why_empty(question, rota, one, limits, language)
        return
    who = person or people[0]
    if who not in people:
        refuse("--person", who, people, language)
    other = without(question, rota, one, who, limits)
    name = facts.name(who)
    typer.echo(
        f"Without {name} on {facts.said_duty(duty).en}:"
        if language == "en"
        else f"Sans {name}, {facts.said_duty(duty).fr} :"
    )
    if other.roster is None:
        typer.echo(_no_rota(other.impossible, language))
        return
    _prices(other, language)
    _moves(facts, [move for move in other.moves if move.duty == duty], language)
    more = len(other.moves) - 1
    typer.echo(f"  and {more} other duties move" if language == "en" else f"  et {more} autres gardes bougent")


def _no_rota(impossible_: bool, lang: "Lang") -> str:
    if impossible_:
        return "no rota keeps the rules (proved)" if lang == "en" else "aucun tableau ne respecte les règles (prouvé)"
    return "no rota found in time" if lang == "en" else "aucun tableau trouvé à temps"


def _why_empty(question: "Scenario", rota: "Roster", duty: "Duty", limits: "Limits", lang: "Lang") -> None:
    from scheduler.explain import said_duty_held
    from solver.why import filled

    _say(said_duty_held(question, rota, duty), lang)
    found = filled(question, rota, duty, limits)
    facts = question.facts
    if found.moves:
        proved = (" (proved)" if lang == "en" else " (prouvé)") if found.proved else ""
        typer.echo(
            f"The fewest changes that fill it: {found.changes}{proved}; empty places elsewhere: {found.holes:+d}"
            if lang == "en"
            else f"Le moins de changements qui la remplit : {found.changes}{proved} ; places vides ailleurs : {found.holes:+d}"
        )
        _moves(facts, found.moves, lang)
        return
    typer.echo(
        ("Nothing within the rules fills it" if lang == "en" else "Rien dans les règles ne la remplit")
        + ((" (proved)." if lang == "en" else " (prouvé).") if found.proved else ".")
    )
    for candidate in found.gives_way:
        rule = candidate.stopped_by[0]
        typer.echo(
            f"  {facts.name(candidate.person)}, if this gave way: {rule.statement().en}"
            if lang == "en"
            else f"  {facts.name(candidate.person)}, si ceci cédait : {rule.statement().fr}"
        )


def _why_refused(question: "Scenario", rota: "Roster", person: str, limits: "Limits", lang: "Lang") -> None:
    from scheduler.letters import said_wish
    from scheduler.rules.wishes import refusals
    from solver.why import granted

    facts = question.facts
    refused = refusals(facts, rota, person)
    if not refused:
        typer.echo("no wish is refused" if lang == "en" else "aucun souhait n'est refusé")
    for number in refused:
        wish = said_wish(facts, facts.tables.wishes[number])
        typer.echo(f"Not granted: {wish.en}" if lang == "en" else f"Non exaucé : {wish.fr}")
        try:
            found = granted(question, rota, number, limits)
        except ValueError as error:
            typer.echo(f"  {error}")
            continue
        if found.otherwise.roster is None:
            typer.echo("  " + _no_rota(found.otherwise.impossible, lang))
            continue
        _prices(found.otherwise, lang)
        others = len({who for who, _ in found.lost_to} - {person})
        typer.echo(
            f"  granting it would refuse wishes of {others} others; refused before: {found.refused_before}"
            if lang == "en"
            else f"  l'exaucer refuserait des souhaits à {others} autres ; refus antérieurs : {found.refused_before}"
        )


def impossible(
    scenario: ScenarioPath,
    time_limit: Seconds = 30.0,
    lang: Language = "",
) -> None:
    """Which few pins and rules cannot hold together, verified by solving, and the cheapest repairs."""
    from solver.why import clash

    language = language_of(lang)
    question = loaded(scenario, language)
    found = clash(question, seconds=time_limit)
    if found is None:
        typer.echo("it is possible" if language == "en" else "c'est possible")
        return
    state = (
        (
            "These cannot hold together, and without any one of them the rest can:",
            "Ceci ne peut tenir ensemble, et sans l'un d'eux le reste tient :",
        )
        if found.minimal
        else ("These cannot hold together (not minimal yet):", "Ceci ne peut tenir ensemble (pas encore minimal) :")
    )
    typer.echo(state[language == "fr"])
    for piece in found.core:
        typer.echo(f"  – {_piece(question, piece, language)}")
    if found.repairs:
        typer.echo("The cheapest repairs:" if language == "en" else "Les réparations les moins chères :")
    for repair in found.repairs:
        values = " · ".join(f"{name} {value}" for name, value in repair.values)
        without_ = "without" if language == "en" else "sans"
        typer.echo(f"  {without_} {_piece(question, repair.piece, language)} → {values}")
    raise typer.Exit(IMPOSSIBLE)


def _piece(question: "Scenario", piece: "Piece", lang: "Lang") -> str:
    if piece.table == "rules":
        return f"{piece.name}: {question.rule(piece.name).statement().to(lang)}"
    return f"{piece.table}.csv {piece.name}"


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
    workers: Annotated[int, typer.Option("--workers", min=1, max=64)] = 2,
    lang: Language = "",
) -> None:
    """Mend a published rota for an absence: the fewest changes, proved, then the fairest of those."""
    from scenarios.rosters import write_roster
    from scheduler.findings import ScenarioError
    from scheduler.tables import Absence
    from solver.plan import Found, Impossible, Limits
    from solver.repair import replan as mend

    language = language_of(lang)
    question = loaded(scenario, language)
    facts, rota = question.facts, rota_of(roster, question, language)
    if absent not in facts.person_by_id:
        refuse("--absent", absent, sorted(facts.person_by_id), language)
    absence = Absence(person=absent, first_day=first.date(), last_day=last.date())
    try:
        found = mend(
            question,
            rota,
            Limits(time_limit, workers, 1),
            absences=[absence],
            frozen_until=frozen_until.date() if frozen_until else None,
        )
    except ScenarioError as error:
        tell(error.findings, language)
        raise typer.Exit(BAD_DATA) from None
    if not isinstance(found.outcome, Found):
        typer.echo(_no_rota(isinstance(found.outcome, Impossible), language), err=True)
        raise typer.Exit(IMPOSSIBLE if isinstance(found.outcome, Impossible) else OUT_OF_TIME)
    out.mkdir(parents=True, exist_ok=True)
    write_roster(out / "roster.csv", facts, found.outcome.roster)
    proved = (
        ("proved the fewest", "prouvé minimal")
        if found.proved
        else (f"at least {found.least}", f"au moins {found.least}")
    )
    typer.echo(
        f"{found.changes} changes ({proved[0]})" if language == "en" else f"{found.changes} changements ({proved[1]})"
    )
    _moves(facts, found.moves, language)


def replacements(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[str, typer.Option("--duty")],
    lang: Language = "",
) -> None:
    """Who could take a duty, ranked; who could if one rule gave way; chains of moves when no single person can."""
    from api.exports.labels import euros, signed
    from scheduler.moves import Bench, candidates, chains

    language = language_of(lang)
    question = loaded(scenario, language)
    facts, rota = question.facts, rota_of(roster, question, language)
    planned = {d.id: d for d in facts.duties}
    if duty not in planned:
        refuse("--duty", duty, sorted(planned), language)
    bench = Bench(question, rota)
    found = candidates(bench, planned[duty])
    for one in found:
        rest = "" if one.rest_minutes is None else f", {one.rest_minutes // 60} h"
        km = "" if one.km is None else f", {one.km:.0f} km"
        why_not = "; ".join(rule.statement().to(language) for rule in one.stopped_by)
        typer.echo(
            f"{facts.name(one.person):>24}  {signed(one.beyond, language)} pt, {euros(one.cents, language)}{km}{rest}"
            + (f"  ✗ {why_not}" if why_not else "  ✓")
        )
    if not any(one.free for one in found):
        for steps in chains(bench, planned[duty]):
            typer.echo(" ; ".join(f"{facts.said_duty(s.duty).to(language)} → {facts.name(s.taker)}" for s in steps))


def exchange(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[str, typer.Option("--duty", help="what is given")] = "",
    giver: Annotated[str, typer.Option("--from", help="who gives it")] = "",
    taker: Annotated[str, typer.Option("--to", help="who takes it")] = "",
    back: Annotated[str, typer.Option("--back", help="what comes back; empty = a give-away")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="write the rota with the exchange here")] = None,
    lang: Language = "",
) -> None:
    """What an exchange does to both, and the rules against it; without words, exchanges that are better for everybody in them."""
    from api.exports.labels import euros, signed
    from scenarios.rosters import write_roster
    from scheduler.exchanges import better_for_all
    from scheduler.exchanges import exchange as exchange_of
    from scheduler.moves import Bench

    language = language_of(lang)
    question = loaded(scenario, language)
    facts, rota = question.facts, rota_of(roster, question, language)
    bench = Bench(question, rota)
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
        if person not in facts.person_by_id:
            refuse(word, person, sorted(facts.person_by_id), language)
    try:
        found = exchange_of(bench, duty, giver, taker, back or None)
    except ValueError:
        refuse("--duty", duty, rota.duties_of(giver), language)
    for effect in found.effects:
        rest = "" if effect.rest_minutes is None else f", {effect.rest_minutes // 60} h"
        before, after = signed(effect.beyond_before, language), signed(effect.beyond_after, language)
        typer.echo(f"{facts.name(effect.person):>24}  {before} → {after} pt, {euros(effect.cents, language)}{rest}")
    for said in found.refused:
        typer.echo(("refused: " if language == "en" else "refusé : ") + said.to(language))
    if found.refused:
        raise typer.Exit(BROKEN)
    if out is not None:
        write_roster(out, facts, found.after)


def letter(
    scenario: ScenarioPath, roster: RosterPath, person: Annotated[str, typer.Option("--person")], lang: Language = ""
) -> None:
    """The letter to a practitioner: duties, balance against the fair share, wishes, where they stand."""
    from scheduler.letters import letter as letter_to

    language = language_of(lang)
    question = loaded(scenario, language)
    rota = rota_of(roster, question, language)
    if person not in question.facts.person_by_id:
        refuse("--person", person, sorted(question.facts.person_by_id), language)
    _say(letter_to(question, rota, person), language)


def certify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a folder written by solve")], lang: Language = ""
) -> None:
    """Re-check a rota's certificate from the files of its folder alone."""
    from api.certificate import certify as look_over
    from scheduler.findings import ScenarioError

    language = language_of(lang)
    if not (folder / "certificate.json").is_file():
        refuse("DIR", str(folder), ("a folder with certificate.json",), language)
    try:
        checks = look_over(folder)
    except ScenarioError as error:
        tell(error.findings, language)
        raise typer.Exit(BAD_DATA) from None
    for check in checks:
        typer.echo(f"{'✓' if check.holds else '✗'} {check.said.to(language)}")
    if not all(check.holds for check in checks):
        raise typer.Exit(BROKEN)
