"""The outline of one person's schedules, and the walk through it that finds the cheapest of them.

What makes states many are the rows that stay open for long: minutes of a quarter, weekends, totals. The *outline* leaves
these *far* rows out: its nodes are what the *near* rows add up to after each layer of stages, its arcs the ways on. It does not depend on
costs and is small. With a price on each far row (a Lagrange multiplier) the cheapest way through it is a floor under every
schedule, and says of each node what is at least still to come. So the walk with all rows goes where good schedules are,
and leaves what cannot be one of them.

Source: Lagrangian relaxation of resource constraints as completion bounds (Beasley, Christofides 1989, for shortest paths
with resources).
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from solver.model import NO_LIMIT, Mask, Whole

Reals = NDArray[np.float64]

TRIED = 200
"""Cheaper ways to a node against which a way is compared before it is believed to be of use."""
PATIENCE, IDLE = 0.5, 8
"""What becomes of the hope that the floor rises by so much, after so many prices that did not raise it."""
GROWS = 1.5
SWING = 0.5
"""How much of the last direction stays in the next one."""
ALIKE = 1e-3
"""Difference, in the largest cost of an arc, within which ways are as good as each other."""
SMALLEST = 1e-4
"""Hope, in the largest cost of an arc, from which the prices are said to have settled."""


class Stages(NamedTuple):
    """What is decided one after the other. Stage ``s`` has the options ``first_option[s]:first_option[s + 1]``.

    A stage that ``follows`` has one option, for one unit of a number that takes the least value its rows allow; one of ``last`` does so only after
    all others of its layer, as it stands in far rows.
    """

    layer: Whole
    """Where each layer begins, and the end."""
    first_option: Whole
    follows: Mask
    last: Mask
    lower: Whole
    upper: Whole


class Near(NamedTuple):
    """The near rows that each stage touches: ``first_row[s]:first_row[s + 1]``; an option adds to them what stands in ``delta`` from ``first_delta[option]`` on."""

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
    """Nodes ``first_node[k]:first_node[k + 1]`` before layer ``k`` (and one group at the end), their arcs ``first_arc[n]:first_arc[n + 1]``.

    An arc leads ``to`` a node by a ``kind`` of the layer: what is chosen at each of its stages (``pick`` from ``first_pick[kind]`` on), which
    adds ``delta`` (from ``first_delta[kind]`` on) to the cells of the far rows.
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


def _compiled(function: Any) -> Any:
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


