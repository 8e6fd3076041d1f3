"""A weighted sum of yes/no decisions: what a rule counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Terms:
    """``sum(coefficient × variable) + const + past``.

    ``const`` is fixed by the question, ``past`` by what was done before the horizon: a limit is never below the
    past, because nobody can undo it.
    """

    coefs: dict[int, int] = field(default_factory=dict)
    const: int = 0
    past: int = 0

    def __add__(self, other: "Terms") -> "Terms":
        return total((self, other))

    def __sub__(self, other: "Terms") -> "Terms":
        return total((self, other * -1))

    def __mul__(self, factor: int) -> "Terms":
        coefs = {index: factor * value for index, value in self.coefs.items() if factor}
        return Terms(coefs, self.const * factor, self.past * factor)

    __rmul__ = __mul__


def total(parts: Iterable[Terms]) -> Terms:
    """The sum of many terms, in one pass."""
    coefs: dict[int, int] = {}
    const = past = 0
    for part in parts:
        for index, value in part.coefs.items():
            coefs[index] = coefs.get(index, 0) + value
        const += part.const
        past += part.past
    return Terms(coefs, const, past)


def constant(value: int) -> Terms:
    """A number that no decision changes."""
    return Terms(const=value)
