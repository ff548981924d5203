"""Artnex: document 004, and what the vendor's other pages add."""

import re

from mockserver.core.accounts import Opening, Trade
from mockserver.web.keys import RawHeaderMap
from mockserver.web.provider import Provider

from . import outputs, timeline
from .advice import advice
from .errors import answer
from .options import Options
from .routes import ROUTES

_BEARER = re.compile(rb"bearer (\S+)", re.IGNORECASE)


def spelled_exactly(headers: RawHeaderMap) -> str | None:
    """Look for `Authorization: Bearer KEY`; stray spaces around the key make it a wrong one [artnex:authentication]."""
    found = _BEARER.fullmatch(headers.get(b"authorization", b""))
    return found[1].decode("latin-1") if found else None


def _opening(options: Options) -> Opening:
    return Opening(unit="credits", plan=options.plan, granted=options.credits, cheap_plan="free")


PROVIDER = Provider(
    name="artnex",
    title="Artnex",
    home="https://api.artnex.ai",
    routes=ROUTES,
    answer=answer,
    trade=Trade(name="artnex", opening=_opening),
    keys=(spelled_exactly,),
    options=Options,
    sample_key="artnex-test",
    base_url_variables=("ARTNEX_BASE_URL",),
    key_variables=("ARTNEX_API_KEY",),
    endings=timeline.ENDINGS,
    outcomes=timeline.OUTCOMES,
    result_path=outputs.path,
    advice=advice,
)
