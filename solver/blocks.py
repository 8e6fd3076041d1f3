"""A territory cut where nothing holds it together: blocks of people and lines, each an ordinary scenario.

Two lines are in one block when somebody can hold both, or when a rule binds them (see ``ties`` of the rules). Tiers are
sums over blocks, so values and bounds add up, and nothing is lost: the whole is solved exactly as its blocks are.
"""

from collections import defaultdict
from dataclasses import replace

from scheduler.facts import facts_of
from scheduler.fairness import pools
from scheduler.rules.eligibility import Eligibility
from scheduler.scenario import Scenario
from scheduler.tables import Row, Tables


def blocks_of(scenario: Scenario) -> list[Scenario]:  # noqa: C901, PLR0912
    """The blocks of a scenario, largest first; the scenario itself where it is one.

    People whom no line concerns stand with the first block. Without the rule that says who may hold what, there is one.
    """
    rules = [rule for rule in scenario.rules if rule.enabled]
    if not any(isinstance(rule, Eligibility) for rule in rules):
        return [scenario]
    facts, parent = scenario.facts, dict[str, str]()

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    def tie(*keys: str) -> None:
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])

    # An id of a person and one of a line may be the same word.
    person, line = "person {}".format, "line {}".format
    for line_id, pool in pools(facts).items():
        tie(line(line_id), *map(person, pool))
    held = [(row.line, row.person) for row in facts.tables.history]
    held += [(row.line, row.person) for row in facts.tables.published]
    for line_id, who in (*held, *((pin.line, pin.person) for pin in facts.tables.pins)):
        tie(line(line_id), *([person(who)] if who else []))
    for engagement in facts.tables.engagements:
        if engagement.replaces:
            tie(person(engagement.person), person(engagement.replaces))
    for rule in rules:
        for bound in rule.ties(facts):
            # Where an id is both, both are bound: too few blocks are no harm.
            people = [person(key) for key in bound if key in facts.person_by_id]
            tie(*people, *(line(key) for key in bound if key in facts.line_by_id))
    members: defaultdict[str, set[str]] = defaultdict(set)
    for found in facts.lines:
        members[root(line(found.id))].add(found.id)
    if len(members) < 2:
        return [scenario]
    first = next(iter(members))
    home = {p.id: root(person(p.id)) for p in facts.people}
    home = {who: key if key in members else first for who, key in home.items()}
    line_home = {line_id: key for key, lines in members.items() for line_id in lines}
    tables: dict[str, dict[str, list[Row]]] = {key: defaultdict(list) for key in members}
    shared: dict[str, tuple[Row, ...]] = {}
    for name in Tables.__dataclass_fields__:
        rows: tuple[Row, ...] = getattr(facts.tables, name)
        keys = [_home(name, row, home, line_home) for row in rows]
        if None in keys:
            shared[name] = rows
            continue
        for key, row in zip(keys, rows, strict=True):
            tables[key or first][name].append(row)
    blocks: list[Scenario] = []
    for key in sorted(members, key=lambda key: -len(members[key])):
        own = {name: tuple(rows) for name, rows in tables[key].items()}
        inner = facts_of(facts.territory, Tables(**shared, **own))  # type: ignore[arg-type]
        blocks.append(replace(scenario, name=f"{scenario.name} {len(blocks) + 1}", facts=inner, warnings=()))
    return blocks


def _home(name: str, row: Row, home: dict[str, str], line_home: dict[str, str]) -> str | None:
    """The block that a row belongs to; None where it concerns all."""
    said = dict(row)
    if name == "people":
        return home[said["id"]]
    if name == "lines":
        return line_home[said["id"]]
    if name == "group_needs":
        return line_home[said["lines"][0]] if said["lines"] else None
    who = said.get("person") or said.get("first")
    if who:
        return home[who]
    return line_home[said["line"]] if "line" in said else None
