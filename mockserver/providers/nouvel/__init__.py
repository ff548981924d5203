"""Nouvel: document 000, and what the vendor's other pages add."""

import re
from datetime import timedelta
from decimal import Decimal

from mockserver.core.accounts import Account, Opening, Trade
from mockserver.core.clock import NOTHING, SECOND
from mockserver.core.post import Rhythm
from mockserver.core.refusals import PlanLacks
from mockserver.web.call import Call
from mockserver.web.keys import bearer
from mockserver.web.provider import Announcements, Extras, Provider

from . import outputs, timeline
from .advice import advice
from .catalogue import CYCLE, PLANS
from .errors import answer
from .options import Options
from .routes import ROUTES, stamp

PERMISSIONS = frozenset({"generate", "projects:read"})
_KEY = re.compile(r"nvl_[!-~]+")


def _opening(options: Options) -> Opening:
    return Opening(
        unit="videos",
        plan=options.plan,
        granted=Decimal(0),
        grants={"scale": Decimal(options.scale_videos), "business": Decimal(options.business_videos)},
        cheap_plan="starter",
        permissions=PERMISSIONS,
        reads_only=PERMISSIONS - {"generate"},
        extra={"credits": options.credits, "webhook_secret": options.webhook_secret},
        cycle=CYCLE,
    )


def _well_formed(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def _admits(_: Call, account: Account) -> None:
    if account.plan.lower() not in PLANS:
        raise PlanLacks("API access", account.plan)


def _patience(options: Options) -> timedelta:
    return timedelta(seconds=options.webhook_seconds)


PROVIDER = Provider(
    name="nouvel",
    title="Nouvel",
    home="https://app.nouvel.ai",
    routes=ROUTES,
    answer=answer,
    trade=Trade(name="nouvel", opening=_opening, well_formed=_well_formed),
    keys=(bearer,),
    options=Options,
    sample_key="nvl_test",
    base_url_variables=("NOUVEL_BASE_URL",),
    key_variables=("NOUVEL_API_KEY",),
    stamp=stamp,
    admits=_admits,
    body_limit=2**20,
    endings=timeline.ENDINGS,
    outcomes=timeline.OUTCOMES,
    result_path=outputs.result_path,
    announcements=Announcements(
        rhythm=Rhythm(waits=(NOTHING, 10 * SECOND, 60 * SECOND)), patience=_patience, message=outputs.announcement
    ),
    extras=Extras(fields={"credits": Decimal, "webhook_secret": str}, shown=outputs.shown, laid_down=outputs.laid_down),
    advice=advice,
)
