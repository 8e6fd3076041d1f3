"""The outline of one person's schedules: all that can be told of them with few rows.

What makes states many are the rows that stay open for long: minutes of a quarter, weekends, totals. The *outline* leaves
these *far* rows out: its nodes are what the *near* rows add up to after each layer of stages, its arcs the ways on. It is
small, and does not depend on costs. How schedules are found with it stands in :mod:`solver.walk`.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from solver.model import NO_LIMIT, Mask, Whole


class Stages(NamedTuple):
    """What is decided one after the other. Stage ``s`` has the options ``first_option[s]:first_option[s + 1]``.

    A stage that ``follows`` has one option, for one unit of a number that takes the least value its rows allow; one of
    ``last`` does so only after all others of its layer, as it stands in far rows.
    """

    layer: Whole
    """Where each layer begins, and the end."""
    first_option: Whole
    follows: Mask
    last: Mask
    lower: Whole
    upper: Whole


class Near(NamedTuple):
    """The near rows that each stage touches: ``first_row[s]:first_row[s + 1]``.

    An option adds to them what stands in ``delta`` from ``first_delta[option]`` on.
    """

    first_row: Whole
    slot: Whole
    """Of a row touched: its place in the state …"""
    fresh: Mask
    """… whether it is touched for the first time …"""
    closes: Mask
    """… or the last …"""
    lo: Whole
    hi: Whole
    """… its sides …"""
    least: Whole
    most: Whole
    """… and the least and the most that later stages can add."""
    first_delta: Whole
    delta: Whole
    slots: int


class Far(NamedTuple):
    """The far rows, with sides ``lo`` and ``hi``; layer ``k`` touches those of the cells ``first_cell[k]:first_cell[k + 1]``.

    The rest of a cell is as in :class:`Near`, after its layer. The numbers ``first_number[k]:first_number[k + 1]`` are the stages
    of ``last`` in the layer; each adds ``unit`` a piece to the cells of its entries.
    """

    lo: Whole
    hi: Whole
    first_cell: Whole
    row: Whole
    slot: Whole
    fresh: Mask
    closes: Mask
    least: Whole
    most: Whole
    opened: Whole
    """After each layer, of each slot the row that has it; -1: none."""
    first_number: Whole
    stage: Whole
    first_entry: Whole
    cell: Whole
    unit: Whole
    entry_least: Whole
    entry_most: Whole
    slots: int


class Outline(NamedTuple):
    """Nodes ``first_node[k]:first_node[k + 1]`` before layer ``k`` (and one group at the end), and their arcs.

    Node ``n`` has the arcs ``first_arc[n]:first_arc[n + 1]``. An arc leads ``to`` a node by a ``kind`` of the layer: what is
    chosen at each of its stages (``pick`` from ``first_pick[kind]`` on), which adds ``delta`` (from ``first_delta[kind]`` on) to
    the cells of the far rows.
    """

    first_node: Whole
    first_arc: Whole
    to: Whole
    kind: Whole
    first_kind: Whole
    first_pick: Whole
    pick: Whole
    first_delta: Whole
    delta: Whole


def compiled(function: Any) -> Any:
    """Machine code, kept on disk, that lets other threads run meanwhile."""
    return njit(cache=True, nogil=True)(function)


def outlined(
    stages: Stages, near: Near, far: Far, far_adds: tuple[Whole, Whole, Whole], most_nodes: int
) -> Outline | None:
    """All nodes and arcs; None where a layer would have more than ``most_nodes`` nodes.

    ``far_adds``: of each option where its far rows begin, their cells in the layer, and what it adds there.
    """
    first_node, first_arc, to, kind, first_kind, picks, fits = _ways(stages, near, most_nodes)
    if not fits:
        return None
    pick = np.concatenate([p.ravel() for p in picks])
    widths, numbers = np.diff(stages.layer), np.diff(first_kind)
    first_pick = np.cumsum(np.concatenate([[0], np.repeat(widths, numbers)]))
    sizes = np.diff(far.first_cell)
    first_delta = np.cumsum(np.concatenate([[0], np.repeat(sizes, numbers)]))
    begins, cell, value = far_adds
    delta = _added(stages, first_kind, first_pick, pick, first_delta, begins, cell, value)
    return Outline(first_node, first_arc, to, kind, first_kind, first_pick, pick, first_delta, delta)


@compiled
def _ways(stages, near, most_nodes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912
    """Nodes and arcs as in :class:`Outline`, the picks of each layer's kinds, and whether no layer had too many nodes."""
    layers = len(stages.layer) - 1
    first_node, first_kind = np.zeros(layers + 2, np.int64), np.zeros(layers + 1, np.int64)
    first_node[1] = 1
    arcs_of, all_to, all_kinds, all_picks = (
        [np.zeros(0, np.int64)],
        [np.zeros(0, np.int64)],
        [np.zeros(0, np.int64)],
        [np.zeros((0, 0), np.int64)],
    )
    nodes = np.zeros((1, near.slots), np.int64)
    for k in range(layers):
        first, width = stages.layer[k], stages.layer[k + 1] - stages.layer[k]
        states, origin, picks = nodes, np.arange(len(nodes)), np.zeros((len(nodes), width), np.int64)
        for s in range(first, stages.layer[k + 1]):
            if stages.last[s]:
                continue
            begin, end = stages.first_option[s], stages.first_option[s + 1]
            room = len(states) * (end - begin)
            new, new_origin, new_picks = (
                np.empty((room, near.slots), np.int64),
                np.empty(room, np.int64),
                np.empty((room, width), np.int64),
            )
            number = 0
            rows = range(near.first_row[s], near.first_row[s + 1])
            for i in range(len(states)):
                for option in range(begin, end):
                    add = near.first_delta[option] - near.first_row[s]
                    value = 1
                    if stages.follows[s]:
                        value = stages.lower[s]
                        for c in rows:
                            now = 0 if near.fresh[c] else states[i, near.slot[c]]
                            value = max(
                                value,
                                needed(near.delta[add + c], now, near.lo[c], near.hi[c], near.least[c], near.most[c]),
                            )
                        if value > stages.upper[s]:
                            continue
                    for c in range(near.slots):
                        new[number, c] = states[i, c]
                    kept = True
                    for c in rows:
                        now = (0 if near.fresh[c] else states[i, near.slot[c]]) + near.delta[add + c] * value
                        if now + near.least[c] > near.hi[c] or now + near.most[c] < near.lo[c]:
                            kept = False
                            break
                        new[number, near.slot[c]] = told(
                            now, near.closes[c], near.lo[c], near.hi[c], near.least[c], near.most[c]
                        )
                    if kept:
                        new_origin[number] = origin[i]
                        for j in range(width):
                            new_picks[number, j] = picks[i, j]
                        new_picks[number, s - first] = value if stages.follows[s] else option - begin
                        number += 1
            states, origin, picks = new[:number], new_origin[:number], new_picks[:number]
        node_of, some = classes(states, np.zeros_like(origin))
        kind_of, kinds = classes(picks, np.zeros_like(origin))
        if len(some) > most_nodes:
            return first_node, first_node, first_node, first_node, first_kind, all_picks, False
        arcs_of.append(np.bincount(origin, minlength=len(nodes)))
        all_to.append(first_node[k + 1] + node_of)
        all_kinds.append(first_kind[k] + kind_of)
        all_picks.append(picks[kinds])
        first_node[k + 2] = first_node[k + 1] + len(some)
        first_kind[k + 1] = first_kind[k] + len(kinds)
        nodes = states[some]
    arcs, to, kind = _joined(arcs_of), _joined(all_to), _joined(all_kinds)
    first_arc = np.zeros(first_node[layers + 1] + 1, np.int64)
    first_arc[1 : len(arcs) + 1] = np.cumsum(arcs)
    first_arc[len(arcs) + 1 :] = len(to)
    return first_node, first_arc, to, kind, first_kind, all_picks, True


