"""# An analyst's morning

Run it cell by cell, or whole: ``python docs/analyst.py``. Money is in euro cents, loads in hundredths (of a point, a night …).
"""

# %% A territory, and its rota with what is proved of it
from pathlib import Path

import pandas as pd

from scenarios.grids import grid_of, shipped
from scenarios.load import load
from scheduler.figures import changes, compared, figures_of, gini
from scheduler.frames import figures_frame, lines_frame, people_frame, roster_frame, statement_frame
from scheduler.grids import harmonised
from scheduler.pay import priced
from scheduler.rules.envelopes import Envelopes
from scheduler.scenario import Scenario
from scheduler.tables import Envelope
from scheduler.variants import revised
from solver import Found, Limits, Vary, marginal, needs, random_draws, solve, solve_all, stress, variants_of

DATA = Path(__file__).resolve().parent.parent / "scenarios" / "data"
LIMITS = Limits(time_limit_s=30, workers=1, seed=1)


def main(scenario: Scenario | None = None, limits: Limits = LIMITS, draws: int = 3) -> dict[str, pd.DataFrame]:
    """Everything below, for one scenario; the frames by name."""
    pooled = scenario or load(DATA / "pilot-pooled")
    outcome = solve(pooled, limits)
    assert isinstance(outcome, Found)
    figures = figures_of(pooled, outcome.roster, outcome.verdict, {tier.name: tier.bound for tier in outcome.tiers})

    # %% Who carries what
    people = people_frame(figures)
    people["beyond_share"] = people["points"] - people["points_share"]
    by_group = people.groupby("group")[["points", "nights", "weekends", "cents"]].mean()
    print(by_group.round(), f"Gini of points: {gini(list(people['points'])):.2f}", sep="\n")
    print(lines_frame(figures).sort_values("pool").head())

    # %% Duties by weekday, and what they pay by text
    roster = roster_frame(pooled.facts, outcome.roster)
    print(roster.groupby(pd.to_datetime(roster["date"]).dt.day_name())["points"].sum())
    pay = statement_frame(pooled.facts, priced(pooled.facts, outcome.roster))
    print(pay.groupby(["payer", "status"])["cents"].sum().div(100))

    # %% The same rota under other grids
    grids = pd.DataFrame(
        [
            {"grid": found.grid, "cents": found.statement.cents, "gap_percent": found.gap_percent}
            for found in (harmonised(pooled, outcome.roster, name, grid_of(name)) for name in shipped())
        ]
    )
    print(grids)

    # %% Variants, with what the bounds prove
    days = [Vary.read("rules.spacing.days_apart=2,4")]
    answers = solve_all([variant for _, variant in variants_of(pooled, days)], limits)
    closer, wider = (answer.figures for answer in answers)
    assert closer
    assert wider
    variants = figures_frame([closer, wider])
    for tier in compared(closer, wider):
        print(tier.name, tier.first.value, tier.second.value, tier.judgement)
    print(pd.DataFrame([change.model_dump() for change in changes(closer, wider)]).head())

    # %% What breaks first
    tried = stress(pooled, random_draws(pooled.facts, 2, draws, seed=1), limits)
    broken = pd.DataFrame([{"line": line.line, "draws": line.draws, "holes": line.holes} for line in tried.lines])
    print(broken)

    # %% What the next thousand euros buy
    horizon = pooled.facts.territory
    amount = figures.cents_by_payer["fund"] * 9 // 10
    tight = Envelope(payer="fund", first_day=horizon.first_day, last_day=horizon.last_day, amount=amount)
    kept = [rule for rule in pooled.rules if rule.kind != "envelopes"]
    poorer = revised(pooled, tables={"envelopes": [tight]}, rules=[*kept, Envelopes()])
    value = marginal(poorer, "fund", limits)
    envelope = pd.DataFrame(
        [
            {
                "amount": step.amount,
                "spent": step.spent,
                "holes": step.answer.figures.holes if step.answer.figures else None,
            }
            for step in value.steps
        ]
    )
    print(envelope)

    # %% Need against resources
    need = pd.DataFrame(
        [{"specialty": n.specialty, "people": n.people, "a_month": n.nights_a_month} for n in needs(pooled.facts)]
    )
    print(need)
    return {
        "people": people,
        "roster": roster,
        "pay": pay,
        "grids": grids,
        "variants": variants,
        "broken": broken,
        "envelope": envelope,
        "need": need,
    }


if __name__ == "__main__":
    main()
