"""The verbs that give reasons: why, impossible, letter, note, certify."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.asked import (
    BROKEN,
    IMPOSSIBLE,
    Language,
    RosterPath,
    ScenarioPath,
    duty_of,
    language_of,
    loaded,
    opened,
    person_of,
    refuse,
    wrong,
)
from api.told import moves_said, no_rota, proof, say
from scheduler.words import Said

if TYPE_CHECKING:
    from scheduler.facts import Duty
    from scheduler.roster import Roster
    from scheduler.scenario import Scenario
    from scheduler.words import Lang
    from solver.plan import Limits
    from solver.why import Otherwise, Piece

Seconds = Annotated[float, typer.Option("--time-limit", min=1, help="seconds")]
Certificate = Annotated[
    Path | None, typer.Option("--certificate", help="the rota's certificate.json: what is proved of it")
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    for verb in (why, impossible, letter, note, certify):
        app.command(verb.__name__)(verb)


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

    question, rota, language = opened(scenario, roster, lang)
    limits = Limits(time_limit, 1, 1)
    if person:
        person_of("--person", person, question, language)
    if not duty and not person:
        refuse("why", "", ("--duty", "--person"), language)
    if not duty:
        _why_refused(question, rota, person, limits, language)
        return
    one = duty_of("--duty", duty, question, language)
    people = rota.people_on(duty)
    if len(people) < one.needed:
        _why_empty(question, rota, one, limits, language)
        return
    who = person or people[0]
    if who not in people:
        refuse("--person", who, people, language)
    _why_held(question, rota, one, who, limits, language)


def _why_held(question: "Scenario", rota: "Roster", duty: "Duty", who: str, limits: "Limits", lang: "Lang") -> None:
    from solver.why import without

    facts, other = question.facts, without(question, rota, duty, who, limits)
    name, what = facts.name(who), facts.said_duty(duty.id)
    say(lang, Said(f"Without {name} on {what.en}:", f"Sans {name}, {what.fr} :"))
    if other.roster is None:
        say(lang, no_rota(other.impossible))
        return
    say(lang, *_prices(other, lang), *moves_said(facts, [move for move in other.moves if move.duty == duty.id]))
    more = len(other.moves) - 1
    say(lang, Said(f"  and {more} other duties move", f"  et {more} autres gardes bougent"))


def _prices(other: "Otherwise", lang: "Lang") -> list[Said]:
    from api.exports.comparisons import aim

    first = other.first
    if first is None:
        return [Said("as good in every tier", "aussi bien dans tous les paliers")]
    name, values = aim(first.tier, lang), f"{first.now} → {first.otherwise}"
    proved = proof(first.proved)
    said = [Said(f"  {name}: {values}{proved.en}", f"  {name} : {values}{proved.fr}")]
    if first.otherwise < first.now:
        said.append(
            Said(
                "  better without it: the rota given is not at its best yet",
                "  mieux sans elle : le tableau donné n'est pas encore à son optimum",
            )
        )
    return said


def _why_empty(question: "Scenario", rota: "Roster", duty: "Duty", limits: "Limits", lang: "Lang") -> None:
    from scheduler.explain import said_duty_held
    from solver.why import filled

    say(lang, *said_duty_held(question, rota, duty))
    found = filled(question, rota, duty, limits)
    facts, proved = question.facts, proof(found.proved)
    if found.moves:
        say(
            lang,
            Said(
                f"The fewest changes that fill it: {found.changes}{proved.en}; empty places elsewhere: {found.holes:+d}",
                f"Le moins de changements qui la remplit : {found.changes}{proved.fr} ; places vides ailleurs : {found.holes:+d}",
            ),
            *moves_said(facts, found.moves),
        )
        return
    say(lang, Said(f"Nothing within the rules fills it{proved.en}.", f"Rien dans les règles ne la remplit{proved.fr}."))
    for candidate in found.gives_way:
        rule, name = candidate.stopped_by[0].statement(), facts.name(candidate.person)
        say(lang, Said(f"  {name}, if this gave way: {rule.en}", f"  {name}, si ceci cédait : {rule.fr}"))


def _why_refused(question: "Scenario", rota: "Roster", person: str, limits: "Limits", lang: "Lang") -> None:
    from scheduler.letters import said_wish
    from scheduler.rules.wishes import refusals
    from solver.why import granted

    facts = question.facts
    refused = refusals(facts, rota, person)
    if not refused:
        say(lang, Said("no wish is refused", "aucun souhait n'est refusé"))
    for number in refused:
        wish = said_wish(facts, facts.tables.wishes[number])
        say(lang, Said(f"Not granted: {wish.en}", f"Non exaucé : {wish.fr}"))
        try:
            found = granted(question, rota, number, limits)
        except ValueError as error:
            typer.echo(f"  {error}")
            continue
        if found.otherwise.roster is None:
            nothing = no_rota(found.otherwise.impossible)
            say(lang, Said(f"  {nothing.en}", f"  {nothing.fr}"))
            continue
        others = len({who for who, _ in found.lost_to} - {person})
        say(
            lang,
            *_prices(found.otherwise, lang),
            Said(
                f"  granting it would refuse wishes of {others} others",
                f"  l'exaucer refuserait des souhaits à {others} autres",
            ),
            Said(
                f"  memory: refused {found.refused_before} times before; {found.more_refused} people were refused more often",
                f"  mémoire : {found.refused_before} refus antérieurs ; {found.more_refused} personnes en ont eu davantage",
            ),
        )


def impossible(scenario: ScenarioPath, time_limit: Seconds = 30.0, lang: Language = "") -> None:
    """Which few pins and rules cannot hold together, verified by solving, and the cheapest repairs."""
    from solver.why import clash

    language = language_of(lang)
    question = loaded(scenario, language)
    found = clash(question, seconds=time_limit)
    if found is None:
        say(language, Said("it is possible", "c'est possible"))
        return
    say(
        language,
        Said(
            "These cannot hold together, and without any one of them the rest can:",
            "Ceci ne peut tenir ensemble, et sans l'un d'eux le reste tient :",
        )
        if found.minimal
        else Said(
            "These cannot hold together (not minimal yet):", "Ceci ne peut tenir ensemble (pas encore minimal) :"
        ),
    )
    for piece in found.core:
        typer.echo(f"  – {_piece(question, piece, language)}")
    if found.repairs:
        say(language, Said("The cheapest repairs:", "Les réparations les moins chères :"))
    for repair in found.repairs:
        values = " · ".join(f"{name} {value}" for name, value in repair.values)
        without_ = Said("without", "sans").to(language)
        typer.echo(f"  {without_} {_piece(question, repair.piece, language)} → {values}")
    raise typer.Exit(IMPOSSIBLE)


def _piece(question: "Scenario", piece: "Piece", lang: "Lang") -> str:
    if piece.table == "rules":
        return f"{piece.name}: {question.rule(piece.name).statement().to(lang)}"
    return f"{piece.table}.csv {piece.name}"


def letter(
    scenario: ScenarioPath, roster: RosterPath, person: Annotated[str, typer.Option("--person")], lang: Language = ""
) -> None:
    """The letter to a practitioner: duties, balance against the fair share, wishes, where they stand."""
    from scheduler.letters import letter as letter_to

    question, rota, language = opened(scenario, roster, lang)
    say(language, *letter_to(question, rota, person_of("--person", person, question, language)))


def note(scenario: ScenarioPath, roster: RosterPath, certificate: Certificate = None, lang: Language = "") -> None:
    """The note to a coordinator: what is proved, what is empty and why, who carries most, what would fall with one absence."""
    from scheduler.letters import note as note_of
    from scheduler.moves import Bench, fragile
    from scheduler.verify import verify

    question, rota, language = opened(scenario, roster, lang)
    bounds = proven_in(certificate, language)
    said = note_of(question, rota, verify(question, rota), bounds, fragile(Bench(question, rota)))
    say(language, *said)


def proven_in(certificate: Path | None, lang: "Lang") -> dict[str, int | None]:
    """What a certificate says is proved, by tier; nothing without one."""
    from api.certificate import bounds_of
    from scheduler.findings import ScenarioError

    try:
        return bounds_of(certificate) if certificate else {}
    except ScenarioError as error:
        wrong(error, lang)


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
        wrong(error, language)
    for check in checks:
        typer.echo(f"{'✓' if check.holds else '✗'} {check.said.to(language)}")
    if not all(check.holds for check in checks):
        raise typer.Exit(BROKEN)
