"""Results of ``permanence bench`` as Markdown: a table per family, and a summary with a line per family and size.

A folder of results is ``<date>/<family>/<instance>.json``, with ``<instance>.<peer>.json`` beside it. Costs of several
tiers stand as ``0 · 45 · 1,334``, in the order of the tiers; they are compared in that order. What is not known is ``–``
and counts as worse than everything that is known. Losses are written like gains.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from math import inf, isclose, isfinite
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.registry import NAMES

RESULTS = Path(__file__).resolve().parent / "results"
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
UNKNOWN = "–"
LITTLE = 0.01
SIZES = (30, 100)
"""People up to which an instance is small, or medium."""

Costs = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One JSON file: costs and bounds by tier (infinite, and minus infinity, where there is none), seconds."""

    instance: str
    peer: str
    values: Costs
    bounds: Costs
    proven: bool
    best_known: float | None
    first: float
    total: float
    people: int
    said: dict[str, Any]

    @property
    def gaps(self) -> Costs:
        """Own proven gap of each tier: (value - bound) / value, in per cent."""
        return tuple(_percent(v, b, v) for v, b in zip(self.values, self.bounds, strict=True))

    @property
    def to_best(self) -> float | None:
        """Above the best published cost, in per cent of it; None where none is published or it is no one number."""
        if self.best_known is None or len(self.values) != 1:
            return None
        return _percent(self.values[0], self.best_known, self.best_known)


@dataclass(slots=True)
class Case:
    """An instance: our result, and the peers'."""

    ours: Result
    peers: dict[str, Result] = field(default_factory=dict)


def _percent(value: float, other: float, base: float) -> float:
    if isclose(value, other, rel_tol=1e-9, abs_tol=1e-9):
        return 0.0
    return 100 * (value - other) / abs(base) if base and isfinite(value) and isfinite(other) else inf


def newest(results: Path = RESULTS) -> Path | None:
    """The folder of the latest date."""
    dated = [path for path in results.glob("*") if path.is_dir() and re.match(r"\d{4}-\d{2}-\d{2}", path.name)]
    return max(dated, default=None, key=lambda path: path.name)


def read(folder: Path) -> dict[str, list[Case]]:
    """Cases by family, both in their order. Peers' results without ours are left out."""
    found: dict[str, list[Case]] = {}
    for family in NAMES:
        results = [_result(json.loads(p.read_text(encoding="utf-8"))) for p in sorted((folder / family).glob("*.json"))]
        cases = {result.instance: Case(result) for result in results if not result.peer}
        for result in results:
            if result.peer and result.instance in cases:
                cases[result.instance].peers[result.peer] = result
        if cases:
            found[family] = [cases[name] for name in sorted(cases, key=_natural)]
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part or 0), text) for text, part in re.findall(r"(\D*)(\d*)", name)]


def _result(said: dict[str, Any]) -> Result:
    values, bounds = (said[key] if isinstance(said[key], list) else [said[key]] for key in ("value", "bound"))
    pairs = list(zip_longest(values, bounds))
    first = said["seconds"]["first"]
    return Result(
        said["instance"],
        said.get("peer", ""),
        tuple(inf if value is None else float(value) for value, _ in pairs),
        tuple(-inf if bound is None else float(bound) for _, bound in pairs),
        said["proven"],
        said["best_known"],
        inf if first is None or said["value"] is None else first,
        said["seconds"]["total"],
        said["counts"].get("people", 0),
        said,
    )


# --- comparing ---------------------------------------------------------------------------------------------------------


def compared(ours: Result, peer: Result) -> int:
    """-1: ours is the better rota, 0: as good, 1: the peer's is; the first tier that differs decides."""
    for mine, theirs in zip_longest(ours.values, peer.values, fillvalue=inf):
        if not isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-6):
            return -1 if mine < theirs else 1
    return 0


def ratio(ours: Result, peer: Result) -> tuple[str, float] | None:
    """The peer's seconds for one of ours, until the proof; ``≥`` where only we have one, ``≤`` where only the peer has."""
    if not ours.proven and not peer.proven:
        return None
    mark = "" if ours.proven and peer.proven else "≥ " if ours.proven else "≤ "
    return mark, _until_proof(peer) / max(_until_proof(ours), 0.01)


