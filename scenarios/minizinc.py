"""MiniZinc data files (``.dzn``) as plain values: the syntax only, nothing of what a name means.

``name = value;`` and ``%`` comments. A value is a number, a truth value, a text, a list ``[a, b]``, a set ``{a, b}`` or
``a..b``, or ``arrayNd(range, …, [flat list])``; ends of a range may be names given before.
"""

import re
from collections.abc import Iterator
from itertools import islice
from math import prod
from typing import Any

_TOKEN = re.compile(r'\s*(?:%[^\n]*|("[^"]*")|(-?\d+)(?!\w)|(\w+)|(\.\.|[\[\]{}(),;=|]))')


class Unparsable(ValueError):
    """The text is no MiniZinc data."""


def read_dzn(text: str) -> dict[str, Any]:
    """Values by name. Lists are tuples, sets are ``frozenset``; an array over several ranges is a list of lists of that
    shape, whose first place stands for the first number of the range.

    Raises:
        Unparsable: where the text cannot be read.
    """
    return _Reader(text).everything()


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ""]
        self._next = 0
        self._known: dict[str, Any] = {}

    def everything(self) -> dict[str, Any]:
        while self._peek():
            name = self._take()
            self._expect("=")
            self._known[name] = self._value()
            self._expect(";")
        return self._known

    def _peek(self) -> str:
        return self._tokens[self._next]

    def _take(self) -> str:
        self._next += 1
        return self._tokens[self._next - 1]

    def _expect(self, token: str) -> None:
        found = self._take()
        if found != token:
            raise Unparsable(f"{token} was expected, found {found or 'the end'}")

    def _value(self) -> Any:
        token = self._take()
        if token == "[":
            return tuple(self._listed("]"))
        if token == "{":
            return frozenset(self._listed("}"))
        if re.fullmatch(r"array\dd", token):
            return self._array()
        first = self._atom(token)
        if self._peek() != "..":
            return first
        self._take()
        return frozenset(range(first, self._atom(self._take()) + 1))

    def _listed(self, closing: str) -> list[Any]:
        found = []
        while self._peek() != closing:
            found.append(self._value())
            if self._peek() != closing:
                self._expect(",")
        self._take()
        return found

    def _array(self) -> Any:
        self._expect("(")
        *ranges, flat = self._listed(")")
        sizes = [len(found) for found in ranges]
        if prod(sizes) != len(flat):
            raise Unparsable(f"an array of {' × '.join(map(str, sizes))} was expected, found {len(flat)} values")
        return _shaped(iter(flat), sizes)

    def _atom(self, token: str) -> Any:
        if token.startswith('"'):
            return token[1:-1]
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        if token in ("true", "false"):
            return token == "true"
        if token in self._known:
            return self._known[token]
        raise Unparsable(f"a value was expected, found {token or 'the end'}")


def _tokens(text: str) -> Iterator[str]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match or match.end() == place:
            raise Unparsable(f"unreadable: {text[place : place + 20].strip()}")
        place = match.end()
        if match.lastindex:
            yield match[match.lastindex]


def _shaped(flat: Iterator[Any], sizes: list[int]) -> Any:
    if len(sizes) == 1:
        return tuple(islice(flat, sizes[0]))
    return tuple(_shaped(flat, sizes[1:]) for _ in range(sizes[0]))
