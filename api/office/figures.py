"""The figures of a roster, with everybody's name, or with words in their place."""

import hashlib
from typing import Any

from api.office.desk import Desk
from api.office.documents import held_from, scenario_by
from api.store.schema import RosterRow
from scheduler.figures import Figures, figures_of
from scheduler.scenario import Scenario
from scheduler.verify import verify


def figures_by(desk: Desk, row: RosterRow) -> Figures:
    """The figures of a roster, with what is proved of it."""
    scenario, held = scenario_by(desk.session, row.scenario), held_from(row.held)
    bounds = {tier["name"]: tier["bound"] for tier in row.proof.get("tiers", ())}
    return figures_of(scenario, held, verify(scenario, held), bounds, row.proof.get("seed"))


def pseudonymous(shown: Any, scenario: Scenario, salt: str) -> Any:
    """The same with everybody's id and name hashed with a salt: the same person is the same word within one answer."""
    word = {}
    for person in scenario.facts.people:
        digest = hashlib.sha256(f"{salt} {person.id}".encode()).hexdigest()[:8]
        word[person.id] = word[person.name] = f"p-{digest}"

    def hidden(value: Any) -> Any:
        if isinstance(value, dict):
            return {word.get(key, key): hidden(one) for key, one in value.items()}
        if isinstance(value, list):
            return [hidden(one) for one in value]
        return word.get(value, value) if isinstance(value, str) else value

    return hidden(shown)


def figures_for(desk: Desk, row: RosterRow) -> Figures:
    """The figures as who asks may see them: an analyst sees nobody's name."""
    return seen_by(desk, figures_by(desk, row), scenario_by(desk.session, row.scenario), row.id)


def seen_by(desk: Desk, figures: Figures, scenario: Scenario, salt: str) -> Figures:
    """Figures as who asks may see them; under one salt the same person is the same word."""
    if desk.who.role == "coordinator":
        return figures
    return Figures.model_validate(pseudonymous(figures.model_dump(mode="json"), scenario, salt))
