"""Signed links: they end, and need no key."""

from datetime import datetime
from hashlib import blake2b
from hmac import compare_digest

from mockserver.core.clock import MINUTE
from mockserver.core.refusals import Gone
from mockserver.providers.viddyscribe.catalogue.instants import read, written
from mockserver.web.call import Call

LIFE = 15 * MINUTE  # [viddyscribe:get-job-results]


def signed(call: Call, path: str, until: datetime) -> str:
    """An absolute link to a path of this house, which works until an instant."""
    expires = written(until)
    return call.url(f"{path}?expires={expires}&signature={_signature(call, path, expires)}")


def check(call: Call, path: str) -> None:
    """Raise Gone for a link that ended, or was never signed like this."""
    expires, signature = call.query.get("expires", ""), call.query.get("signature", "")
    if not compare_digest(_signature(call, path, expires), signature.encode("ascii", "replace").decode()):
        raise Gone("link")
    end = read(expires)
    if end is None or call.now >= end:
        raise Gone("link")


def _signature(call: Call, path: str, expires: str) -> str:
    facts = f"{call.sandbox.seed}|{call.sandbox.name}|{path}|{expires}"
    return blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
