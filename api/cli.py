"""The verbs of the terminal: check, convert, new, solve, verify, explain, bench; those of :mod:`api.studies`,
:mod:`api.reasons`, :mod:`api.life` and :mod:`api.publishing` join them.

Each calls one function under it.

Exit codes: 0 found or fine, 1 a rule is broken, 2 bad data or bad words, 3 impossible, 4 out of time.
Heavy imports stand inside the commands, so that ``--help`` answers at once.
"""

import json
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from api import life, publishing, reasons, serving, studies
from api.asked import (
    BAD_DATA,
    BROKEN,
    IMPOSSIBLE,
    OUT_OF_TIME,
    AsJson,
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
    from benchmarks.registry import Family
    from benchmarks.run import Run
    from scheduler.words import Lang
    from solver.plan import Limits, Outcome

ENDED: "dict[str, dict[Lang, str]]" = {
    "stopped": {"en": "stopped: the best rota so far", "fr": "arrêté : le meilleur tableau jusqu'ici"},
    "clock": {
        "en": "the search did not end in time and was ended: the best rota so far",
        "fr": "la recherche n'a pas fini à temps et a été arrêtée : le meilleur tableau jusqu'ici",
    },
    "memory": {
        "en": "out of memory: the best rota so far",
        "fr": "mémoire épuisée : le meilleur tableau jusqu'ici",
    },
    "died": {
        "en": "the search's process was ended by the machine: the best rota so far",
        "fr": "le processus de recherche a été tué par la machine : le meilleur tableau jusqu'ici",
    },
}
"""What is said of a search that was ended from outside."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
studies.register(app)
reasons.register(app)
life.register(app)
publishing.register(app)
serving.register(app)


@app.command()
def check(scenario: ScenarioPath, lang: Language = "") -> None:
    """Read a scenario and say what is wrong or fragile in it."""
    language = language_of(lang)
    found = loaded(scenario, language)
    tell(found.warnings, language)
    facts = found.facts
    typer.echo(
        f"{found.name}: {len(facts.people)} people, {len(facts.lines)} lines, {len(facts.duties)} duties, "
        f"{len(found.rules)} rules, {len(found.warnings)} warnings"
        if language == "en"
        else f"{found.name} : {len(facts.people)} personnes, {len(facts.lines)} lignes, {len(facts.duties)} gardes, "
        f"{len(found.rules)} règles, {len(found.warnings)} avertissements"
    )


@app.command()
def convert(
    scenario: ScenarioPath,
    target: Annotated[Path, typer.Argument(help="a folder, or a file .xlsx")],
    lang: Language = "",
) -> None:
    """Turn a folder into a workbook, or back, without loss."""
    from scenarios.load import save

    save(loaded(scenario, language_of(lang)), target)
    typer.echo(str(target))


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="a folder that does not exist yet")],
    lang: Language = "",
) -> None:
    """Start an empty scenario: commented templates, and a workbook with drop-downs."""
    from scenarios.templates import write_templates

    language = language_of(lang)
    if directory.exists() and any(directory.iterdir() if directory.is_dir() else [directory]):
        typer.echo(
            f"{directory}: "
            + ("an empty place was expected" if language == "en" else "un emplacement vide était attendu"),
            err=True,
        )
        raise typer.Exit(BAD_DATA)
    write_templates(directory, language)
    typer.echo(str(directory))


@app.command()
def solve(
    scenario: ScenarioPath,
    out: Annotated[Path, typer.Option("--out", help="folder for the results")],
    time_limit: Annotated[float, typer.Option("--time-limit", min=1, help="seconds")] = 60.0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="processes; with 1 the same seed gives the same rota")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1)] = 1,
    start: Annotated[
        Path | None, typer.Option("--start", metavar="ROSTER", help="a rota to begin from; what does not fit is left")
    ] = None,
    gap: Annotated[
        float, typer.Option("--gap", min=0, max=100, help="per cent; a tier proved so near its best is good enough")
    ] = 0.0,
    memory: Annotated[
        int | None, typer.Option("--memory-mb", min=100, help="most memory; beyond, the best rota so far")
    ] = None,
    lang: Language = "",
) -> None:
    """Build the best rota within the time, prove how good it is, and write it in every form.

    Ctrl-C ends the search; the best rota so far is judged and written all the same.
    """
    from api.certificate import write_certificate
    from api.progress import Bar
    from api.results import result_of, write_outputs, write_result
    from scheduler.figures import figures_of
    from scheduler.report import report_of
    from solver.guard import guarded
    from solver.plan import Found, Impossible, Limits

    language = language_of(lang)
    began = monotonic()
    question = loaded(scenario, language)
    load_s = monotonic() - began
    limits = Limits(time_limit, workers, seed, gap)
    begin = None if start is None else rota_of(start, question, language)
    with Bar(language) as bar:
        outcome: Outcome = guarded(question, limits, bar.show, begin, memory_mb=memory)
    report = None
    if isinstance(outcome, Found):
        bounds = {tier.name: tier.bound for tier in outcome.tiers}
        report = report_of(question, outcome.roster, outcome.verdict, bounds, seed)
    out.mkdir(parents=True, exist_ok=True)
    if isinstance(outcome, Found) and report is not None:
        write_outputs(out, question, outcome, report, language)
        write_certificate(out, question, outcome, limits)
        figures = figures_of(question, outcome.roster, outcome.verdict, bounds, seed)
        (out / "figures.json").write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")
    result = result_of(question, outcome, limits, load_s, report)
    write_result(out, result)
    typer.echo(f"{question.name}  seed {seed}  {result['seconds']['total']:.1f} s")
    match outcome:
        case Found() if report is not None:
            for tier in report.tiers:
                typer.echo(f"{tier.name:>12}  {tier.said.to(language)}")
            typer.echo(f"{'rules':>12}  " + ("none broken" if language == "en" else "aucune enfreinte"))
            if outcome.ended in ENDED:
                typer.echo(ENDED[outcome.ended][language], err=True)
        case Impossible(reasons):
            typer.echo(
                "impossible: "
                + (
                    "; ".join(reasons)
                    or (
                        "no rota keeps all the rules"
                        if language == "en"
                        else "aucun tableau ne respecte toutes les règles"
                    )
                ),
                err=True,
            )
            raise typer.Exit(IMPOSSIBLE)
        case _:
            typer.echo(
                "out of time: no rota yet" if language == "en" else "temps écoulé : pas encore de tableau", err=True
            )
            raise typer.Exit(OUT_OF_TIME)


@app.command()
def verify(scenario: ScenarioPath, roster: RosterPath, lang: Language = "", as_json: AsJson = False) -> None:
    """Judge any rota, also one made by hand; 0 only if no rule that may not be broken is broken."""
    from scheduler.verify import verify as judge

    language = language_of(lang)
    question = loaded(scenario, language)
    verdict = judge(question, rota_of(roster, question, language))
    facts = question.facts
    if as_json:
        breaches = [
            {
                "rule": b.rule,
                "subject": b.subject,
                "where": list(b.where),
                "amount": b.amount,
                "forbidden": hard,
                "said": question.rule(b.rule).explain(b, facts).to(language),
            }
            for hard, group in ((True, verdict.forbidden), (False, verdict.tolerated))
            for b in group
        ]
        typer.echo(json.dumps({"ok": verdict.ok, "tiers": verdict.values, "breaches": breaches}, ensure_ascii=False))
    else:
        for breach in verdict.forbidden:
            typer.echo(f"{breach.rule}: {question.rule(breach.rule).explain(breach, facts).to(language)}")
        for name, value in verdict.values.items():
            typer.echo(f"{name:>12}  {value}")
        said = (
            ("no rule is broken", "aucune règle n'est enfreinte")
            if verdict.ok
            else (f"{len(verdict.forbidden)} breaches", f"{len(verdict.forbidden)} infractions")
        )
        typer.echo(f"{'rules':>12}  {said[language == 'fr']}")
    if not verdict.ok:
        raise typer.Exit(BROKEN)


@app.command()
def explain(
    scenario: ScenarioPath,
    roster: RosterPath,
    duty: Annotated[str, typer.Option("--duty", help="why this duty is held or empty")] = "",
    person: Annotated[str, typer.Option("--person", help="what this person carries")] = "",
    lang: Language = "",
) -> None:
    """Say why a duty is held or empty, or what a person carries."""
    from scheduler.explain import said_duty_held, said_person
    from scheduler.findings import nearest

    language = language_of(lang)
    question = loaded(scenario, language)
    facts = question.facts
    known = {d.id for d in facts.duties} if duty else set(facts.person_by_id)
    asked = duty or person
    if bool(duty) == bool(person) or asked not in known:
        maybe = nearest(asked, known)
        typer.echo(
            f"--duty / --person: {asked!r} "
            + ("is not known." if language == "en" else "n'est pas connu.")
            + (f" {'Maybe' if language == 'en' else 'Peut-être'} {maybe}?" if maybe else ""),
            err=True,
        )
        raise typer.Exit(BAD_DATA)
    rota = rota_of(roster, question, language)
    sentences = said_duty_held(question, rota, facts.duty_by_id[duty]) if duty else said_person(question, rota, person)
    for said in sentences:
        typer.echo(said.to(language))


@app.command()
def bench(
    family: Annotated[
        str, typer.Argument(metavar="FAMILY", help="territory, duties, oncall, physicians, curtois, inrc2")
    ],
    out: Annotated[Path, typer.Option("--out", help="folder for the results")],
    data: Annotated[Path | None, typer.Option("--data", help="folder with the public files of the family")] = None,
    instance: Annotated[list[str] | None, typer.Option("--instance", help="only this one; may be repeated")] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1, help="seconds for each")] = 60.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64)] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1)] = 1,
    peer: Annotated[
        list[str] | None,
        typer.Option("--peer", "--peers", help="solve them also with cpsat, cpsat-sum, highs, scip or timefold"),
    ] = None,
    lang: Language = "",
) -> None:
    """Solve benchmark instances and score them; for each a JSON file and the rota as CSV."""
    from benchmarks.peers.process import run_peer
    from benchmarks.registry import NAMES
    from benchmarks.registry import family as family_of
    from solver.persons import compile_now
    from solver.plan import Limits

    language = language_of(lang)
    if family not in NAMES:
        refuse("FAMILY", family, NAMES, language)
    peers = _peers(peer or [], language)
    chosen, limits = family_of(family), Limits(time_limit, workers, seed)
    names = tuple(instance or chosen.names(data))
    if not names:
        where = f"--data {data}" if data else "--data"
        said = (
            f"a folder with the public files of {family} was expected."
            if language == "en"
            else f"un dossier avec les fichiers publics de {family} était attendu."
        )
        typer.echo(f"{where}: {said}", err=True)
        raise typer.Exit(BAD_DATA)
    out.mkdir(parents=True, exist_ok=True)
    # Once for an installation, and half a minute long: no instance's time.
    compile_now()
    for name in names:
        _write(out, name, chosen, _ours(chosen, data, name, limits, language))
    # After all of ours: the memory of processes that have ended would count as ours.
    for name in names:
        for other in peers:
            _write(out, f"{name}.{other}", chosen, run_peer(other, family, data, name, limits))


def _ours(family: "Family", data: Path | None, name: str, limits: "Limits", lang: "Lang") -> "Run":
    """Our own run of an instance; an instance that is not there, or cannot be read, ends the command."""
    from benchmarks.run import run
    from scheduler.findings import ScenarioError

    try:
        return run(family, data, name, limits)
    except ScenarioError as error:
        tell(error.findings, lang)
        raise typer.Exit(BAD_DATA) from None
    except KeyError as error:
        if error.args != (name,):
            raise
        refuse("--instance", name, family.names(data), lang)


def _write(out: Path, stem: str, family: "Family", done: "Run") -> None:
    from benchmarks.run import write_rows

    if done.rows is not None:
        write_rows(out / f"{stem}.roster.csv", family.columns, done.rows)
    (out / f"{stem}.json").write_text(json.dumps(done.result, indent=1) + "\n", encoding="utf-8")
    found = {key: done.result[key] for key in ("value", "bound", "proven", "best_known")}
    why = f"  {done.result['why']}" if "why" in done.result else ""
    typer.echo(f"{stem:>24}  {found}  {done.result['seconds']}{why}")


def _peers(asked: list[str], lang: "Lang") -> list[str]:
    """Names of peers, one by one or with commas between them."""
    from benchmarks.peers.registry import NAMES, missing

    peers = [name for part in asked for name in part.split(",") if name]
    for name in peers:
        if name not in NAMES:
            refuse("--peer", name, NAMES, lang)
        absent = missing(name)
        if absent:
            typer.echo(f"--peer {absent.to(lang)}", err=True)
            raise typer.Exit(BAD_DATA)
    return peers


def main() -> None:
    """Entry point of the command ``permanence``."""
    app()


if __name__ == "__main__":
    sys.exit(app())
