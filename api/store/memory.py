"""What was read once and is wanted again: kept in memory, bounded, for as long as nothing changes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """The last so many things that were loaded, by key. Two threads that miss at once both load: that is only slower."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, load: Callable[[], Value]) -> Value:
        """What is known under a key, loaded if need be. Nothing (None) is not remembered: it may come to be."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        value = load()
        if value is None:
            return value
        with self._lock:
            self._known[key] = value
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return value
