"""Whatever is asked, the service answers as its description says: every operation, drawn at random, by Schemathesis."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from api.matrix import INSTALLATION, PUBLIC, SIGNED_IN, TERRITORY
from tests.service import PLACE, house
from tests.test_life import night

EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "night" else 8
"""Of each operation; ``make long`` draws two hundred."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A territory with everything in it, and its description."""
    with house(f"sqlite:///{tmp_path_factory.mktemp('contract')}/p.db") as here:
        here.territory()
        here.roster = here.published()
        here.ask("POST", "/campaigns", json={"closes": "2027-02-10T12:00:00Z"})
        here.ask("POST", "/feeds", json={"kind": "line", "subject": "N"})
        here.ask(
            "POST",
            f"/rosters/{here.roster}/exchanges",
            json={"duty": night(1), "giver": here.held(here.roster)[night(1)]},
        )
        yield here


NAMES = sorted((set(TERRITORY) | INSTALLATION | SIGNED_IN | PUBLIC) - {"job_events", "signin", "signed_in", "signout"})


@pytest.fixture(scope="module")
def operations(drawn):
    schema = schemathesis.openapi.from_asgi("/openapi.json", drawn.client.app)
    # A request may be well formed and yet not fit this territory, its state or its files: a problem that says so is right.
    acceptance = schema.config.checks.positive_data_acceptance
    acceptance.expected_statuses = ["2xx", "304", "404", "409", "412", "415", "422", "428"]
    found = [one.ok() for one in schema.get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_answers_as_it_is_described(drawn, operations, name):
    operation = operations[name]
    role = "administrator" if name in INSTALLATION else "coordinator"
    key = drawn.key(role, None if role == "administrator" else PLACE)
    if name.startswith("fhir") or name == "who_is_on_call":
        key = drawn.key("reader")
    if name == "my_data":
        key = drawn.key("practitioner", person="Ana")

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        database=None,
    )
    @given(case=operation.as_strategy())
    def answers(case):
        for place, value in (("territory", PLACE), ("roster", drawn.roster)):
            if place in (case.path_parameters or {}):
                case.path_parameters[place] = value
        answer = case.call(headers={"authorization": f"Bearer {key}"})
        assert answer.status_code != 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], answer.status_code
        case.validate_response(answer)

    answers()
