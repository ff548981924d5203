"""NanoGPT: documents 002 and 003, and what else is known of the API."""

from mockserver.core.accounts import Opening, Trade
from mockserver.web.keys import bearer, header
from mockserver.web.provider import Provider

from . import outputs, timeline
from .advice import advice
from .errors import answer
from .options import Options
from .routes import ROUTES


def _opening(options: Options) -> Opening:
    return Opening(unit="USD", plan="pay-as-you-go", granted=options.balance)


PROVIDER = Provider(
    name="nanogpt",
    title="NanoGPT",
    home="https://nano-gpt.com",
    routes=ROUTES,
    answer=answer,
    trade=Trade(name="nanogpt", opening=_opening),
    keys=(header("x-api-key"), bearer),
    options=Options,
    sample_key="sk-nano-test",
    base_url_variables=("NANOGPT_BASE_URL", "NANO_GPT_BASE_URL"),
    key_variables=("NANOGPT_API_KEY", "NANO_GPT_API_KEY"),
    headers=((b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"*")),
    cors=True,
    endings=timeline.ENDINGS,
    outcomes=timeline.OUTCOMES,
    result_path=lambda job: next(iter(outputs.paths(job)), None),
    advice=advice,
)