def _until_proof(result: Result) -> float:
    """Seconds; without a proof, the limit, even where the search ended or failed before."""
    return result.total if result.proven else max(result.total, result.said["time_limit_s"])


def worst(cases: Sequence[Case]) -> Case:
    """The one furthest from its bounds, tier by tier; of equals, the one that took longest."""
    return max(cases, key=lambda case: ([v - b for v, b in _pairs(case.ours)], case.ours.total))


def _pairs(result: Result) -> Iterator[tuple[float, float]]:
    return zip(result.values, result.bounds, strict=True)


def _middle(numbers: Iterable[float]) -> float:
    """The median; of an even number of which the upper middle one is not known, not known."""
    found = sorted(numbers)
    return median(found) if found and isfinite(found[len(found) // 2]) else inf


def _middles(rows: Sequence[Costs], sign: int = 1) -> Costs:
    """Medians, tier by tier; with -1 of numbers of which the greater are the better, such as bounds."""
    most = max(len(row) for row in rows)
    full = [row if len(row) == most else (sign * inf,) * most for row in rows]
    return tuple(sign * _middle(sign * number for number in column) for column in zip(*full, strict=True))


# --- writing -----------------------------------------------------------------------------------------------------------


def _number(value: float | None) -> str:
    if value is None or not isfinite(value):
        return UNKNOWN
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def _numbers(values: Costs) -> str:
    return " · ".join(map(_number, values)) if any(map(isfinite, values)) else UNKNOWN


def _brief(value: float | None) -> str:
    """Per cent and seconds: three figures are enough."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if 0 < abs(value) < LITTLE:
        return f"< {LITTLE}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def _briefs(values: Costs) -> str:
    return " · ".join(map(_brief, values)) if any(map(isfinite, values)) else UNKNOWN


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _peers(cases: Sequence[Case]) -> list[str]:
    return sorted({name for case in cases for name in case.peers})


def tables(folder: Path) -> str:
    """A table per family, with medians and the worst case of territories that differ by their seed."""
    parts = [_circumstances(folder)]
    for family, cases in read(folder).items():
        peers = _peers(cases)
        heads = ["Instance", "Value", "Bound", "Proven", "First s", "Total s", "Best known", "Above it %", "Own gap %"]
        heads += [head for peer in peers for head in (peer, f"{peer}: time ×")]
        rows = []
        for group in _groups(family, cases).values():
            rows += [_row(case.ours.instance, case, peers) for case in group]
            if family == "territory" and len(group) > 1:
                rows.append(_medians(group, peers))
                hardest = worst(group)
                rows.append(_row(f"**worst of {len(group)}: {hardest.ours.instance}**", hardest, peers))
        parts.append(f"### {family}\n\n{_about(folder, family, cases)}\n\n{_table(heads, rows)}")
    return "\n\n".join(parts)


def _about(folder: Path, family: str, cases: Sequence[Case]) -> str:
    """How many, which tiers, and where the picture is."""
    said = [f"Instances: {len(cases)}."]
    several = [case.ours.said["tiers"] for case in cases if len(case.ours.values) > 1]
    if several:
        said.append(f"Tiers: {' · '.join(tier['name'] for tier in several[0])}.")
    if (folder / f"{family}.svg").exists():
        said.append(f"[Value and bound over time](results/{folder.name}/{family}.svg).")
    return " ".join(said)


def _row(name: str, case: Case, peers: Sequence[str]) -> list[str]:
    ours = case.ours
    cells = [name, _numbers(ours.values), _numbers(ours.bounds), "yes" if ours.proven else "no"]
    cells += [_brief(ours.first), _brief(ours.total), _number(ours.best_known), _brief(ours.to_best)]
    cells.append(_briefs(ours.gaps))
    for name_of_peer in peers:
        peer = case.peers.get(name_of_peer)
        if peer is None:
            cells += [UNKNOWN, UNKNOWN]
            continue
        rated = ratio(ours, peer)
        cells += [_numbers(peer.values), UNKNOWN if rated is None else f"{rated[0]}{_brief(rated[1])}"]
    return cells


def _medians(group: Sequence[Case], peers: Sequence[str]) -> list[str]:
    """The row of medians: of every column by itself."""
    ours = [case.ours for case in group]
    cells = [f"**median of {len(group)}**", _numbers(_middles([r.values for r in ours]))]
    cells += [_numbers(_middles([r.bounds for r in ours], -1)), f"{sum(r.proven for r in ours)}/{len(group)}"]
    cells += [_brief(_middle(r.first for r in ours)), _brief(_middle(r.total for r in ours)), UNKNOWN, UNKNOWN]
    cells.append(_briefs(_middles([r.gaps for r in ours])))
    for name in peers:
        theirs = [case.peers[name] for case in group if name in case.peers]
        cells += [_numbers(_middles([r.values for r in theirs])) if theirs else UNKNOWN, _times(group, name)]
    return cells


def _times(group: Sequence[Case], peer: str) -> str:
    rated = [ratio(case.ours, case.peers[peer]) for case in group if peer in case.peers]
    known = [number for found in rated if found for number in found[1:]]
    return _brief(_middle(known)) if known else UNKNOWN


def summary(folder: Path) -> str:
    """A line per family and size: how many are proved, gaps, seconds, and better / as good / worse than each peer."""
    families = read(folder)
    peers = _peers([case for cases in families.values() for case in cases])
    heads = ["Instances", "Proved", "Above best known %", "Own gap %", "First rota s", "Total s"]
    heads += [f"Against {peer}" for peer in peers]
    rows = []
    for family, cases in families.items():
        for name, group in _groups(family, cases).items():
            ours = [case.ours for case in group]
            known = [r.to_best for r in ours if r.to_best is not None]
            hardest = worst(group).ours
            rows.append(
                [
                    f"{family} {name}".strip() + f" ({len(group)})",
                    f"{sum(r.proven for r in ours)}",
                    _with_worst(known, _brief),
                    _briefs(_middles([r.gaps for r in ours])) + f" ({_briefs(hardest.gaps)})",
                    _with_worst([r.first for r in ours], _brief),
                    _with_worst([r.total for r in ours], _brief),
                    *(_against(group, peer) for peer in peers),
                ]
            )
    return "\n\n".join(
        [
            _circumstances(folder),
            _table(heads, rows),
            "Medians, in brackets the worst. Against a peer: better / as good / worse rotas in the same time, then how many "
            "times our seconds until the proof the peer takes (an instance that only one of us proves counts with the time "
            "limit). [All instances](benchmarks/README.md).",
        ]
    )


def _with_worst(numbers: Sequence[float], say: Callable[[float], str]) -> str:
    return f"{say(_middle(numbers))} ({say(max(numbers))})" if numbers else UNKNOWN


def _against(group: Sequence[Case], peer: str) -> str:
    results = [compared(case.ours, case.peers[peer]) for case in group if peer in case.peers]
    if not results:
        return UNKNOWN
    return f"{results.count(-1)} / {results.count(0)} / {results.count(1)}, × {_times(group, peer)}"


def _groups(family: str, cases: Sequence[Case]) -> dict[str, list[Case]]:
    """Instances of one size: territories of one name but for the seed, others by their number of people."""
    found: dict[str, list[Case]] = {}
    small, medium = SIZES
    for case in cases:
        people = case.ours.people
        size = f"up to {small} people" if people <= small else f"up to {medium} people" if people <= medium else "more"
        name = case.ours.instance.rpartition("-")[0] if family == "territory" else size
        found.setdefault(name, []).append(case)
    return found


def _circumstances(folder: Path) -> str:
    """Date, machine, versions and limits, as the files say them."""
    said = [case.ours.said for cases in read(folder).values() for case in cases]
    limits = sorted({(s["time_limit_s"], s["workers"]) for s in said})
    given = ", ".join(f"{seconds:g} s with {workers} workers" for seconds, workers in limits)
    versions = sorted({" ".join((name, s["versions"][name])) for s in said for name in ("permanence", "ortools")})
    machines = sorted({f"{s['machine']['system']} {s['machine']['processor']}" for s in said})
    return f"{folder.name}: at most {given} for an instance; {', '.join(versions)}; {', '.join(machines)}."


def put(text: str, generated: Callable[[Path], str], results: Path = RESULTS) -> str:
    """A text with what stands between the markers made anew from the newest results; as it is where there are none."""
    folder = newest(results)
    if folder is None or not read(folder):
        return text
    said = f"{BEGIN}\n\n{generated(folder)}\n\n{END}"
    return re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: said, text, flags=re.DOTALL)


if __name__ == "__main__":
    sys.stdout.write(tables(Path(sys.argv[1])) + "\n")