@compiled
def _joined(parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    number = 0
    for part in parts:
        number += len(part)
    joined, at = np.empty(number, np.int64), 0
    for part in parts:
        joined[at : at + len(part)] = part
        at += len(part)
    return joined


@compiled
def needed(unit, now, lo, hi, least, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """How much of a number a row asks for at least."""
    if unit < 0 and hi < NO_LIMIT:
        return -((hi - now - least) // -unit)
    if unit > 0 and lo > -NO_LIMIT:
        return -((now + most - lo) // unit)
    return -NO_LIMIT


@compiled
def told(now, closes, lo, hi, least, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """A sum, no finer than what is to come can tell apart: all sums that nothing can break any more are one."""
    if closes:
        return 0
    if now + most <= hi and now + least >= lo:
        return hi - most if lo <= -NO_LIMIT else lo - least
    return now


@compiled
def classes(rows, groups):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Of each row the number of the class of rows of its group equal to it, and of each class its first row."""
    number = len(rows)
    size = 4
    while size < 2 * number:
        size *= 2
    table, last = np.full(size, -1, np.int64), np.uint64(size - 1)
    of, some = np.empty(number, np.int64), np.empty(number, np.int64)
    found = 0
    for i in range(number):
        place = (_mixed(rows[i]) ^ np.uint64(groups[i] * 0x9E3779B9)) & last
        while True:
            n = table[place]
            if n < 0:
                table[place], some[found], of[i] = found, i, found
                found += 1
                break
            if groups[i] == groups[some[n]] and np.array_equal(rows[i], rows[some[n]]):
                of[i] = n
                break
            place = (place + np.uint64(1)) & last
    return of, some[:found]


@compiled
def _mixed(row):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A number that is the same for equal rows, and seldom for others (FNV-1a, with a shift)."""
    number = np.uint64(1469598103934665603)
    for value in row:
        number = (number ^ np.uint64(value + 1000003)) * np.uint64(1099511628211)
        number ^= number >> np.uint64(29)
    return number


@compiled
def _added(stages, first_kind, first_pick, pick, first_delta, begins, cell, value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What each kind of arc adds to the far rows."""
    delta = np.zeros(first_delta[-1], np.int64)
    for k in range(len(first_kind) - 1):
        for kind in range(first_kind[k], first_kind[k + 1]):
            for s in range(stages.layer[k], stages.layer[k + 1]):
                if stages.last[s]:
                    continue
                chosen = pick[first_pick[kind] + s - stages.layer[k]]
                option = stages.first_option[s] + (0 if stages.follows[s] else chosen)
                times = chosen if stages.follows[s] else 1
                for e in range(begins[option], begins[option + 1]):
                    delta[first_delta[kind] + cell[e]] += value[e] * times
    return delta
