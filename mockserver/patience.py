"""How long a connection waits for its client, in real seconds.

Nothing is done about it when a request comes: each connection is looked at every few seconds, and what it waits for is
compared with what it waited for at the last look. So a bound is kept to within two looks.
"""

LOOK = 5.0
"""Between two looks."""

HEAD_WITHIN = 30.0
"""For the first byte of a connection and for a whole head, however its bytes come."""

BODY_WITHIN = 60.0
"""For a whole body, and one more for each BODY_RATE bytes of it that came."""

BODY_RATE = 500

TAKEN_WITHIN = 60.0
"""For any part of an answer to be taken, where the system holds no more of it."""

TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Patience:
    """What a connection waits for, and since when, as far as looks at it show."""

    __slots__ = ("_since", "_what")

    def __init__(self, what: object, now: float) -> None:
        self._what = what
        self._since = now

    def is_over(self, what: object, within: float, now: float) -> bool:
        """Tell whether it has waited for this for so many seconds; what it waits for has changed if it is not equal."""
        if what != self._what:
            self._what, self._since = what, now
            return False
        return now - self._since >= within
