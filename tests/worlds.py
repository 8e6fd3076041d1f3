"""Random small worlds: drawings, with the tables and parameters of the rules' own examples, shaken."""

from datetime import timedelta

from hypothesis import assume, reject
from hypothesis import strategies as st

from scheduler.rules import ALL
from scheduler.sketch import drawn

LETTERS = "DNMACSPp"
NAMES = ("Ana", "Bob", "Res")


@st.composite
def drawings(draw, shortest=1, longest=9):
    """A drawing of two or three people over some days, with or without a past."""
    length = draw(st.integers(shortest, longest))
    past = draw(st.integers(0, min(length - 1, 7)))
    place_by_day = [draw(st.sampled_from("Pp")) for _ in range(length)]
    lines = []
    for name in NAMES[: draw(st.integers(2, 3))]:
        words = []
        for day in range(length):
            letters = draw(st.lists(st.sampled_from("DNMACSP"), max_size=2, unique=True))
            # A duty has one place, whoever holds it.
            words.append("".join(place_by_day[day] if x == "P" else x for x in sorted(letters)) or ".")
        if past:
            words.insert(past, "|")
        lines.append(" ".join((name, *words)))
    return "\n".join(lines)


@st.composite
def ruled_worlds(draw, rules=ALL):
    """(rule, drawing, tables, first day): any rule, with parameters near those of its examples, on any drawing."""
    rule = draw(st.sampled_from(rules))
    example = draw(st.sampled_from(rule.examples))
    params = dict(example.params)
    for key, value in params.items():
        if isinstance(value, int) and not isinstance(value, bool) and key != "years":
            params[key] = max(2 if key == "days_apart" else 1, value + draw(st.integers(-1, 1)))
    built = rule.model_validate({"kind": rule.model_fields["kind"].default, **params})
    shifted = draw(st.integers(0, 6))
    return built, draw(drawings()), example.tables, example.first_drawn + timedelta(days=shifted)


def built(drawing, tables, first_drawn):
    """Facts and roster of a random world; worlds that the tables of its example do not fit are passed over."""
    try:
        facts, roster = drawn(drawing, tables, first_drawn)
    except KeyError:  # a table of the example speaks of a day that this world does not plan
        reject()
    planned = {duty.id for duty in facts.duties}
    assume(all(f"{p.line}.{p.date}.{p.period}" in planned for p in facts.tables.pins))
    people = {person.id for person in facts.people}
    assume(all(row.person in people for row in facts.tables.engagements))
    return facts, roster
