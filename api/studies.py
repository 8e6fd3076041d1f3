"""The verbs that ask by pricing or solving again: pay, actuals, harmonise, envelope, compare, sweep, stress, need, map."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.asked import (
    BAD_DATA,
    IMPOSSIBLE,
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
    from api.exports.study import Section
    from scheduler.actuals import Done
    from scheduler.figures import Figures
    from scheduler.roster import Roster
    from scheduler.scenario import Scenario
    from scheduler.words import Lang
    from solver.plan import Limits
    from solver.studies.run import Solved
    from solver.studies.stress import Draw

Out = Annotated[Path, typer.Option("--out", help="folder for the results")]
Seconds = Annotated[float, typer.Option("--time-limit", min=1, help="seconds for each solve")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="solves at the same time")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1)]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    for verb in (pay, actuals, harmonise, envelope, compare, sweep, stress, need, map_):
        app.command(verb.__name__.rstrip("_"))(verb)


def _page(
    out: Path,
    name: str,
    title: str,
    sections: "Sequence[Section]",
    lang: "Lang",
    told: "Sequence[Section] | None" = None,
) -> None:
    """Write the page, and say the same, or a part of it, on the terminal."""
    from api.exports.study import study_page, study_text

    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.html").write_text(study_page(title, sections, lang), encoding="utf-8")
    typer.echo(study_text(sections if told is None else told))


def _wrong(error: Exception, lang: "Lang") -> NoReturn:
    from scheduler.findings import ScenarioError

    assert isinstance(error, ScenarioError)
    tell(error.findings, lang)
    raise typer.Exit(BAD_DATA) from None


def _limits(seconds: float, seed: int) -> "Limits":
    from solver.plan import Limits

    return Limits(seconds, 1, seed)


def _told(lang: "Lang") -> "Callable[[Solved], None]":
    def hear(answer: "Solved") -> None:
        holes = answer.figures.holes if answer.figures else None
        said = answer.status if holes is None else f"{holes} " + ("trous" if lang == "fr" else "holes")
        typer.echo(f"  {answer.name or '·'}: {said}", err=True)

    return hear


def pay(
    scenario: ScenarioPath,
    roster: RosterPath,
    out: Out,
    actual: Annotated[Path | None, typer.Option("--actuals", help="what really happened, as .csv")] = None,
    lang: Language = "",
) -> None:
    """Price a rota to the cent: statements per person and payer, the monthly service table, the list of duties done."""
    from api.exports.pay import write_pay
    from scheduler.findings import ScenarioError
    from scheduler.pay import priced

    language = language_of(lang)
    question = loaded(scenario, language)
    rota = rota_of(roster, question, language)
    try:
        done = _done(question, rota, actual) if actual else None
        statement = priced(question.facts, done.roster if done else rota)
    except ScenarioError as error:
        _wrong(error, language)
    held = done.roster if done else rota
    summary, people = write_pay(out, question.facts, held, statement, done, language)
    _page(out, "pay", question.name, (*summary, *people), language, told=summary)


def actuals(
    scenario: ScenarioPath,
    roster: RosterPath,
    done: Annotated[Path, typer.Argument(metavar="ACTUALS", help="what really happened, as .csv")],
    out: Out,
    lang: Language = "",
) -> None:
    """The same as ``pay --actuals``: rest, half-days and pay counted again from what really happened."""
    pay(scenario, roster, out, done, lang)


def _done(question: "Scenario", rota: "Roster", path: Path) -> "Done":
    from scenarios.grids import read_rows
    from scheduler.actuals import Actual, done_of

    return done_of(question, rota, [row for row in read_rows(path, Actual) if isinstance(row, Actual)])


def harmonise(
    scenario: ScenarioPath,
    roster: RosterPath,
    grid: Annotated[
        list[str], typer.Option("--grid", help="before-2025-11, from-2025-11, harmonised, or a .csv; may be repeated")
    ],
    out: Out,
    resolve: Annotated[bool, typer.Option("--resolve", help="also make the rota anew under each grid")] = False,
    target_gap: Annotated[
        float,
        typer.Option("--target-gap", min=0, max=100, help="per cent, for the way from the first grid to the last"),
    ] = 0.0,
    growth: Annotated[float, typer.Option("--growth", help="per cent by which the envelope grows each year")] = 2.0,
    envelope_euros: Annotated[
        float | None,
        typer.Option(
            "--envelope",
            min=0,
            help="euros for the rota's period in the first year; by default the scenario's envelopes, else what it costs under the first grid",
        ),
    ] = None,
    first_year: Annotated[int | None, typer.Option("--from-year")] = None,
    years: Annotated[int, typer.Option("--years", min=1, max=50)] = 10,
    time_limit: Seconds = 60.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """Price the same rota, and one made anew, under several pay grids: who gains, the gap that is left, a way to close it."""
    from api.exports.studies import harmonisation
    from scenarios.grids import grid_of
    from scheduler.findings import ScenarioError
    from scheduler.grids import harmonised, path, under
    from solver.studies.run import Variant, solve_all

    language = language_of(lang)
    question = loaded(scenario, language)
    rota = rota_of(roster, question, language)
    try:
        grids = {name: grid_of(name) for name in grid}
        found = [harmonised(question, rota, name, rows) for name, rows in grids.items()]
        if resolve:
            variants = [Variant(name, under(question, name, rows)) for name, rows in grids.items()]
            limits, folder = _limits(time_limit, seed), out / "variants"
            answers = solve_all(variants, limits, processes=workers, folder=folder, hear=_told(language))
            found += [
                harmonised(question, answer.roster, answer.name, grids[answer.name], resolved=True)
                for answer in answers
                if answer.roster is not None
            ]
        way = None
        if len(grids) > 1:
            envelopes = sum(row.amount for row in question.facts.tables.envelopes)
            low, *_, high = grids.values()
            cents = round(100 * envelope_euros) if envelope_euros is not None else envelopes or found[0].statement.cents
            way = path(
                question,
                rota,
                low,
                high,
                envelope_cents=cents,
                growth_percent=growth,
                target_gap_percent=target_gap,
                first_year=first_year or question.facts.territory.first_day.year,
                years=years,
            )
    except ScenarioError as error:
        _wrong(error, language)
    _page(out, "harmonise", question.name, harmonisation(found, language, way), language)


def envelope(
    scenario: ScenarioPath,
    payer: Annotated[str, typer.Option("--payer", help="whose envelope")],
    out: Out,
    more: Annotated[float, typer.Option("--more", min=0.01, help="euros of each step")] = 1000.0,
    steps: Annotated[int, typer.Option("--steps", min=1, max=100)] = 1,
    time_limit: Seconds = 60.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """What the next 1,000 euros of an envelope buy, by solving again; where it stops binding."""
    from api.exports.studies import marginal_value
    from solver.studies.envelope import marginal

    language = language_of(lang)
    question = loaded(scenario, language)
    try:
        found = marginal(
            question,
            payer,
            _limits(time_limit, seed),
            more=round(100 * more),
            steps=steps,
            processes=workers,
            folder=out / "variants",
        )
    except KeyError:
        refuse("--payer", payer, sorted({row.payer for row in question.facts.tables.envelopes}), language)
    _page(out, "envelope", question.name, marginal_value(found, language), language)


def compare(
    results: Annotated[
        list[Path], typer.Argument(metavar="A B …", help="folders written by solve, or scenarios to solve")
    ],
    out: Out,
    time_limit: Seconds = 60.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """Compare rotas of pilot territories, with what the bounds prove, on one self-contained page."""
    from api.exports.comparisons import comparison
    from scheduler.frames import figures_frame
    from solver.studies.run import Variant, solve_all

    language = language_of(lang)
    known: dict[int, Figures] = {}
    asked: dict[int, Variant] = {}
    for n, result in enumerate(results):
        if (result / "figures.json").is_file():
            known[n] = _figures(result / "figures.json")
        else:
            question = loaded(result, language)
            asked[n] = Variant(question.name, question)
    answers = solve_all(
        asked.values(), _limits(time_limit, seed), processes=workers, folder=out / "variants", hear=_told(language)
    )
    for n, answer in zip(asked, answers, strict=True):
        if answer.figures is None:
            typer.echo(f"{results[n]}: {answer.status}", err=True)
            raise typer.Exit(IMPOSSIBLE)
        known[n] = answer.figures
    many = [known[n] for n in range(len(results))]
    _page(out, "compare", " / ".join(one.name for one in many), comparison(many, language), language)
    figures_frame(many).to_csv(out / "compare.csv", index=False, lineterminator="\n")


def _figures(path: Path) -> "Figures":
    from scheduler.figures import Figures

    return Figures.model_validate_json(path.read_text(encoding="utf-8"))


def sweep(
    scenario: ScenarioPath,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            help="rules.NAME.PARAMETER=v1,v2 or lines.csv:ID.COLUMN=v1,v2 or lines.csv=FILE1,FILE2; may be repeated",
        ),
    ],
    out: Out,
    time_limit: Seconds = 60.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """Solve every combination of some values, side by side; what is done already is not done again."""
    import pandas as pd

    from api.exports.studies import sweep_table
    from scenarios.grids import read_rows
    from scheduler.findings import ScenarioError
    from scheduler.frames import figures_row
    from scheduler.tables import ROW_TYPES
    from solver.studies.run import solve_all
    from solver.studies.sweep import Vary, variants_of

    language = language_of(lang)
    question = loaded(scenario, language)
    try:
        varied = [Vary.read(text) for text in vary]
        tables = {
            value: read_rows(Path(value), ROW_TYPES[one.what.removesuffix(".csv")])
            for one in varied
            if one.what.endswith(".csv") and one.what.removesuffix(".csv") in ROW_TYPES
            for value in one.values
        }
        settings = variants_of(question, varied, tables)
    except ScenarioError as error:
        _wrong(error, language)
    answers = solve_all(
        [variant for _, variant in settings],
        _limits(time_limit, seed),
        processes=workers,
        folder=out / "variants",
        hear=_told(language),
    )
    _page(out, "sweep", question.name, sweep_table([setting for setting, _ in settings], answers, language), language)
    rows = [
        {**setting, "status": answer.status, **(figures_row(answer.figures) if answer.figures else {})}
        for (setting, _), answer in zip(settings, answers, strict=True)
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(out / "sweep.csv", index=False, lineterminator="\n")
    frame.to_parquet(out / "sweep.parquet", index=False)


def stress(
    scenario: Annotated[list[Path], typer.Argument(metavar="SCENARIO …", help="one, or several to set side by side")],
    out: Out,
    leavers: Annotated[str, typer.Option("--leavers", help="everybody of an age, as 55+")] = "",
    random: Annotated[int | None, typer.Option("--random", min=1, help="so many people drawn, in each try")] = None,
    draws: Annotated[int, typer.Option("--draws", min=1, max=10_000)] = 20,
    absence: Annotated[list[str] | None, typer.Option("--absence", help="somebody, by id; may be repeated")] = None,
    years: Annotated[str, typer.Option("--years", help="with --leavers: the wave year by year, as 2027-2032")] = "",
    cover: Annotated[
        bool, typer.Option("--cover-only", help="only the first tier: faster, and says nothing of loads and money")
    ] = False,
    time_limit: Seconds = 20.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """Which line breaks first when people leave, when, who absorbs the load and what it costs."""
    from api.exports.studies import stressed
    from solver.studies.run import cover_only
    from solver.studies.stress import stress as stress_of

    language = language_of(lang)
    found = []
    for path in scenario:
        question = loaded(path, language)
        tries = _tries(question, leavers, random, draws, absence or [], years, seed, language)
        question = cover_only(question) if cover else question
        try:
            one = stress_of(
                question,
                tries,
                _limits(time_limit, seed),
                processes=workers,
                folder=out / "variants",
                hear=_told(language),
            )
        except ValueError:
            typer.echo(
                f"{path}: " + ("no rota with everybody there" if language == "en" else "aucun tableau même au complet"),
                err=True,
            )
            raise typer.Exit(IMPOSSIBLE) from None
        found.append((question.name, one))
    _page(out, "stress", " / ".join(name for name, _ in found), stressed(found, language), language)
    kept = {
        name: {"first_to_break": one.first_to_break.line if one.first_to_break else None, "by_month": one.by_month()}
        for name, one in found
    }
    (out / "stress.json").write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _tries(
    question: "Scenario",
    leavers: str,
    random: int | None,
    draws: int,
    absence: Sequence[str],
    years: str,
    seed: int,
    lang: "Lang",
) -> "list[Draw]":
    from solver.studies.stress import Draw, leavers_by_age, random_draws, retirements

    facts = question.facts
    if sum((bool(leavers), random is not None, bool(absence))) != 1:
        refuse("stress", "", ("--leavers", "--random", "--absence"), lang)
    if random is not None:
        return random_draws(facts, random, draws, seed)
    if absence:
        for person in absence:
            if person not in facts.person_by_id:
                refuse("--absence", person, sorted(facts.person_by_id), lang)
        return [Draw(" ".join(absence), tuple(absence))]
    age, plus = leavers[:-1], leavers[-1:]
    if plus != "+" or not age.isdigit():
        refuse("--leavers", leavers, ("55+", "60+"), lang)
    first, _, last = years.partition("-")
    if years and not (first.isdigit() and (last or first).isdigit()):
        refuse("--years", years, ("2027-2032",), lang)
    if years:
        return retirements(facts, int(age), range(int(first), int(last or first) + 1))
    return [Draw(leavers, leavers_by_age(facts, int(age), facts.territory.first_day.year))]


def need(
    scenario: ScenarioPath,
    out: Out,
    most: Annotated[
        int, typer.Option("--most", min=0, max=200, help="changes tried by a solve of their own; 0 = none")
    ] = 12,
    time_limit: Seconds = 30.0,
    workers: Workers = 1,
    seed: Seed = 1,
    lang: Language = "",
) -> None:
    """Per specialty and zone, duties to hold against people; where one more person, consent or shared line helps most."""
    from api.exports.studies import needed
    from solver.studies.need import helps, needs

    language = language_of(lang)
    question = loaded(scenario, language)
    try:
        ranked = (
            helps(question, _limits(time_limit, seed), most=most, processes=workers, folder=out / "variants")[1]
            if most
            else ()
        )
    except ValueError:
        typer.echo("no rota" if language == "en" else "aucun tableau", err=True)
        raise typer.Exit(IMPOSSIBLE) from None
    _page(out, "need", question.name, needed(question.facts, needs(question.facts), ranked, language), language)


def map_(
    scenario: ScenarioPath,
    out: Out,
    roster: Annotated[Path | None, typer.Option("--roster", help="a rota, for who really holds the lines")] = None,
    outline: Annotated[Path | None, typer.Option("--geojson", help="the territory's outline")] = None,
    lang: Language = "",
) -> None:
    """Sites, lines, load and fragility on a map, and in a list beside it."""
    from api.exports.studies import territory_map
    from scheduler.figures import figures_of
    from scheduler.roster import roster_of
    from scheduler.verify import verify

    language = language_of(lang)
    question = loaded(scenario, language)
    rota = rota_of(roster, question, language) if roster else roster_of(())
    figures = figures_of(question, rota, verify(question, rota))
    try:
        sections = territory_map(question.facts, figures, language, outline)
    except (OSError, ValueError, KeyError, TypeError):
        refuse("--geojson", str(outline), ("a file of GeoJSON polygons",), language)
    _page(out, "map", question.facts.territory.name, sections, language)
