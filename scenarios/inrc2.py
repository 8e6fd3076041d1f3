"""Instances of the second nurse rostering competition (Ceschia et al., *INRC-II — Problem Description and Rules*, arXiv
1501.04177) as ordinary scenarios, all weeks planned at once.

A skill is a line, a shift type is a period, a nurse is a person. The competition counts what came before in numbers
(so many days of work, of one shift, off): duties before the horizon are made up that say just these numbers. What is
counted over the whole horizon is taken off the contract instead.

Two tiers: the minimum cover is hard in the competition, so it comes first and its best value has to be 0; then the cost.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from scheduler.calendar import NO_HOLIDAYS
from scheduler.facts import Territory, facts_of
from scheduler.findings import Finding, ScenarioError
from scheduler.rules.base import Rule
from scheduler.scenario import RuleSheet, Scenario, Tier, digest
from scheduler.tables import Engagement, Limit, Line, Need, Past, Period, Person, Site, Tables, Wish
from scheduler.words import Said

FIRST_DAY = date(2027, 1, 4)
"""A Monday; the competition names no year."""
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ANY = "Any"
NOTHING = "None"
COVER, TIER = "cover", "total"
_SITE = "hospital"
_HEADS = frozenset(
    (
        "SCENARIO",
        "WEEKS",
        "SKILLS",
        "SHIFT_TYPES",
        "FORBIDDEN_SHIFT_TYPES_SUCCESSIONS",
        "CONTRACTS",
        "NURSES",
        "HISTORY",
        "NURSE_HISTORY",
        "WEEK_DATA",
        "REQUIREMENTS",
        "SHIFT_OFF_REQUESTS",
    )
)

Sections = Mapping[str, Sequence[Sequence[str]]]


def sections(text: str) -> dict[str, list[list[str]]]:
    """The lines under each head, split at the spaces, after the head's own value if it has one: text, nothing more."""
    found: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in text.splitlines():
        head, _, value = (part.strip() for part in line.partition("="))
        if head in _HEADS:
            rows = found.setdefault(head, [])
            rows += [value.split()] if value else []
        elif line.strip():
            rows.append(line.split())
    return found


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an instance: scenario, history, one week after the other."""

    scenario: Path
    history: Path
    weeks: tuple[Path, ...]


def files_of(data: Path, name: str) -> Files:
    """Where the files of ``<dataset>_<history>_<week>-<week>-…`` are, in a folder or below it.

    Raises:
        ScenarioError: the name is no such name, or a file is missing.
    """
    named = re.fullmatch(r"(n\d+w\d+)_(\d+)_(\d+(?:-\d+)*)", name)
    if not named:
        said = Said("a name such as n030w4_1_6-2-9-1 was expected", "un nom comme n030w4_1_6-2-9-1 était attendu")
        raise ScenarioError([Finding(said, str(data), found=name)])
    dataset, history, weeks = named[1], named[2], named[3].split("-")
    files = [f"Sc-{dataset}.txt", f"H0-{dataset}-{history}.txt", *(f"WD-{dataset}-{week}.txt" for week in weeks)]
    found = {file: next(iter(sorted(data.rglob(file))), None) for file in files}
    missing = sorted(file for file, path in found.items() if path is None)
    if missing:
        said = Said("a file of this name was expected", "un fichier de ce nom était attendu")
        raise ScenarioError([Finding(said, str(data), found=file) for file in missing])
    scenario, past, *rest = (path for file in files if (path := found[file]) is not None)
    return Files(scenario, past, tuple(rest))


def load_inrc2(data: Path, name: str) -> Scenario:
    """Read one instance.

    Raises:
        ScenarioError: a file is missing or is none of the competition.
    """
    files = files_of(data, name)
    try:
        given = _Given(
            sections(files.scenario.read_text(encoding="utf-8")),
            sections(files.history.read_text(encoding="utf-8"))["NURSE_HISTORY"],
            [sections(path.read_text(encoding="utf-8")) for path in files.weeks],
        )
        rows, rules = _tables(given), _rules(given)
    except (KeyError, ValueError, IndexError) as error:
        said = Said(
            f"files of the second nurse rostering competition were expected ({error})",
            f"des fichiers du deuxième concours de planning infirmier étaient attendus ({error})",
        )
        raise ScenarioError([Finding(said, files.scenario.parent.name)]) from None
    territory = Territory(
        name=name,
        timezone="UTC",
        holiday_region=NO_HOLIDAYS,
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + timedelta(days=7 * len(files.weeks) - 1),
    )
    tiers = (Tier(name=COVER), Tier(name=TIER))
    return Scenario(name, facts_of(territory, rows), rules, tiers, digest(territory, rows, rules, tiers))


@dataclass(frozen=True, slots=True)
class _Given:
    scenario: Sections
    history: Sequence[Sequence[str]]
    weeks: Sequence[Sections]

    def __post_init__(self) -> None:
        if int(self.scenario["WEEKS"][0][0]) != len(self.weeks):
            raise ValueError(f"{len(self.weeks)} weeks")

    @property
    def shifts(self) -> dict[str, tuple[int, int]]:
        """Least and most days in a row of each shift type."""
        return {row[0]: _pair(row[1]) for row in self.scenario["SHIFT_TYPES"][1:]}

    @property
    def skills(self) -> list[str]:
        return [row[0] for row in self.scenario["SKILLS"][1:]]

    @property
    def nurses(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Name, contract, skills."""
        return ((row[0], row[1], tuple(row[3:])) for row in self.scenario["NURSES"][1:])


