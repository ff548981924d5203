"""ViddyScribe: audio descriptions for videos; document 001, and what else is known of the API."""

import re

from mockserver.core.accounts import Opening, Trade
from mockserver.core.jobs import Job
from mockserver.web.keys import header
from mockserver.web.provider import Provider

from . import outputs, timeline
from .advice import advice
from .catalogue import MB, STARTER
from .errors import answer
from .options import Options
from .routes import ROUTES

KEY = re.compile(r"vsk_[!-~]+")


def _opening(options: Options) -> Opening:
    return Opening(unit="minutes", plan=options.plan, granted=options.minutes, cheap_plan=STARTER.name)


def _well_formed(key: str) -> bool:
    return KEY.fullmatch(key) is not None


def _result_path(job: Job) -> str | None:
    """Where a job's first file is; the link needs a signature as well, which a poll gives."""
    files = outputs.made_files(outputs.order_of(job))
    return next((f"/enterprise/results/{job.id}.{ending}" for ending in files.values()), None)


PROVIDER = Provider(
    name="viddyscribe",
    title="ViddyScribe",
    home="https://api.viddyscribe.com",
    routes=ROUTES,
    answer=answer,
    trade=Trade(name="viddyscribe", opening=_opening, well_formed=_well_formed),
    keys=(header("x-api-key"),),
    options=Options,
    sample_key="vsk_test",
    base_url_variables=("VIDDYSCRIBE_BASE_URL",),
    key_variables=("VIDDYSCRIBE_API_KEY",),
    body_limit=4 * MB,
    endings=timeline.ENDINGS,
    outcomes=timeline.OUTCOMES,
    result_path=_result_path,
    advice=advice,
)
