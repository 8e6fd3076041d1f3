"""The cheapest schedules of one person: a walk with all rows along the outline, led by what is at least still to come.

With a price on each far row (a Lagrange multiplier) the cheapest way through the outline is a floor under every schedule,
and says of each node what is at least still to come. So the walk goes where good schedules are, and leaves what cannot be
one of them: some tens of states a day find what thousands did not.

Source: Lagrangian relaxation of what may be used up, as a bound on the rest of a shortest path (Beasley, Christofides,
Networks 1989); steps by Polyak's rule, with a hope in place of the best value.
"""

import numpy as np

from solver.model import NO_LIMIT
from solver.outline import classes, compiled, needed, told

TRIED = 200
"""Cheaper ways to a node against which a way is compared before it is believed to be of use."""
GROWS, SHRINKS, IDLE = 1.5, 0.5, 8
"""What becomes of the hope that prices raise the floor by so much: after one that did, and after so many that did not."""
SWING = 0.5
"""How much of the last direction stays in the next one."""
SMALLEST = 1e-4
"""Hope, in the largest cost of an arc, from which prices are said to have settled."""
OVERDRAWN = 1e-3
"""What a unit counts, in the largest cost of an arc, by which a way would break rows if it went on at the least cost."""


@compiled
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


@compiled
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


@compiled
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


@compiled
def _unit_price(far, n, k, cost, prices):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What one unit of a number costs with the prices of its rows."""
    for e in range(far.first_entry[n], far.first_entry[n + 1]):
        cost += prices[far.row[far.first_cell[k] + far.cell[e]]] * far.unit[e]
    return cost


@compiled
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
            hope, idle = hope * SHRINKS, 0
            direction[:] = 0.0
            at[:] = prices
            if hope < SMALLEST * unit:
                break
            continue
        length = _turned(far, usage, at, scale, direction)
        if length == 0:
            break
        step = (best + hope - floor) / length
        for r in range(len(prices)):
            moved = at[r] + step * direction[r] / scale[r]
            if far.lo[r] <= -NO_LIMIT:
                moved = max(moved, 0.0)
            if far.hi[r] >= NO_LIMIT:
                moved = min(moved, 0.0)
            at[r] = moved


@compiled
def _turned(far, usage, prices, scale, direction):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Turn the direction in which prices move towards what is overdrawn.

    Returns its length, squared; 0 where nothing is overdrawn, and no price is paid for what is not used up.
    """
    over, length = False, 0.0
    for r in range(len(prices)):
        left = 0.0
        if usage[r] > far.hi[r] or (prices[r] > 0 and usage[r] < far.hi[r]):
            left = usage[r] - far.hi[r]
        elif usage[r] < far.lo[r] or (prices[r] < 0 and usage[r] > far.lo[r]):
            left = usage[r] - far.lo[r]
        over |= left != 0
        direction[r] = left / scale[r] + SWING * direction[r]
        length += direction[r] ** 2
    return length if over else 0.0


@compiled
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
    floor, apart = np.inf, OVERDRAWN * _largest(kind_cost)
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
            kept = kept[np.argsort(_ranked(to, new, likely, kept, apart, far, k, rest, scale))]
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


@compiled
def _largest(costs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The largest cost of an arc; 1 where none costs anything."""
    largest = 0.0
    for cost in costs:
        if abs(cost) < np.inf:
            largest = max(largest, abs(cost))
    return largest if largest > 0 else 1.0


@compiled
def _ranked(to, sums, likely, kept, apart, far, k, rest, scale):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What ways are likely to cost, and a little more for each unit by which they would break rows if they went on at the least cost."""
    rank = likely[kept].copy()
    for n in range(len(kept)):
        i = kept[n]
        for slot in range(far.slots):
            r = far.opened[k, slot]
            if r >= 0:
                ends = sums[i, slot] + rest[to[i], r]
                rank[n] += apart * max(0.0, ends - far.hi[r], far.lo[r] - ends) / scale[r]
    return rank


@compiled
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
                needed(far.unit[e], sums[far.slot[c]], far.lo[r], far.hi[r], far.entry_least[e], far.entry_most[e]),
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
        sums[far.slot[c]] = told(now, far.closes[c], far.lo[r], far.hi[r], far.least[c], far.most[c])
    return cost, priced


@compiled
def _distinct(to, sums, paid, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Of ways to the same node with the same sums the cheapest."""
    of, some = classes(sums[:number], to[:number])
    for i in range(number):
        if paid[i] < paid[some[of[i]]]:
            some[of[i]] = i
    return some


@compiled
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
