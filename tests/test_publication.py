"""A roster's life: draft, proposed, published, frozen, done; in memory, and in a folder by the terminal."""

import csv
from datetime import date

import pytest
from typer.testing import CliRunner

from api.cli import app
from scenarios.load import load, save
from scenarios.publications import read_publication, write_publication
from scenarios.rosters import write_roster
from scheduler import publication
from scheduler.fairness import carried, fair_shares, loads
from scheduler.findings import ScenarioError
from scheduler.moves import Bench
from scheduler.publication import Answer
from scheduler.scenario import Scenario
from tests.test_life import night, small

RUNNER = CliRunner()


def volunteers():
    return small(
        "Ana N . . .\nBob . N . .\nCy . . N .",
        engagements=[{"person": "Bob", "site": "H", "status": "private"}],
        consents=[{"person": "Bob", "site": "H"}],
    )


def test_a_roster_goes_from_draft_to_done_and_no_other_way():
    scenario, roster = volunteers()
    now = publication.draft(roster)
    with pytest.raises(ScenarioError, match="proposed"):
        publication.publish(now, scenario, date(2027, 2, 1))
    now = publication.propose(now, scenario)
    with pytest.raises(ScenarioError, match="1 are missing"):
        publication.publish(now, scenario, date(2027, 2, 1))
    with pytest.raises(ScenarioError, match="proposed to them"):
        publication.answers(now, scenario, [Answer(night(1), "Ana", True)])
    now = publication.answers(now, scenario, [Answer(night(2), "Bob", True)])
    now = publication.publish(now, scenario, date(2027, 2, 1))
    assert (now.state, now.last.number) == ("published", 1)
    with pytest.raises(ScenarioError, match="frozen was expected"):
        publication.done(now, roster)
    now = publication.done(publication.freeze(now), roster)
    assert now.state == "done"
    with pytest.raises(ScenarioError, match="published was expected"):
        publication.freeze(now)


def test_a_refusal_opens_that_duty_only_and_yes_stands_for_what_did_not_move():
    scenario, roster = volunteers()
    now = publication.propose(publication.draft(roster), scenario)
    now = publication.answers(now, scenario, [Answer(night(2), "Bob", False)])
    assert (now.reopened, now.roster.people_on(night(2))) == (frozenset({night(2)}), ())
    other = Bench(scenario, now.roster).after([(night(1), "Ana")], [(night(1), "Cy")])
    with pytest.raises(ScenarioError, match="open again"):
        publication.refilled(now, other)
    now = publication.refilled(now, Bench(scenario, now.roster).after((), [(night(2), "Bob")]))
    now = publication.answers(publication.propose(now, scenario), scenario, [Answer(night(2), "Bob", True)])
    assert publication.publish(now, scenario, date(2027, 2, 1)).last.number == 1


@pytest.mark.parametrize(("on", "allowed"), [(date(2027, 3, 1), True), (date(2027, 3, 2), False)])
def test_a_duty_is_frozen_from_the_day_before_it(on, allowed):
    """The third night may go to Ana until two days before."""
    scenario, roster = volunteers()
    now = publication.propose(publication.draft(roster), scenario)
    now = publication.answers(now, scenario, [Answer(night(2), "Bob", True)])
    now = publication.publish(now, scenario, date(2027, 2, 1))
    after = Bench(scenario, roster).after([(night(3), "Cy")], [(night(3), "Ana")])
    if allowed:
        changed = publication.change(now, scenario, after, on)
        assert changed.last.number == 2
        assert publication.difference(roster, after) == publication.Differs(((night(3), "Cy"),), ((night(3), "Ana"),))
    else:
        with pytest.raises(ScenarioError, match="frozen"):
            publication.change(now, scenario, after, on)
    broken = Bench(scenario, roster).after([(night(3), "Cy")], [(night(3), "Bob")])
    with pytest.raises(ScenarioError, match="less than 24 h"):
        publication.change(now, scenario, broken, date(2027, 2, 10))


def test_the_deadlines_of_an_ambulatory_roster():
    scenario, _ = volunteers()
    dates = publication.Deadlines().dates(scenario.facts.territory)
    assert dates == {"submit": date(2027, 1, 15), "publish": date(2027, 2, 19), "actuals": date(2027, 4, 3)}


