"""The verbs of ``permanence publication``: a roster goes from draft to done, step by step, in a folder that keeps every version."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.asked import Language, RosterPath, ScenarioPath, duty_of, language_of, loaded, person_of, rota_of, wrong
from api.told import say
from scheduler.words import Said

if TYPE_CHECKING:
    from scheduler.publication import Publication
    from scheduler.roster import Roster
    from scheduler.scenario import Scenario
    from scheduler.words import Lang

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="where the roster's life is kept")]
On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="the day on which this is done")]

app = typer.Typer(
    no_args_is_help=True, help="A roster's life: draft, proposed, published (numbered), frozen, done; nothing else."
)


def register(main: typer.Typer) -> None:
    """Add the group to the command."""
    main.add_typer(app, name="publication")


def _step(
    scenario: Path, folder: Path, lang: str, step: "Callable[[Publication, Scenario, Lang], Publication]"
) -> None:
    """Read, take one step, write; nothing is written when the step may not be taken."""
    from scenarios.publications import read_publication, write_publication
    from scheduler.findings import ScenarioError

    language = language_of(lang)
    question = loaded(scenario, language)
    try:
        now = step(read_publication(folder, question), question, language)
    except ScenarioError as error:
        wrong(error, language)
    write_publication(folder, question, now)
    _tell(question, now, language)


@app.command()
def draft(scenario: ScenarioPath, folder: Folder, roster: RosterPath, lang: Language = "") -> None:
    """Begin with a rota that nobody was told of yet."""
    from scenarios.publications import HEAD, write_publication
    from scheduler import publication
    from scheduler.findings import Finding, ScenarioError

    language = language_of(lang)
    question = loaded(scenario, language)
    now = publication.draft(rota_of(roster, question, language))
    if (folder / HEAD).exists():
        said = Said("a folder without a roster in it was expected", "un dossier sans tableau suivi était attendu")
        wrong(ScenarioError([Finding(said, str(folder))]), language)
    write_publication(folder, question, now)
    _tell(question, now, language)


@app.command()
def propose(scenario: ScenarioPath, folder: Folder, lang: Language = "") -> None:
    """Ask the volunteers, who accept or refuse each duty."""
    from scheduler import publication

    _step(scenario, folder, lang, lambda now, question, _: publication.propose(now, question))


@app.command()
def answer(
    scenario: ScenarioPath,
    folder: Folder,
    person: Annotated[str, typer.Option("--person")],
    duty: Annotated[list[str], typer.Option("--duty", help="may be repeated; without, all that were proposed")] = [],  # noqa: B006
    refuse: Annotated[bool, typer.Option("--refuse", help="instead of accepting: those duties are open again")] = False,
    lang: Language = "",
) -> None:
    """A volunteer accepts, or refuses: then that duty is open again, and no other."""
    from scheduler import publication

    def said(now: "Publication", question: "Scenario", language: "Lang") -> "Publication":
        person_of("--person", person, question, language)
        named = [duty_of("--duty", one, question, language).id for one in duty]
        proposed = sorted(d for d, who in publication.asked(question.facts, now.roster) if who == person)
        given = [publication.Answer(one, person, not refuse) for one in named or proposed]
        return publication.answers(now, question, given)

    _step(scenario, folder, lang, said)


@app.command()
def refill(scenario: ScenarioPath, folder: Folder, roster: RosterPath, lang: Language = "") -> None:
    """Take a rota in which the duties that were open again are filled, and propose those."""
    from scheduler import publication

    def filled(now: "Publication", question: "Scenario", language: "Lang") -> "Publication":
        return publication.propose(publication.refilled(now, rota_of(roster, question, language)), question)

    _step(scenario, folder, lang, filled)


@app.command()
def publish(scenario: ScenarioPath, folder: Folder, on: On, lang: Language = "") -> None:
    """The next numbered version: what everybody sees."""
    from scheduler import publication

    _step(scenario, folder, lang, lambda now, question, _: publication.publish(now, question, on.date()))


@app.command()
def change(scenario: ScenarioPath, folder: Folder, roster: RosterPath, on: On, lang: Language = "") -> None:
    """A published rota changed by an exchange, a replacement or a mending: the next version, if no rule is broken and nothing frozen moved."""
    from scheduler import publication

    def changed(now: "Publication", question: "Scenario", language: "Lang") -> "Publication":
        return publication.change(now, question, rota_of(roster, question, language), on.date())

    _step(scenario, folder, lang, changed)


@app.command()
def freeze(scenario: ScenarioPath, folder: Folder, lang: Language = "") -> None:
    """Nothing moves any more."""
    from scheduler import publication

    _step(scenario, folder, lang, lambda now, _question, _lang: publication.freeze(now))


@app.command()
def done(scenario: ScenarioPath, folder: Folder, held: RosterPath, lang: Language = "") -> None:
    """What was really held; the balance that the next roster begins with is written to balances.csv."""
    from scenarios.folder import write_table
    from scheduler import publication

    def ended(now: "Publication", question: "Scenario", language: "Lang") -> "Publication":
        now = publication.done(now, rota_of(held, question, language))
        write_table(folder, "balances", publication.balances(question, now.roster))
        return now

    _step(scenario, folder, lang, ended)


@app.command()
def show(scenario: ScenarioPath, folder: Folder, lang: Language = "") -> None:
    """Where the roster stands, its versions and what each changed, and the dates it is due."""
    from scenarios.publications import read_publication
    from scheduler.findings import ScenarioError

    language = language_of(lang)
    question = loaded(scenario, language)
    try:
        _tell(question, read_publication(folder, question), language)
    except ScenarioError as error:
        wrong(error, language)


STATE = {
    "draft": Said("draft", "brouillon"),
    "proposed": Said("proposed", "proposé"),
    "published": Said("published", "publié"),
    "frozen": Said("frozen", "figé"),
    "done": Said("done", "réalisé"),
}


def _tell(question: "Scenario", now: "Publication", lang: "Lang") -> None:
    from scheduler import publication
    from scheduler.words import said_day

    facts, state = question.facts, STATE[now.state]
    number = f" {now.last.number}" if now.last else ""
    lines = [Said(f"{state.en}{number}", f"{state.fr}{number}")]
    if now.state == "proposed":
        waiting = len(publication.asked(facts, now.roster) - now.accepted)
        again = len(now.reopened)
        lines.append(
            Said(
                f"{waiting} answers awaited; {again} duties open again",
                f"{waiting} réponses attendues ; {again} gardes rouvertes",
            )
        )
    before: Roster | None = None
    for version in now.versions:
        day = said_day(version.on)
        moved = ""
        if before is not None:
            differs = publication.difference(before, version.roster)
            moved = f": −{len(differs.gone)} +{len(differs.come)}"
        lines.append(Said(f"version {version.number}, {day.en}{moved}", f"version {version.number}, {day.fr}{moved}"))
        before = version.roster
    if now.state in ("draft", "proposed"):
        due = {name: said_day(day) for name, day in publication.Deadlines().dates(facts.territory).items()}
        lines.append(
            Said(
                f"a GP roster is due to the Ordre on {due['submit'].en}, to everybody on {due['publish'].en}",
                f"un tableau ambulatoire est dû à l'Ordre le {due['submit'].fr}, à tous le {due['publish'].fr}",
            )
        )
    say(lang, *lines)
    if len(now.versions) > 1:
        last = publication.difference(now.versions[-2].roster, now.versions[-1].roster)
        for sign, pairs in (("−", last.gone), ("+", last.come)):
            for duty, person in pairs:
                typer.echo(f"  {sign} {facts.said_duty(duty).to(lang)}: {facts.name(person)}")
