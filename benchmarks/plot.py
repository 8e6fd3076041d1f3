"""Value and bound over time as SVG: a row per instance, a panel per tier, our line and the peers' in it.

Time is on a logarithmic scale. Values are too where they span much, by ``log(1 + value)``, which knows zero; where they do
not, or may be negative, the scale is plain. A line is a staircase: what was known from that second on.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, isfinite, log10
from pathlib import Path
from typing import Any

from benchmarks.table import Case, read

WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 130, 64, 34, 40
"""Of a panel, its margins, and what is left for the next; in pixels."""
LEGEND = 58
NARROWEST = 620
"""So that the legend fits."""
OURS = "permanence"
COLOURS = {
    OURS: "#000000",
    "cpsat": "#0072b2",
    "cpsat-sum": "#56b4e9",
    "highs": "#d55e00",
    "scip": "#009e73",
    "timefold": "#cc79a7",
}
"""Told apart also by those who see few colours (Okabe and Ito)."""
SOONEST_S = 0.02
MUCH = 8.0
"""Largest over least value from which the scale is logarithmic."""

Points = list[tuple[float, float]]
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """What one solver knew of one tier: (seconds, number), and where it ends."""

    who: str
    points: Points
    bound: bool
    dot: tuple[float, float] | None = None
    """When the last value was known to be the best."""


def draw(cases: Sequence[Case], title: str = "") -> str:
    """The picture of some instances.

    Returns:
        SVG, without anything from outside.
    """
    rows = [(case.ours.instance, _panels(case)) for case in cases]
    columns = max((len(panels) for _, panels in rows), default=1)
    width = max(NARROWEST, GAP + columns * (LEFT + WIDTH + GAP))
    height = LEGEND + len(rows) * (TOP + HEIGHT + GAP)
    present = {line.who for _, panels in rows for lines in panels.values() for line in lines}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_legend([who for who in COLOURS if who in present], title),
    ]
    for n, (name, panels) in enumerate(rows):
        for k, (tier, lines) in enumerate(panels.items()):
            x, y = LEFT + k * (LEFT + WIDTH + GAP), LEGEND + TOP + n * (TOP + HEIGHT + GAP)
            parts += [f'<g transform="translate({x} {y})">', *_panel(f"{name}: {tier}", lines), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _panels(case: Case) -> dict[str, list[Line]]:
    """Lines by tier, in the order of the tiers."""
    results = [(OURS, case.ours.said), *((name, peer.said) for name, peer in sorted(case.peers.items()))]
    tiers = dict.fromkeys(tier["name"] for _, said in results for tier in said.get("tiers", ()))
    panels = {tier: [line for who, said in results for line in _lines(who, tier, said)] for tier in tiers}
    return {tier: lines for tier, lines in panels.items() if lines} or {"no rota": []}


def _lines(who: str, tier: str, said: dict[str, Any]) -> Iterator[Line]:
    """Of one tier the values and the bounds, up to the end of the run."""
    heard = [(max(s, SOONEST_S), value, bound) for s, value, bound, name in said["trajectory"] if name == tier]
    end = max(said["seconds"]["total"], SOONEST_S)
    final = next(
        ((t["value"], t["bound"], t["proven"]) for t in said.get("tiers", ()) if t["name"] == tier), (None, None, False)
    )
    for place, bound in ((1, False), (2, True)):
        points = [(moment[0], moment[place]) for moment in heard if moment[place] is not None]
        last = final[place - 1]
        points += [(end, points[-1][1] if last is None else last)] if points or last is not None else []
        if points:
            sure = next((s for s, v, b in heard if v == b == final[0]), end)
            yield Line(who, points, bound, (sure, points[-1][1]) if final[2] and not bound else None)


def _legend(names: Iterable[str], title: str) -> Iterator[str]:
    x = LEFT
    for name in names:
        yield f'<path d="M{x} 18h26" stroke="{COLOURS[name]}" stroke-width="2.5"/>'
        yield f'<text x="{x + 32}" y="22">{escape(name)}</text>'
        x += 60 + 7 * len(name)
    yield f'<text x="{LEFT}" y="44" fill="#555">solid: value, dashed: bound, dot: proved best. {escape(title)}</text>'


def _panel(title: str, lines: Sequence[Line]) -> Iterator[str]:
    yield f'<text y="-10" font-weight="bold">{escape(title)}</text>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>'
    if not lines:
        return
    seconds = [s for line in lines for s, _ in line.points]
    x, x_ticks = _scaled(min(seconds), max(seconds), WIDTH, by_log=True)
    values = [v for line in lines for _, v in line.points if isfinite(v)]
    least, most = min(values), max(values)
    y, y_ticks = _scaled(least, most, HEIGHT, by_log=least >= 0 and 1 + most > MUCH * (1 + least))
    for tick in x_ticks:
        yield f'<path d="M{x(tick):.1f} 0v{HEIGHT}" stroke="#e4e4e4"/>'
        yield f'<text x="{x(tick):.1f}" y="{HEIGHT + 16}" text-anchor="middle">{tick:g} s</text>'
    for tick in y_ticks:
        yield f'<path d="M0 {HEIGHT - y(tick):.1f}h{WIDTH}" stroke="#e4e4e4"/>'
        yield f'<text x="-6" y="{HEIGHT - y(tick) + 4:.1f}" text-anchor="end">{tick:,.10g}</text>'
    # Ours last, so that it lies on top.
    for line in sorted(lines, key=lambda line: line.who == OURS):
        yield _stairs(line, x, y)


def _stairs(line: Line, x: Scale, y: Scale) -> str:
    (s, v), *rest = line.points
    path = f"M{x(s):.1f} {HEIGHT - y(v):.1f}" + "".join(f"H{x(s):.1f}V{HEIGHT - y(v):.1f}" for s, v in rest)
    dashes = ' stroke-dasharray="5 3"' if line.bound else ""
    wide = 2.4 if line.who == OURS else 1.6
    colour = COLOURS.get(line.who, "#777")
    dot = ""
    if line.dot:
        s, v = line.dot
        dot = f'<circle cx="{x(s):.1f}" cy="{HEIGHT - y(v):.1f}" r="4" fill="{colour}"/>'
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{wide}"{dashes}/>{dot}'


def _scaled(least: float, most: float, length: float, *, by_log: bool) -> tuple[Scale, list[float]]:
    """Where a number stands on an axis, a little in from its ends; and the numbers to write along it."""
    shift = 1.0 if by_log and least < SOONEST_S else 0.0

    def flat(value: float) -> float:
        return log10(value + shift) if by_log else value

    low, high = flat(least), flat(most)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    room = 0.06 * (high - low)
    low, high = low - room, high + room

    def place(value: float) -> float:
        return length * (min(max(flat(value), low), high) - low) / (high - low)

    candidates = [0.0, *(m * 10.0**e for e in range(-2, 13) for m in (1, 2, 5))] if by_log else _round(low, high)
    inside = [value for value in candidates if value + shift > 0 and low <= flat(value) <= high]
    return place, _spread(inside, place, 44 if length == WIDTH else 18)


def _round(low: float, high: float) -> list[float]:
    """Round numbers over a plain scale."""
    rough = (high - low) / 5
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= rough)
    return [step * k for k in range(floor(low / step), floor(high / step) + 2)]


def _spread(ticks: Sequence[float], place: Scale, apart: float) -> list[float]:
    """Ticks far enough from each other to be read, powers of ten first."""
    kept: list[float] = []
    for tick in sorted(ticks, key=lambda t: (t > 0 and log10(t) != round(log10(t)), t)):
        if all(abs(place(tick) - place(other)) >= apart for other in kept):
            kept.append(tick)
    return sorted(kept)


def main(folder: Path, instances: Sequence[str]) -> None:
    """Write ``<family>.svg`` into a folder of results; of named instances, ``<family>/<instance>.svg``."""
    for family, cases in read(folder).items():
        for case in cases:
            if case.ours.instance in instances:
                path = folder / family / f"{case.ours.instance}.svg"
                path.write_text(draw([case]), encoding="utf-8")
        if not instances:
            (folder / f"{family}.svg").write_text(draw(cases, f"{family}, {folder.name}"), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
