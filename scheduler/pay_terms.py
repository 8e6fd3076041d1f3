"""Additional time as a board hears it: what each month of a person costs, as terms that rules add up."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scheduler.facts import Duty
from scheduler.pay import Extra, Month, extra_of, halves_of, month_of
from scheduler.terms import Terms, total

if TYPE_CHECKING:
    from scheduler.rules.base import Board


def extra_terms(board: "Board", person: str, duties: Iterable[Duty]) -> Iterator[tuple[Month, Terms]]:
    """Cents of additional time by month, for some duties of a person; those of the past count, and were paid."""
    months: dict[Month, tuple[Extra, list[int], list[Terms]]] = {}
    for duty in duties:
        for site in duty.sites:
            counted = month_of(board.facts, person, duty, site)
            extra = extra_of(board.facts, *counted) if counted and counted[1].extra_time else None
            if counted is None or extra is None:
                continue
            _, before, planned = months.setdefault(counted[0], (extra, [], []))
            halves = halves_of(board.facts, duty)
            if duty.past:
                before.append(halves)
            else:
                on = board.on(person, duty)
                planned.append((board.both(on, board.at(duty, site)) if len(duty.sites) > 1 else on) * halves)
    for month, (extra, before, planned) in months.items():
        past = sum(before)

        def more(halves: int, extra: Extra = extra, past: int = past) -> int:
            return extra.cents(past + halves) - extra.cents(past)

        yield month, board.worth(total(planned), more)
