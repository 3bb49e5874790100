"""Things that are kept in memory while there is room: whatever was not used for longest goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Held(Generic[Thing]):
    """Things by name, at most `most` bytes of them; the newest stays even where it alone is larger."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[str, tuple[Thing, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._things)

    def get(self, name: str) -> Thing | None:
        """The thing, which is now the one used last; None where it is not held."""
        with self._lock:
            if name not in self._things:
                return None
            self._things.move_to_end(name)
            return self._things[name][0]

    def put(self, name: str, thing: Thing, size: int) -> None:
        """Hold it; others go until there is room."""
        with self._lock:
            if name in self._things:
                self.bytes -= self._things.pop(name)[1]
            self._things[name] = (thing, size)
            self.bytes += size
            while self.bytes > self._most and len(self._things) > 1:
                _, (_, freed) = self._things.popitem(last=False)
                self.bytes -= freed
