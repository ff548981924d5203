"""What document 001 and the vendor's other pages ask of ViddyScribe's clients."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec

from mockserver.core.conduct import Advice, Counsel, Fields
from mockserver.core.journal import Exchange

from .catalogue import Kind
from .catalogue.instants import read
from .inputs.config import AudioOptions, Captions, TextOptions, VideoOptions
from .inputs.sources import Source
from .options import Options

COUNSEL = {
    "polled-after-the-end": Counsel(
        "viddyscribe.conduct.poll-until-the-end",
        "ViddyScribe's jobs end as done or failed; asking again brings nothing but fresh links, and once is enough for "
        "a download.",
        "Keep that answer, and ask again only when its links are over.",
    ),
    "polled-without-key": Counsel(
        "viddyscribe.conduct.polls-carry-the-key",
        "ViddyScribe wants the key in the header X-API-Key with all requests.",
        "Send it with each poll too.",
    ),
    "ignored-retry-after": Counsel(
        "viddyscribe.conduct.wait-when-told",
        "ViddyScribe says in `retry_after` how many seconds to wait, for all keys of the team.",
        "Send nothing until that time is over.",
    ),
    "resubmitted-after-lost-answer": Counsel(
        "viddyscribe.conduct.lost-answers-are-paid",
        "ViddyScribe takes the minutes of each job, and has no list in which a lost job could be found.",
        "Do not send an order again on a broken connection: report it, and let a person decide.",
    ),
    "resubmitted-while-running": Counsel(
        "viddyscribe.conduct.running-jobs-are-paid",
        "ViddyScribe takes the minutes of the second job as well, and both wait in the team's queue.",
        "Go on polling the first job, and order again only when it has failed.",
    ),
    "downloaded-too-late": Counsel(
        "viddyscribe.conduct.links-of-fifteen-minutes",
        "ViddyScribe's links work for 15 minutes.",
        "Ask get_results for a fresh link just before a download.",
    ),
    "unknown-field": Counsel(
        "viddyscribe.conduct.known-fields",
        "ViddyScribe ignores what it does not know, so the request was taken as if the field were not there.",
        "Write the names as the documents do, in snake_case.",
    ),
    "media-too-large": Counsel(
        "viddyscribe.conduct.files-within-the-plan",
        "ViddyScribe refuses files that are larger than the plan allows, and forms of more than 32 MB.",
        "Look at a file's size before it is sent; send large ones by a signed link.",
    ),
}


def _names(of: type[msgspec.Struct], **inside: Fields) -> dict[str, str | Fields]:
    return {**{field.encode_name: "" for field in msgspec.structs.fields(of)}, **inside}


CONFIGS: Mapping[Kind, dict[str, str | Fields]] = {
    "text": _names(TextOptions, custom_captions=_names(Captions)),
    "audio": _names(AudioOptions, custom_captions=_names(Captions)),
    "video": _names(VideoOptions, custom_captions=_names(Captions)),
}
INPUT: Fields = {"input": _names(Source)}
URL_UPLOAD: Fields = {**INPUT, "source_url": "", "filename": ""}


def _bodies() -> dict[str, Fields]:
    """The names of each operation, flat and nested."""
    found: dict[str, Fields] = {
        "upload_media": URL_UPLOAD,
        "upload_media_from_url": URL_UPLOAD,
        "notify_upload_complete": {"media_id": "", "gcs_path": ""},
    }
    for kind, config in CONFIGS.items():
        common: dict[str, str | Fields] = {**INPUT, **config, "generation_config": config}
        found[f"generate_ad_{kind}"] = {**common, "media_id": ""}
        found[f"generate_ad_{kind}_from_url"] = {**common, "source_url": ""}
        found[f"generate_ad_{kind}_from_file"] = common
    return found


BODIES = _bodies()
ORDERS = frozenset(name for name in BODIES if name.startswith("generate_"))
QUERIES = {
    "get_results": frozenset({"job_id"}),
    "get_upload_status": frozenset({"media_id", "gcs_path"}),
} | dict.fromkeys(BODIES, frozenset())


def lapsed(exchange: Exchange) -> bool:
    """Tell whether a link was used after the instant that it names, rather than one that was never signed."""
    expires = parse_qs(exchange.query.decode("latin-1")).get("expires", [""])[0]
    end = read(expires)
    return end is not None and exchange.at >= end


def advice(_: Options) -> Advice:
    """All that ViddyScribe asks of its clients."""
    return Advice(
        counsel=COUNSEL,
        submits=ORDERS,
        polls=frozenset({"get_results"}),
        downloads=frozenset({"download"}),
        shared=frozenset(QUERIES),
        fields=lambda operation, _: BODIES.get(operation),
        queries=QUERIES,
        gone=frozenset({"viddyscribe.content.expired-link"}),
        lapsed=lapsed,
        too_large=frozenset({"viddyscribe.upload.file-too-large"}),
        fresh_links=True,
    )
