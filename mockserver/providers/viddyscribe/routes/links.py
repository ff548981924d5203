"""Signed links: they end, and need no key."""

from datetime import datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from math import ceil

from mockserver.core.clock import EPOCH, MINUTE
from mockserver.core.refusals import Gone
from mockserver.web.call import Call

LIFE = 15 * MINUTE  # [viddyscribe:get-job-results]


def signed(call: Call, path: str, until: datetime) -> str:
    """An absolute link to a path of this house, which works until an instant, rounded up to a second."""
    expires = str(ceil((until - EPOCH) / timedelta(seconds=1)))
    return call.url(f"{path}?expires={expires}&signature={_signature(call, path, expires)}")


def check(call: Call, path: str) -> None:
    """Raise Gone for a link that ended, or was never signed like this."""
    expires, signature = call.query.get("expires", ""), call.query.get("signature", "")
    if not compare_digest(_signature(call, path, expires), signature.encode("ascii", "replace").decode()):
        raise Gone("link")
    if call.now >= EPOCH + timedelta(seconds=int(expires)):
        raise Gone("link")


def _signature(call: Call, path: str, expires: str) -> str:
    facts = f"{call.sandbox.seed}|{call.sandbox.name}|{path}|{expires}"
    return blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
