"""What was read in bodies, remembered: an order that is sent again, to the letter, is not read again."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

Reader = Callable[[bytes, Any], T]
"""Reads a body, as a provider's options say: pure; it raises what it refuses, and gives what nobody changes."""

LONGEST = 4096
"""Bytes of a body that is remembered; beyond that it has a picture in it."""

MOST = 512


class Readings:
    """What readers gave for the last bodies of one server; a refusal is not remembered."""

    def __init__(self) -> None:
        self._known: dict[tuple[Reader[Any], bytes], tuple[object, Any]] = {}

    def get(self, read: Reader[T], raw: bytes, options: object) -> T:
        """What `read` gives for a body and these options; raises what it raises."""
        known = self._known.get((read, raw))
        if known is not None and known[0] is options:
            found: T = known[1]
            return found
        found = read(raw, options)
        if len(raw) <= LONGEST:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[read, raw] = options, found
        return found
