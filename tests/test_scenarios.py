"""The shipped scenarios: they load without an error, they solve, and their cover is what the README says."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scenarios.hospital_duties import load_month
from scenarios.load import load, save
from scheduler.facts import facts_of
from scheduler.scenario import Scenario
from scheduler.verify import verify
from solver.plan import Found, Limits, plan

DATA = Path(__file__).resolve().parent.parent / "scenarios" / "data"
SHIPPED = sorted(path.name for path in DATA.iterdir() if (path / "scenario.yaml").exists())
MONTHS = {"2015-11-02-5": 2237.85, "2015-12-07-4": 1935.79, "2016-01-04-4": 1910.68}
"""Published optima (CPLEX) of three months of a real hospital's physicians."""


def test_all_promised_scenarios_are_there():
    assert set(SHIPPED) >= {
        "pilot-pooled",
        "pilot-silo",
        "st-dizier",
        "flandres-csnp",
        "prevention-bus",
        "replacement-pool",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_loads_and_each_rule_and_tariff_says_where_it_comes_from(name):
    scenario = load(DATA / name)
    assert (DATA / name / "README.md").exists()
    assert all(f.severity == "warning" for f in scenario.warnings)
    assert all(row.legal_ref for row in scenario.facts.tables.tariffs)
    assert not [f for f in scenario.warnings if f.column in ("rpps", "finess", "legal_entity")]


def short(scenario: Scenario, days: int) -> Scenario:
    """The first days of a scenario, without pins and without shares of the sites, which are for the whole horizon: small
    enough to be proved within seconds."""
    facts = scenario.facts
    territory = facts.territory.model_copy(update={"last_day": facts.territory.first_day + timedelta(days=days - 1)})
    lines = tuple(line.model_copy(update={"site_share_min": 0}) for line in facts.lines)
    return replace(scenario, facts=facts_of(territory, replace(facts.tables, pins=(), lines=lines)))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_first_days_of_a_shipped_scenario_are_solved_and_their_cover_proved(name):
    asked = short(load(DATA / name), 14)
    rules = tuple(rule for rule in asked.rules if rule.price is None or rule.price_tier == "cover")
    found = plan(replace(asked, rules=rules, tiers=asked.tiers[:1]), Limits(time_limit_s=200, workers=1, seed=1))
    assert isinstance(found, Found)
    assert found.tiers[0].proven


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_is_solved_to_its_expected_result(name, request):
    """Whole scenarios belong to the long suite: `make long`."""
    if not request.config.getoption("--long"):
        pytest.skip("solved in `make long`")
    expected = json.loads((DATA / name / "expected.json").read_text())
    found = plan(load(DATA / name), Limits(time_limit_s=300, workers=2, seed=1))
    assert isinstance(found, Found)
    values = {tier.name: tier.value for tier in found.tiers if tier.proven}
    assert {name: values.get(name) for name in expected["proved"]} == expected["proved"]


@pytest.mark.parametrize(("month", "optimum"), MONTHS.items())
def test_a_real_hospital_month_is_solved_to_its_published_optimum(month, optimum):
    found_month = load_month(DATA / "hospital-months" / f"{month}.cdat")
    found = plan(found_month.scenario, Limits(time_limit_s=120, workers=1, seed=1))
    assert isinstance(found, Found)
    (tier,) = found.tiers
    assert tier.proven
    assert tier.value / found_month.scale == pytest.approx(optimum, abs=0.005)


@pytest.mark.parametrize("spoilt", ["another.cdat", "2015-11-02-5.cdat"])
def test_what_is_no_hospital_month_is_refused(tmp_path, spoilt):
    from scheduler.findings import ScenarioError

    path = tmp_path / spoilt
    path.write_text("%J set < 1..85 >\n")
    with pytest.raises(ScenarioError, match="a month as"):
        load_month(path)


def test_a_folder_and_a_workbook_of_the_same_scenario_give_the_same_rota(tmp_path):
    save(short(load(DATA / "prevention-bus"), 14), tmp_path / "bus")
    one = load(tmp_path / "bus")
    save(one, tmp_path / "bus.xlsx")
    two = load(tmp_path / "bus.xlsx")
    assert one.sha256 == two.sha256
    limits = Limits(time_limit_s=120, workers=1, seed=3)
    first, second = plan(one, limits), plan(two, limits)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert first.reproducible
    assert first.roster == second.roster
    assert verify(two, first.roster).ok