@_compiled
def _ways(stages, near, most_nodes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912
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
                                _needed(near.delta[add + c], now, near.lo[c], near.hi[c], near.least[c], near.most[c]),
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
                        new[number, near.slot[c]] = _told(
                            now, near.closes[c], near.lo[c], near.hi[c], near.least[c], near.most[c]
                        )
                    if kept:
                        new_origin[number] = origin[i]
                        for j in range(width):
                            new_picks[number, j] = picks[i, j]
                        new_picks[number, s - first] = value if stages.follows[s] else option - begin
                        number += 1
            states, origin, picks = new[:number], new_origin[:number], new_picks[:number]
        node_of, some = _classes(states)
        kind_of, kinds = _classes(picks)
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


@_compiled
def _joined(parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    number = 0
    for part in parts:
        number += len(part)
    joined, at = np.empty(number, np.int64), 0
    for part in parts:
        joined[at : at + len(part)] = part
        at += len(part)
    return joined


@_compiled
def _needed(unit, now, lo, hi, least, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """How much of a number a row asks for at least."""
    if unit < 0 and hi < NO_LIMIT:
        return -((hi - now - least) // -unit)
    if unit > 0 and lo > -NO_LIMIT:
        return -((now + most - lo) // unit)
    return -NO_LIMIT


@_compiled
def _told(now, closes, lo, hi, least, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A sum, no finer than what is to come can tell apart: all sums that nothing can break any more are one."""
    if closes:
        return 0
    if now + most <= hi and now + least >= lo:
        return hi - most if lo <= -NO_LIMIT else lo - least
    return now


@_compiled
def _classes(rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Of each row the number of the class of rows equal to it, and of each class its first row."""
    number = len(rows)
    size = 4
    while size < 2 * number:
        size *= 2
    table, last = np.full(size, -1, np.int64), np.uint64(size - 1)
    of, some = np.empty(number, np.int64), np.empty(number, np.int64)
    found = 0
    for i in range(number):
        place = _mixed(rows[i]) & last
        while True:
            n = table[place]
            if n < 0:
                table[place], some[found], of[i] = found, i, found
                found += 1
                break
            if np.array_equal(rows[i], rows[some[n]]):
                of[i] = n
                break
            place = (place + np.uint64(1)) & last
    return of, some[:found]


@_compiled
def _mixed(row):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    mixed = np.uint64(1469598103934665603)
    for value in row:
        mixed = (mixed ^ np.uint64(value + 1000003)) * np.uint64(1099511628211)
        mixed ^= mixed >> np.uint64(29)
    return mixed


@_compiled
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


@_compiled
def kind_costs(stages, outline, cost_of):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """What each kind of arc costs, from the cost of each option."""
    cost = np.zeros(outline.first_kind[-1], np.float64)
    for k in range(len(outline.first_kind) - 1):
        first = stages.layer[k]
        for kind in range(outline.first_kind[k], outline.first_kind[k + 1]):
            for s in range(first, stages.layer[k + 1]):
                if not stages.last[s]:
                    chosen = outline.pick[outline.first_pick[kind] + s - first]
                    if not stages.follows[s]:
                        cost[kind] += cost_of[stages.first_option[s] + chosen]
                    elif chosen != 0:
                        cost[kind] += cost_of[stages.first_option[s]] * chosen
    return cost


@_compiled
def _floor(stages, outline, far, kind_cost, cost_of, prices, kind_price, later, ahead, usage):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912
    """The cheapest way through the outline at prices of the far rows.

    Fills in what each kind costs with them, the numbers still to come after each layer, what is at least ahead of each
    node, and what the cheapest way adds to the rows. Returns the floor under all schedules.
    """
    layers = len(outline.first_kind) - 1
    for k in range(layers):
        cells = far.first_cell[k + 1] - far.first_cell[k]
        for kind in range(outline.first_kind[k], outline.first_kind[k + 1]):
            price = kind_cost[kind]
            for c in range(cells):
                price += prices[far.row[far.first_cell[k] + c]] * outline.delta[outline.first_delta[kind] + c]
            kind_price[kind] = price
    usage[:] = 0.0
    later[layers] = 0.0
    for k in range(layers - 1, -1, -1):
        later[k] = later[k + 1]
        for n in range(far.first_number[k], far.first_number[k + 1]):
            s = far.stage[n]
            price = _unit_price(far, n, k, cost_of[stages.first_option[s]], prices)
            value = stages.lower[s] if price >= 0 else stages.upper[s]
            later[k] += price * value
            for e in range(far.first_entry[n], far.first_entry[n + 1]):
                usage[far.row[far.first_cell[k] + far.cell[e]]] += far.unit[e] * value
    ahead[outline.first_node[layers] :] = 0.0
    for node in range(outline.first_node[layers] - 1, -1, -1):
        least = np.inf
        for arc in range(outline.first_arc[node], outline.first_arc[node + 1]):
            least = min(least, kind_price[outline.kind[arc]] + ahead[outline.to[arc]])
        ahead[node] = least
    floor = ahead[0] + later[0]
    for r in range(len(prices)):
        if prices[r] > 0:
            floor -= prices[r] * far.hi[r]
        elif prices[r] < 0:
            floor -= prices[r] * far.lo[r]
    if floor < np.inf:
        node = 0
        for k in range(layers):
            for arc in range(outline.first_arc[node], outline.first_arc[node + 1]):
                kind = outline.kind[arc]
                if kind_price[kind] + ahead[outline.to[arc]] == ahead[node]:
                    for c in range(far.first_cell[k + 1] - far.first_cell[k]):
                        usage[far.row[far.first_cell[k] + c]] += outline.delta[outline.first_delta[kind] + c]
                    node = outline.to[arc]
                    break
    return floor


@_compiled
def _rest(outline, far, kind_price, ahead):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What the cheapest way on from each node adds to the far rows."""
    rest = np.zeros((outline.first_node[-1], len(far.lo)), np.float64)
    for k in range(len(outline.first_kind) - 2, -1, -1):
        for node in range(outline.first_node[k], outline.first_node[k + 1]):
            for arc in range(outline.first_arc[node], outline.first_arc[node + 1]):
                kind = outline.kind[arc]
                if kind_price[kind] + ahead[outline.to[arc]] == ahead[node]:
                    rest[node] = rest[outline.to[arc]]
                    for c in range(far.first_cell[k + 1] - far.first_cell[k]):
                        rest[node, far.row[far.first_cell[k] + c]] += outline.delta[outline.first_delta[kind] + c]
                    break
    return rest


@_compiled
def _unit_price(far, n, k, cost, prices):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What one unit of a number costs with the prices of its rows."""
    for e in range(far.first_entry[n], far.first_entry[n + 1]):
        cost += prices[far.row[far.first_cell[k] + far.cell[e]]] * far.unit[e]
    return cost


@_compiled
def settled(stages, outline, far, kind_cost, cost_of, scale, prices, tries, below):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, C901
    """Raise the floor by moving the prices of far rows (in place) against what is overdrawn, step after step.

    Ends after so many ``tries``, where nothing is overdrawn, nothing more is hoped for, or the floor is ``below`` no more.
    """
    nodes, layers = outline.first_node[-1], len(outline.first_kind) - 1
    kind_price, later, ahead = np.empty(len(kind_cost)), np.empty(layers + 1), np.empty(nodes)
    usage, best, at = np.empty(len(prices)), -np.inf, prices.copy()
    direction = np.zeros(len(prices))
    unit = _largest(kind_cost)
    hope, idle = unit, 0
    for _ in range(tries if len(prices) else 0):
        floor = _floor(stages, outline, far, kind_cost, cost_of, at, kind_price, later, ahead, usage)
        idle += 1
        if floor > best:
            if floor > best + hope / 4:
                idle, hope = 0, hope * GROWS
            best = floor
            prices[:] = at
        if floor >= below:
            break
        if idle > IDLE:
            hope, idle = hope * PATIENCE, 0
            direction[:] = 0.0
            at[:] = prices
            if hope < SMALLEST * unit:
                break
            continue
        over = False
        length = 0.0
        for r in range(len(prices)):
            left = 0.0
            if usage[r] > far.hi[r] or (at[r] > 0 and usage[r] < far.hi[r]):
                left = usage[r] - far.hi[r]
            elif usage[r] < far.lo[r] or (at[r] < 0 and usage[r] > far.lo[r]):
                left = usage[r] - far.lo[r]
            over |= left != 0
            direction[r] = left / scale[r] + SWING * direction[r]
            length += direction[r] ** 2
        if not over or length == 0:
            break
        step = (best + hope - floor) / length
        for r in range(len(prices)):
            moved = at[r] + step * direction[r] / scale[r]
            if far.lo[r] <= -NO_LIMIT:
                moved = max(moved, 0.0)
            if far.hi[r] >= NO_LIMIT:
                moved = min(moved, 0.0)
            at[r] = moved


@_compiled
def walked(stages, outline, far, kind_cost, cost_of, scale, prices, many, most, below):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, C901, PLR0912, PLR0915
    """The walk with all rows, layer after layer, where the floor says that it may still end ``below``.

    With more than ``most`` ways in a layer those go on that may become cheapest.

    Returns:
        up to ``many`` costs, the least first; the value chosen at each stage; the floor under all schedules that are not among them.
    """
    layers, nodes = len(outline.first_kind) - 1, outline.first_node[-1]
    kind_price, later, ahead = np.empty(len(kind_cost)), np.empty(layers + 1), np.empty(nodes)
    usage = np.empty(len(prices))
    _floor(stages, outline, far, kind_cost, cost_of, prices, kind_price, later, ahead, usage)
    rest = _rest(outline, far, kind_price, ahead)
    base = 0.0
    for r in range(len(prices)):
        if prices[r] > 0:
            base -= prices[r] * far.hi[r]
        elif prices[r] < 0:
            base -= prices[r] * far.lo[r]
    floor, apart = np.inf, ALIKE * _largest(kind_cost)
    at, sums = np.zeros(1, np.int64), np.zeros((1, far.slots), np.int64)
    paid, priced = np.zeros(1, np.float64), np.full(1, base)
    parents, arcs = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    own = np.empty(far.slots, np.int64)
    values = np.empty(len(stages.follows), np.int64)
    for k in range(layers):
        room = 0
        for i in range(len(at)):
            room += outline.first_arc[at[i] + 1] - outline.first_arc[at[i]]
        new, to = np.empty((room, far.slots), np.int64), np.empty(room, np.int64)
        new_paid, new_priced, likely = (
            np.empty(room, np.float64),
            np.empty(room, np.float64),
            np.empty(room, np.float64),
        )
        parent, by = np.empty(room, np.int64), np.empty(room, np.int64)
        number = 0
        for i in range(len(at)):
            for arc in range(outline.first_arc[at[i]], outline.first_arc[at[i] + 1]):
                kind = outline.kind[arc]
                hoped = priced[i] + kind_price[kind] + ahead[outline.to[arc]] + later[k]
                if hoped == np.inf:
                    continue
                if hoped >= below:
                    floor = min(floor, hoped)
                    continue
                own[:] = sums[i]
                more, more_priced = _on(stages, outline, far, k, kind, cost_of, prices, own, values)
                if more == np.inf:
                    continue
                cost = paid[i] + kind_cost[kind] + more
                hoped = priced[i] + kind_price[kind] + more_priced + ahead[outline.to[arc]] + later[k + 1]
                if k == layers - 1:
                    hoped = cost
                if hoped >= below:
                    floor = min(floor, hoped)
                    continue
                new[number] = own
                to[number], parent[number], by[number], likely[number] = outline.to[arc], i, arc, hoped
                new_paid[number] = cost
                new_priced[number] = priced[i] + kind_price[kind] + more_priced
                number += 1
        if k < layers - 1:
            kept = _distinct(to, new, new_paid, number)
            kept = kept[np.argsort(_shuffled(to, new, likely, kept, apart, far, k, rest, scale))]
            kept = _undominated(to, new, new_paid, kept, far, k)
        else:
            kept = np.argsort(new_paid[:number])
        if len(kept) > most:
            floor = min(floor, likely[kept[most:]].min())
            kept = kept[:most]
        at, sums, paid, priced = to[kept], new[kept], new_paid[kept], new_priced[kept]
        parents.append(parent[kept])
        arcs.append(by[kept])
    several = min(many, len(paid))
    found = np.empty((several, len(stages.follows)), np.int64)
    way = np.empty(layers, np.int64)
    for n in range(several):
        i = n
        for k in range(layers, 0, -1):
            way[k - 1] = arcs[k][i]
            i = parents[k][i]
        own[:] = 0
        for k in range(layers):
            kind = outline.kind[way[k]]
            _on(stages, outline, far, k, kind, cost_of, prices, own, values)
            for s in range(stages.layer[k], stages.layer[k + 1]):
                found[n, s] = (
                    values[s] if stages.last[s] else outline.pick[outline.first_pick[kind] + s - stages.layer[k]]
                )
    return paid[:several], found, floor


@_compiled
def _largest(costs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The largest cost of an arc; 1 where none costs anything."""
    largest = 0.0
    for cost in costs:
        if abs(cost) < np.inf:
            largest = max(largest, abs(cost))
    return largest if largest > 0 else 1.0


@_compiled
def _shuffled(to, sums, likely, kept, apart, far, k, rest, scale):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What ways are likely to cost, and a little more for each unit by which they would break rows if they went on at the least cost."""
    shuffled = likely[kept].copy()
    for n in range(len(kept)):
        i = kept[n]
        for slot in range(far.slots):
            r = far.opened[k, slot]
            if r >= 0:
                ends = sums[i, slot] + rest[to[i], r]
                shuffled[n] += apart * max(0.0, ends - far.hi[r], far.lo[r] - ends) / scale[r]
    return shuffled


@_compiled
def _on(stages, outline, far, k, kind, cost_of, prices, sums, values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Take an arc: move the sums of far rows on, and decide the numbers that follow from them.

    Returns what the numbers cost, and that with the prices of their rows; infinity where a row is broken.
    """
    first = far.first_cell[k]
    cells = range(first, far.first_cell[k + 1])
    for c in cells:
        slot = far.slot[c]
        sums[slot] = (0 if far.fresh[c] else sums[slot]) + outline.delta[outline.first_delta[kind] + c - first]
    cost, priced = 0.0, 0.0
    for n in range(far.first_number[k], far.first_number[k + 1]):
        s = far.stage[n]
        value = stages.lower[s]
        for e in range(far.first_entry[n], far.first_entry[n + 1]):
            c = first + far.cell[e]
            r = far.row[c]
            value = max(
                value,
                _needed(far.unit[e], sums[far.slot[c]], far.lo[r], far.hi[r], far.entry_least[e], far.entry_most[e]),
            )
        if value > stages.upper[s]:
            return np.inf, np.inf
        values[s] = value
        for e in range(far.first_entry[n], far.first_entry[n + 1]):
            sums[far.slot[first + far.cell[e]]] += far.unit[e] * value
        if value != 0:
            unit = cost_of[stages.first_option[s]]
            cost += unit * value
            priced += _unit_price(far, n, k, unit, prices) * value
    for c in cells:
        r, now = far.row[c], sums[far.slot[c]]
        if now + far.least[c] > far.hi[r] or now + far.most[c] < far.lo[r]:
            return np.inf, np.inf
        sums[far.slot[c]] = _told(now, far.closes[c], far.lo[r], far.hi[r], far.least[c], far.most[c])
    return cost, priced


@_compiled
def _distinct(to, sums, paid, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Of ways to the same node with the same sums the cheapest."""
    size = 4
    while size < 2 * number:
        size *= 2
    table, last = np.full(size, -1, np.int64), np.uint64(size - 1)
    keep = np.empty(number, np.int64)
    kept = 0
    for i in range(number):
        place = (_mixed(sums[i]) ^ np.uint64(to[i] * 0x9E3779B9)) & last
        while True:
            n = table[place]
            if n < 0:
                table[place], keep[kept] = kept, i
                kept += 1
                break
            if to[i] == to[keep[n]] and np.array_equal(sums[i], sums[keep[n]]):
                if paid[i] < paid[keep[n]]:
                    keep[n] = i
                break
            place = (place + np.uint64(1)) & last
    return keep[:kept]


@_compiled
def _undominated(to, sums, paid, order, far, k):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """In their order, the ways that no other one to the same node is as good as in every row and in cost."""
    if not len(order):
        return order
    side = np.zeros(far.slots, np.int64)
    for c in range(far.slots):
        r = far.opened[k, c]
        if r >= 0:
            side[c] = int(far.lo[r] <= -NO_LIMIT) - int(far.hi[r] >= NO_LIMIT)
    low = np.min(to[order])
    newest = np.full(np.max(to[order]) - low + 1, -1, np.int64)
    older = np.empty(len(order), np.int64)
    number = 0
    for i in order:
        m, tried, beaten = newest[to[i] - low], 0, False
        while m >= 0 and tried < TRIED and not beaten:
            j = order[m]
            beaten = paid[j] <= paid[i]
            for c in range(sums.shape[1]):
                better = (sums[i, c] - sums[j, c]) * side[c]
                if better < 0 or (side[c] == 0 and sums[i, c] != sums[j, c]):
                    beaten = False
                    break
            tried += 1
            m = older[m]
        if not beaten:
            older[number] = newest[to[i] - low]
            newest[to[i] - low] = number
            order[number] = i
            number += 1
    return order[:number]
