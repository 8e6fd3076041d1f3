"""Charts drawn here as SVG: curves told apart by their dashes as well as their colour, bars, and a map without a tile server."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 480, 360, 40
DASHES = 4
"""Styles of curves."""


def lorenz_chart(curves: Sequence[tuple[str, Sequence[tuple[float, float]]]], across: str, up: str) -> Markup:
    """Lorenz curves from (0, 0) to (1, 1) over the line of evenness, with a key."""
    side = HEIGHT - 2 * EDGE
    parts = [
        Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(EDGE, EDGE + side, EDGE + side, EDGE)
    ]
    parts.append(Markup('<rect class="axis" x="{}" y="{}" width="{}" height="{}"/>').format(EDGE, EDGE, side, side))
    for n, (name, points) in enumerate(curves):
        path = " ".join(f"{EDGE + x * side:.1f},{EDGE + side - y * side:.1f}" for x, y in points)
        parts.append(Markup('<polyline class="s{}" points="{}"/>').format(n % DASHES, path))
        y = EDGE + 16 + 20 * n
        parts.append(
            Markup('<line class="s{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                n % DASHES, EDGE + side + 12, y, EDGE + side + 40, y
            )
        )
        parts.append(Markup('<text x="{}" y="{}">{}</text>').format(EDGE + side + 46, y + 4, name))
    parts.append(Markup('<text x="{}" y="{}">{}</text>').format(EDGE, EDGE + side + 20, across))
    parts.append(Markup('<text x="{}" y="{}">{}</text>').format(EDGE, EDGE - 8, up))
    return _svg(WIDTH + 240, HEIGHT, f"{up} / {across}", parts)


def bars_chart(bars: Sequence[tuple[str, float, str]], title: str, alert: frozenset[str] = frozenset()) -> Markup:
    """Horizontal bars: (name, value, value in words). Those of ``alert`` are marked by colour and by a sign."""
    most = max((value for _, value, _ in bars), default=0.0) or 1.0
    parts = []
    for n, (name, value, said) in enumerate(bars):
        y, width = 26 * n + 6, 300 * max(0.0, value) / most
        sign = "⚠ " if name in alert else ""
        kind = "bar alert" if name in alert else "bar"
        parts.append(Markup('<text x="236" y="{}" text-anchor="end">{}{}</text>').format(y + 14, sign, name[:34]))
        parts.append(Markup('<rect class="{}" x="244" y="{}" width="{:.1f}" height="18"/>').format(kind, y, width))
        parts.append(Markup('<text x="{:.1f}" y="{}">{}</text>').format(250 + width, y + 14, said))
    return _svg(640, 26 * len(bars) + 12, title, parts)


@dataclass(frozen=True, slots=True)
class Place:
    """A site on the map: degrees, the size of its load (0 to 1), whether one of its lines is fragile."""

    name: str
    latitude: float
    longitude: float
    load: float
    alert: bool
    numbers: str
    """As in the list beside."""


def map_chart(places: Sequence[Place], title: str, outline: Path | None = None) -> Markup:
    """Sites as circles, their area by load, numbered as in the list beside; a GeoJSON outline under them if there is one."""
    shapes = _rings(json.loads(outline.read_text(encoding="utf-8"))) if outline else []
    points = [(p.longitude, p.latitude) for p in places] + [point for ring in shapes for point in ring]
    if not points:
        return Markup("")
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = cos(radians((south + north) / 2))
    span = max((east - west) * narrow, north - south, 0.05)
    scale = (640 - 2 * EDGE) / span

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return EDGE + (longitude - west) * narrow * scale, EDGE + (north - latitude) * scale

    parts = []
    for ring in shapes:
        path = " ".join("{:.1f},{:.1f}".format(*at(*point)) for point in ring)
        parts.append(Markup('<polygon class="land" points="{}"/>').format(path))
    for place in places:
        x, y = at(place.longitude, place.latitude)
        size = 8 + 14 * place.load**0.5
        kind = "place alert" if place.alert else "place"
        parts.append(
            Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}</title></circle>').format(
                kind, x, y, size, place.name
            )
        )
        sign = " ⚠" if place.alert else ""
        parts.append(
            Markup('<text class="label" x="{:.1f}" y="{:.1f}">{}{}</text>').format(
                x + size + 3, y + 4, place.numbers, sign
            )
        )
    height = EDGE * 2 + (north - south) * scale
    return _svg(640, max(120.0, height), title, parts)


def _rings(shape: Any) -> list[list[tuple[float, float]]]:
    """The outer rings of whatever GeoJSON holds."""
    match shape.get("type"):
        case "FeatureCollection":
            return [ring for feature in shape["features"] for ring in _rings(feature)]
        case "Feature":
            return _rings(shape["geometry"])
        case "Polygon":
            return [[(float(x), float(y)) for x, y, *_ in shape["coordinates"][0]]]
        case "MultiPolygon":
            return [[(float(x), float(y)) for x, y, *_ in polygon[0]] for polygon in shape["coordinates"]]
        case _:
            return []


def _svg(width: float, height: float, title: str, parts: Sequence[Markup]) -> Markup:
    head = Markup('<svg viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" role="img" aria-label="{}">').format(
        width, height, width, height, title
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def progress_chart(rows: Sequence[tuple[float, int, int | None]], title: str) -> Markup:
    """Value and proven bound over the seconds of a search, drawing together: (seconds, value, bound) in order."""
    across, up = 420, 120
    last = max((seconds for seconds, _, _ in rows), default=0.0) or 1.0
    known = [v for _, value, bound in rows for v in (value, bound) if v is not None]
    low, high = min(known, default=0), max(known, default=1)
    span = (high - low) or 1

    def at(seconds: float, value: int) -> str:
        return f"{EDGE + seconds / last * across:.1f},{10 + (high - value) / span * up:.1f}"

    def stairs(points: Sequence[tuple[float, int]]) -> str:
        steps = [at(s, v) for n, (s, v) in enumerate(points) for s, v in ((s, points[n - 1][1] if n else v), (s, v))]
        return " ".join([*steps, at(last, points[-1][1])])

    parts = [Markup('<line class="axis" x1="{0}" y1="{1}" x2="{2}" y2="{1}"/>').format(EDGE, 10 + up, EDGE + across)]
    for kind, points in (
        ("s0", [(s, v) for s, v, _ in rows]),
        ("s1", [(s, b) for s, _, b in rows if b is not None]),
    ):
        if points:
            parts.append(Markup('<polyline class="{}" points="{}"/>').format(kind, stairs(points)))
    parts.append(Markup('<text x="{}" y="{}" text-anchor="end">{:.0f} s</text>').format(EDGE + across, 28 + up, last))
    return _svg(across + 2 * EDGE, up + 36, title, parts)
