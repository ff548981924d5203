"""ViddyScribe's operations, and the table of them."""

from functools import lru_cache

from mockserver.core.clock import MINUTE
from mockserver.core.limits import Limit
from mockserver.providers.viddyscribe.catalogue import Kind
from mockserver.web.call import Call
from mockserver.web.provider import Operation, on

from .orders import generating
from .results import download, get_results
from .slots import limit_of
from .uploads import get_upload_status, notify_upload_complete, put_upload, upload_media, upload_media_from_url

API = "/enterprise/api"


@lru_cache(maxsize=64)
def _per_minute(requests: int) -> Limit:
    return Limit("requests_per_minute", requests, MINUTE)


def requests(call: Call) -> tuple[Limit, str] | None:
    """Requests a minute, counted for all keys of a team [doc 001, line 74]."""
    most = limit_of(call, "requests_per_minute", call.options.requests_per_minute)
    return None if most is None else (_per_minute(most), call.account.purse)


def _generate(kind: Kind) -> tuple[Operation, ...]:
    return (
        on(f"POST {API}/generate_ad_{kind}", generating(kind, ("media_id", "url", "file")), limit=requests),
        on(f"POST {API}/generate_ad_{kind}_from_url", generating(kind, ("url",)), limit=requests),
        on(f"POST {API}/generate_ad_{kind}_from_file", generating(kind, ("file",)), limit=requests),
    )


ROUTES = (
    on(f"POST {API}/upload_media", upload_media, limit=requests),
    on(f"POST {API}/upload_media_from_url", upload_media_from_url, limit=requests),
    on(f"POST {API}/notify_upload_complete", notify_upload_complete, limit=requests),
    on(f"GET {API}/get_upload_status", get_upload_status, limit=requests),
    *_generate("text"),
    *_generate("audio"),
    *_generate("video"),
    on(f"GET {API}/get_results", get_results, limit=requests),
    on("PUT /enterprise/uploads/{media_id}", put_upload, key="none"),
    on("GET /enterprise/results/{file}", download, key="none"),
)
