"""Seeded draws: the same seed and the same occasion give the same chance, in any process, at any time."""

from functools import lru_cache
from hashlib import blake2b
from struct import Struct

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in BASE36 for low in BASE36]
_WIDTH = 1 << 32
_WORDS = Struct(">16I")


class Urn:
    """Draws for one occasion after another, numbered: what they have in common is mixed in once."""

    __slots__ = ("_mixed",)

    def __init__(self, seed: int, *occasion: object) -> None:
        self._mixed = blake2b(_text(seed, *occasion))

    def draw(self, number: int) -> "Draw":
        """Give the draw of this number."""
        mixed = self._mixed.copy()
        mixed.update(b"%d" % number)
        return Draw.of(mixed.digest())


class Draw:
    """A run of chances for one occasion, for example the 17th job of a sandbox.

    >>> Draw(7, "job", 17).token(9) == Draw(7, "job", 17).token(9)
    True
    """

    __slots__ = ("_at", "_bytes", "_words")

    def __init__(self, seed: int, *occasion: object) -> None:
        self._bytes = blake2b(_text(seed, *occasion)).digest()
        self._words = _WORDS.unpack(self._bytes)
        self._at = 0

    @classmethod
    def of(cls, digest: bytes) -> "Draw":
        """Give the run that these 64 bytes begin."""
        found = cls.__new__(cls)
        found._bytes, found._words, found._at = digest, _WORDS.unpack(digest), 0  # noqa: SLF001 - its own class's
        return found

    def _take(self, words: int) -> int:
        """Take the next words of 32 bits and answer where they begin; a run that is used up goes on with its digest."""
        at = self._at
        self._at = at + words
        while self._at > len(self._words):
            more = blake2b(self._bytes).digest()
            self._bytes += more
            self._words += _WORDS.unpack(more)
        return at

    def number(self) -> int:
        """Draw 32 bits, for somebody else's seed."""
        at = self._at
        if at < len(self._words):
            self._at = at + 1
        else:
            at = self._take(1)
        word: int = self._words[at]
        return word

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
        at = 4 * self._take((length + 3) // 4)
        return self._bytes[at : at + length].translate(_letters(alphabet)).decode("ascii")


def _text(seed: int, *occasion: object) -> bytes:
    return f"{seed}|{'|'.join(map(str, occasion))}|".encode("utf-8", "surrogatepass")


@lru_cache(maxsize=16)
def _letters(alphabet: str) -> bytes:
    """Give the letter for each byte; some letters of an alphabet that does not divide 256 are a little more likely."""
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


def base36(number: int) -> str:
    """Write a whole number, zero or more, in lower-case base 36."""
    high, low = divmod(number, 36**4)
    digits = _PAIRS[low // 1296] + _PAIRS[low % 1296]
    return _leading(high) + digits if high else digits.lstrip("0") or "0"


@lru_cache(maxsize=64)
def _leading(number: int) -> str:
    """Write the leading digits, which for a number that counts time are mostly those of the one before."""
    return base36(number)
