"""Seeded draws: the same seed and the same occasion give the same chance, in any process, at any time."""

from functools import lru_cache
from hashlib import blake2b

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in BASE36 for low in BASE36]
_WIDTH = 1 << 32


class Urn:
    """Draws for one occasion after another, numbered: what they have in common is mixed in once."""

    __slots__ = ("_mixed",)

    def __init__(self, seed: int, *occasion: object) -> None:
        text = f"{seed}|{'|'.join(map(str, occasion))}|"
        self._mixed = blake2b(text.encode("utf-8", "surrogatepass"))

    def draw(self, number: int) -> "Draw":
        """Give the draw of this number."""
        mixed = self._mixed.copy()
        mixed.update(b"%d" % number)
        found = Draw.__new__(Draw)
        found._bytes = mixed.digest()  # noqa: SLF001 - two halves of one thing
        found._at = 0  # noqa: SLF001 - as above
        return found


class Draw:
    """A run of chances for one occasion, for example the 17th job of a sandbox.

    >>> Draw(7, "job", 17).token(9) == Draw(7, "job", 17).token(9)
    True
    """

    __slots__ = ("_at", "_bytes")

    def __init__(self, seed: int, *occasion: object) -> None:
        text = f"{seed}|{'|'.join(map(str, occasion))}"
        self._bytes = blake2b(text.encode("utf-8", "surrogatepass")).digest()
        self._at = 0

    def _next(self, size: int) -> bytes:
        """Give the next `size` bytes; a run that is used up goes on with the digest of itself."""
        at = self._at
        end = self._at = at + size
        found = self._bytes[at:end]
        while len(found) < size:
            self._bytes += blake2b(self._bytes).digest()
            found = self._bytes[at:end]
        return found

    def number(self) -> int:
        """Draw 32 bits, for somebody else's seed."""
        return int.from_bytes(self._next(4), "big")

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to n - 1, for an n much smaller than 2^32."""
        return int.from_bytes(self._next(4), "big") % n

    def fraction(self) -> float:
        """Draw a number from 0 up to, and without, 1."""
        return int.from_bytes(self._next(4), "big") / _WIDTH

    def around(self, spread: float) -> float:
        """Draw a factor between 1 - spread and 1 + spread."""
        return 1 + spread * (2 * self.fraction() - 1)

    def token(self, length: int, alphabet: str = BASE36) -> str:
        """Draw a word of `length` letters of `alphabet` (ASCII, at most 256 letters)."""
        return self._next(length).translate(_letters(alphabet)).decode("ascii")


@lru_cache(maxsize=16)
def _letters(alphabet: str) -> bytes:
    """Give the letter for each byte; some letters of an alphabet that does not divide 256 are a little more likely."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def base36(number: int) -> str:
    """Write a whole number, zero or more, in lower-case base 36."""
    digits = ""
    while number >= 1296:
        number, pair = divmod(number, 1296)
        digits = _PAIRS[pair] + digits
    return (_PAIRS[number] + digits).lstrip("0") or "0"
