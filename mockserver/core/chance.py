"""Seeded draws: the same seed and the same occasion give the same chance, in any process, at any time."""

from functools import lru_cache
from hashlib import blake2b, shake_128
from struct import Struct

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in BASE36 for low in BASE36]
_WIDTH = 1 << 32
_WORD = Struct(">I").unpack_from
_made = object.__new__

_RUN = 64
"""Bytes that a draw begins with."""

_SHEET = 64
"""How many draws are prepared at once."""


class Urn:
    """Draws for one occasion after another, numbered; they are prepared by the sheet."""

    __slots__ = ("_bytes", "_mixed", "_sheet")

    def __init__(self, seed: int, *occasion: object) -> None:
        self._mixed = _text(seed, *occasion)
        self._sheet = -1
        self._bytes = b""

    def draw(self, number: int) -> "Draw":
        """Give the draw of this number, zero or more."""
        sheet, place = divmod(number, _SHEET)
        if sheet != self._sheet:
            self._bytes = shake_128(b"%b%d" % (self._mixed, sheet)).digest(_SHEET * _RUN)
            self._sheet = sheet
        at = place * _RUN
        found = _made(Draw)
        found._bytes, found._at = self._bytes[at : at + _RUN], 0  # noqa: SLF001 - what `__init__` does, without hashing
        return found


class Draw:
    """A run of chances for one occasion, for example the 17th job of a sandbox.

    >>> Draw(7, "job", 17).token(9) == Draw(7, "job", 17).token(9)
    True
    """

    __slots__ = ("_at", "_bytes")

    def __init__(self, seed: int, *occasion: object) -> None:
        self._bytes = blake2b(_text(seed, *occasion)).digest()
        self._at = 0

    def _take(self, size: int) -> int:
        """Take the next `size` bytes and answer where they begin; a run that is used up goes on with its digest."""
        at = self._at
        self._at = end = at + size
        while end > len(self._bytes):
            self._bytes += blake2b(self._bytes).digest()
        return at

    def number(self) -> int:
        """Draw 32 bits, for somebody else's seed."""
        at = self._at
        if at > len(self._bytes) - 4:
            at = self._take(4)
        self._at = at + 4
        (word,) = _WORD(self._bytes, at)
        return word  # type: ignore[no-any-return]  # struct cannot tell

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to n - 1, for an n much smaller than 2^32."""
        return self.number() % n

    def fraction(self) -> float:
        """Draw a number from 0 up to, and without, 1."""
        return self.number() / _WIDTH

    def around(self, spread: float) -> float:
        """Draw a factor between 1 - spread and 1 + spread."""
        return 1 + spread * (2 * self.number() / _WIDTH - 1)

    def token(self, length: int, alphabet: str = BASE36) -> str:
        """Draw a word of `length` letters of `alphabet` (ASCII, at most 256 letters)."""
        at, size = self._at, (length + 3) & ~3  # whole words
        if at > len(self._bytes) - size:
            at = self._take(size)
        self._at = at + size
        return self._bytes[at : at + length].translate(_letters(alphabet)).decode("ascii")

    def hexadecimal(self, digits: int) -> str:
        """Draw so many hexadecimal digits, an even number of them: half as many bytes are used up."""
        size = digits // 2
        at = self._take((size + 3) & ~3)
        return self._bytes[at : at + size].hex()


def _text(seed: int, *occasion: object) -> bytes:
    return f"{seed}|{'|'.join(map(str, occasion))}|".encode("utf-8", "surrogatepass")


@lru_cache(maxsize=16)
def _letters(alphabet: str) -> bytes:
    """Give the letter for each byte; some letters of an alphabet that does not divide 256 are a little more likely."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def base36(number: int, width: int = 1) -> str:
    """Write a whole number, zero or more, in lower-case base 36, with at least `width` digits."""
    high, low = divmod(number, 36**4)
    digits = _PAIRS[low // 1296] + _PAIRS[low % 1296]
    return _leading(high, width - 4) + digits if high or width > 4 else digits.lstrip("0").rjust(width, "0")


@lru_cache(maxsize=64)
def _leading(number: int, width: int) -> str:
    """Write the leading digits, which for a number that counts time are mostly those of the one before."""
    return base36(number, max(width, 1))
