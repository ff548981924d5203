"""Seeded draws: the same seed and the same occasion give the same chance, in any process, at any time."""

from hashlib import blake2b

BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


class Draw:
    """A short run of chances for one occasion, for example the 17th job of a sandbox.

    >>> Draw(7, "job", 17).token(9) == Draw(7, "job", 17).token(9)
    True
    """

    __slots__ = ("_bits",)

    def __init__(self, seed: int, *occasion: object) -> None:
        text = f"{seed}|{'|'.join(map(str, occasion))}"
        self._bits = int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).digest(), "big")

    def below(self, n: int) -> int:
        """Draw a whole number from 0 to n - 1; one occasion is good for 256 bits of them."""
        self._bits, drawn = divmod(self._bits, n)
        return drawn

    def fraction(self) -> float:
        """Draw a number from 0 up to, and without, 1."""
        return self.below(1 << 32) / (1 << 32)

    def around(self, spread: float) -> float:
        """Draw a factor between 1 - spread and 1 + spread."""
        return 1 + spread * (2 * self.fraction() - 1)

    def token(self, length: int, alphabet: str = BASE36) -> str:
        """Draw a word of `length` letters of `alphabet`."""
        n = len(alphabet)
        return "".join([alphabet[self.below(n)] for _ in range(length)])

    def number(self) -> int:
        """Draw 32 bits, for somebody else's seed."""
        return self.below(1 << 32)


def base36(number: int) -> str:
    """Write a whole number in lower-case base 36."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = BASE36[digit] + digits
        if not number:
            return digits