def test_a_publication_is_read_back_as_it_was_written(tmp_path):
    scenario, roster = volunteers()
    now = publication.propose(publication.draft(roster), scenario)
    now = publication.answers(now, scenario, [Answer(night(2), "Bob", True)])
    now = publication.publish(now, scenario, date(2027, 2, 1))
    other = Bench(scenario, roster).after([(night(3), "Cy")], [(night(3), "Ana")])
    now = publication.change(now, scenario, other, date(2027, 2, 20))
    write_publication(tmp_path, scenario, now)
    assert read_publication(tmp_path, scenario) == now
    first = (tmp_path / "version-1.csv").read_bytes()
    write_publication(tmp_path, scenario, publication.freeze(now))
    assert (tmp_path / "version-1.csv").read_bytes() == first
    assert read_publication(tmp_path, scenario).state == "frozen"


@pytest.mark.parametrize(
    "text", ["", "{}", '{"publication": 1, "state": "lost"}', '{"publication": 2, "state": "draft"}']
)
def test_a_damaged_folder_is_refused_and_an_empty_one_says_how_to_begin(tmp_path, text):
    scenario, _ = volunteers()
    with pytest.raises(ScenarioError, match="begin with draft"):
        read_publication(tmp_path, scenario)
    (tmp_path / "publication.json").write_text(text)
    with pytest.raises(ScenarioError, match=r"publication\.json"):
        read_publication(tmp_path, scenario)


def test_what_is_carried_over_is_what_was_really_held_against_the_share():
    wishes = [{"person": "Ana", "wish": "rather_not", "days": "mon"}]
    brought = [{"person": "Ana", "points": "0.5", "refused": "2"}]
    scenario, _ = small("Ana N . . .\nBob . . . .\nCy . . N .", wishes=wishes, balances=brought)
    held = small("Ana N . . .\nBob . . . .\nCy . . N .")[1]
    rows = {row.person: row for row in publication.balances(scenario, held)}
    facts = scenario.facts
    for person in ("Ana", "Bob", "Cy"):
        ends = carried(facts)["points"][person] + loads(facts, held)["points"][person]
        assert rows[person].points == ends - fair_shares(facts)["points"][person]
    assert (rows["Ana"].refused, rows["Bob"].refused) == (3, 0)
    next_ = Scenario(
        "next", small(balances=[{"person": "Ana", "points": "0.5"}])[0].facts, scenario.rules, scenario.tiers
    )
    assert carried(next_.facts)["points"]["Ana"] == 50


def test_the_terminal_takes_a_roster_from_draft_to_done(tmp_path):
    scenario, roster = volunteers()
    save(scenario, tmp_path / "s")
    asked = load(tmp_path / "s")
    write_roster(tmp_path / "r.csv", asked.facts, roster)
    s, folder = str(tmp_path / "s"), str(tmp_path / "life")

    def ran(verb, *words, code=0):
        result = RUNNER.invoke(app, ["publication", verb, s, folder, *words, "--lang", "en"])
        assert result.exit_code == code, result.output
        return result.output

    assert ran("draft", str(tmp_path / "r.csv")).startswith("draft")
    assert "without a roster in it" in ran("draft", str(tmp_path / "r.csv"), code=2)
    assert "proposed or published was expected" in ran("publish", "--on", "2027-02-01", code=2)
    assert "1 answers awaited; 0 duties open again" in ran("propose")
    before = (tmp_path / "life" / "publication.json").read_bytes()
    assert "1 are missing" in ran("publish", "--on", "2027-02-01", code=2)
    assert (tmp_path / "life" / "publication.json").read_bytes() == before
    assert "0 answers awaited; 1 duties open again" in ran("answer", "--person", "Bob", "--refuse")
    assert "1 answers awaited" in ran("refill", str(tmp_path / "r.csv"))
    assert "0 answers awaited; 0 duties open again" in ran("answer", "--person", "Bob", "--duty", night(2))
    assert "published 1" in ran("publish", "--on", "2027-02-01")
    after = Bench(asked, roster).after([(night(3), "Cy")], [(night(3), "Ana")])
    write_roster(tmp_path / "r2.csv", asked.facts, after)
    changed = ran("change", str(tmp_path / "r2.csv"), "--on", "2027-02-20")
    assert "version 2, Sat 20 Feb 2027: −1 +1" in changed
    assert "  + N, night, Wed 3 Mar 2027: Ana" in changed
    assert "frozen" in ran("freeze")
    assert ran("done", str(tmp_path / "r2.csv")).startswith("done")
    with (tmp_path / "life" / "balances.csv").open() as file:
        rows = {row["person"]: row for row in csv.DictReader(file)}
    assert float(rows["Ana"]["nights"]) > 0 > float(rows["Cy"]["nights"])
    assert ran("show").startswith("done")