def _pair(text: str) -> tuple[int, int]:
    """``(2,5)``."""
    first, second = text.strip("()").split(",")
    return int(first), int(second)


def _tables(given: _Given) -> Tables:
    return Tables(
        sites=(Site(id=_SITE, name="Hospital", kind="public_hospital"),),
        people=tuple(Person(id=who, name=who, profession="nurse", skills=skills) for who, _, skills in given.nurses),
        engagements=tuple(Engagement(person=who, site=_SITE, status="employee") for who, *_ in given.nurses),
        # The competition gives no times of day, and no rule of it asks for them.
        periods=tuple(Period(id=shift, name=shift, start=8 * 60, end=16 * 60) for shift in given.shifts),
        lines=tuple(
            Line(
                id=skill,
                name=skill,
                modality="on_site",
                profession="nurse",
                skills=(skill,),
                periods=tuple(given.shifts),
                needed=0,
                sites=(_SITE,),
            )
            for skill in given.skills
        ),
        needs=tuple(_needs(given)),
        wishes=tuple(_wishes(given)),
        limits=tuple(_limits(given)),
        history=tuple(_past(given)),
    )


def _needs(given: _Given) -> Iterator[Need]:
    for number, week in enumerate(given.weeks):
        for shift, skill, *cover in week["REQUIREMENTS"]:
            for weekday, (least, wished) in enumerate(_pair(text) for text in cover):
                day = FIRST_DAY + timedelta(days=7 * number + weekday)
                if wished:
                    yield Need(line=skill, periods=(shift,), first_day=day, last_day=day, needed=least, wished=wished)


def _wishes(given: _Given) -> Iterator[Wish]:
    """One row for a shift not wished, whether asked once, twice, or by a whole day off besides."""
    for number, week in enumerate(given.weeks):
        asked: defaultdict[tuple[str, date], set[str]] = defaultdict(set)
        for who, shift, weekday in week.get("SHIFT_OFF_REQUESTS", [["0"]])[1:]:
            asked[who, FIRST_DAY + timedelta(days=7 * number + WEEKDAYS.index(weekday))].add(shift)
        for (who, day), shifts in sorted(asked.items()):
            periods = () if ANY in shifts else tuple(sorted(shifts))
            yield Wish(person=who, wish="rather_not", first_day=day, last_day=day, periods=periods)


def _limits(given: _Given) -> Iterator[Limit]:
    contracts = {row[0]: row[1:] for row in given.scenario["CONTRACTS"][1:]}
    done = {row[0]: (int(row[1]), int(row[2])) for row in given.history}
    for who, contract, _ in given.nurses:
        total, on, off, weekends, whole = contracts[contract]
        (least, most), (duties_done, weekends_done) = _pair(total), done[who]
        if duties_done > most or weekends_done > int(weekends):
            raise ValueError(f"history of {who} above the contract")
        yield _limit(who, "duties", (max(0, least - duties_done), most - duties_done))
        yield Limit(person=who, counted="weekends", most=int(weekends) - weekends_done)
        yield _limit(who, "days_on", _pair(on))
        yield _limit(who, "days_off", _pair(off))
        if int(whole):
            yield Limit(person=who, counted="whole_weekends", least=1)
        for shift, bounds in given.shifts.items():
            yield _limit(who, "same_period", bounds, (shift,))


def _limit(who: str, counted: str, bounds: tuple[int, int], periods: tuple[str, ...] = ()) -> Limit:
    least, most = bounds
    return Limit.model_validate(
        {"person": who, "counted": counted, "periods": periods, "least": least or None, "most": most}
    )


def _past(given: _Given) -> Iterator[Past]:
    """Duties that say the history: the last shift so many days, before it another one, or a duty before the days off."""
    skill_of = {who: skills[0] for who, _, skills in given.nurses}
    for who, _, _, shift, same, on, off in given.history:
        periods = [shift] * int(same) + [next((s for s in given.shifts if s != shift), shift)] * (int(on) - int(same))
        if shift == NOTHING:
            periods = [next(iter(given.shifts))] if int(off) else []
        for back, period in enumerate(periods, start=int(off) + 1):
            yield Past(person=who, line=skill_of[who], date=FIRST_DAY - timedelta(days=back), period=period)


def _rules(given: _Given) -> tuple[Rule, ...]:
    never = {row[0]: row[2:] for row in given.scenario["FORBIDDEN_SHIFT_TYPES_SUCCESSIONS"] if row[2:]}
    successions: list[dict[str, object]] = [
        {"kind": "succession", "id": f"after-{shift}", "after": (shift,), "never": tuple(forbidden)}
        for shift, forbidden in never.items()
    ]
    runs: list[dict[str, object]] = [
        {"kind": "run_length", "id": counted, "counted": counted, "tier": TIER, "weight": weight}
        for counted, weight in (("same_period", 15), ("days_on", 30), ("days_off", 30))
    ]
    asked: list[dict[str, object]] = [
        {"kind": "eligibility"},
        {"kind": "one_a_day"},
        *successions,
        *runs,
        {"kind": "whole_weekends", "tier": TIER, "weight": 30},
        {"kind": "contract_total", "id": "duties", "counted": "duties", "tier": TIER, "weight": 20},
        {"kind": "contract_total", "id": "weekends", "counted": "weekends", "tier": TIER, "weight": 30},
        {"kind": "coverage", "tier": COVER, "prices": (1, 1, 1, 1, 1)},
        {"kind": "wished_cover", "tier": TIER, "weight": 30},
        {"kind": "wishes", "tier": TIER, "weight": 10, "growing": False},
    ]
    return RuleSheet.model_validate({"rules": asked}).rules
