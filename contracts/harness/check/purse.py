"""What a run may spend, and what it has spent."""

from decimal import Decimal


class NotSentError(Exception):
    """An order that was not sent, since it would cost too much or nobody knows what; the message says which."""


class Purse:
    """A sum in the provider's own unit that is never exceeded; nothing may be spent where `most` is None.

    What an order costs counts as spent before it is sent, and goes on to count whatever is answered. Where the answer
    names a higher price, that counts.
    """

    def __init__(self, most: Decimal | None, unit: str) -> None:
        self.most = most
        self.unit = unit
        self.spent = Decimal(0)

    def pay(self, price: Decimal | None) -> None:
        """Set aside what an order costs; raises NotSentError, and then it must not be sent."""
        if self.most is None:
            raise NotSentError("needs --spend")
        if price is None:
            raise NotSentError("not sent: nobody knows what it costs")
        if not price.is_finite() or price < 0:
            raise NotSentError(f"not sent: {price} is no price")
        if self.spent + price > self.most:
            raise NotSentError(f"not sent: it costs {price} {self.unit}, and {self.left} of {self.most} are left")
        self.spent += price

    def charged(self, price: Decimal, actual: Decimal | None) -> None:
        """Take note of what an order of `price` really cost, where its answer says so."""
        if actual is not None and actual.is_finite() and actual > price:
            self.spent += actual - price

    @property
    def left(self) -> Decimal:
        """What can still be spent."""
        return Decimal(0) if self.most is None else max(Decimal(0), self.most - self.spent)
