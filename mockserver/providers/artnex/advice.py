"""What document 004 and the vendor's other pages ask of Artnex's clients."""

from functools import partial

import msgspec

from mockserver.core.clock import MINUTE, SECOND
from mockserver.core.conduct import Advice, Counsel

from . import outputs
from .inputs import NewVideo
from .options import Options

COUNSEL = {
    "polled-too-fast": Counsel(
        "artnex.conduct.poll-every-five-seconds",
        "Artnex asks not to poll more frequently than once per 5 seconds, and may throttle who does.",
        "Wait at least 5 seconds between two polls of a job.",
    ),
    "polled-after-the-end": Counsel(
        "artnex.conduct.poll-until-the-end",
        "Artnex says to poll until status is `completed` or `error`.",
        "Keep that answer, and stop polling.",
    ),
    "polled-without-key": Counsel(
        "artnex.conduct.polls-carry-the-key",
        "Artnex refuses whoever sends no key, polls included.",
        "Send `Authorization: Bearer KEY` with each poll too.",
    ),
    "gave-up-early": Counsel(
        "artnex.conduct.wait-five-minutes",
        "Artnex gives a job 5 minutes, 60 polls at 5 seconds, before it is to be treated as failed.",
        "Go on polling until 5 minutes have passed since the submission.",
    ),
    "resubmitted-after-lost-answer": Counsel(
        "artnex.conduct.lost-answers-are-paid",
        "Artnex takes credits for each job that completes, and has no list in which a lost job could be found.",
        "Do not send an order again on a broken connection: report it, and let a person decide.",
    ),
    "resubmitted-while-running": Counsel(
        "artnex.conduct.retry-after-five-minutes",
        "Artnex says to retry when a job has not completed within 5 minutes, and charges both if both do.",
        "Poll the first job for 5 minutes before ordering again.",
    ),
    "downloaded-too-late": Counsel(
        "artnex.conduct.download-within-a-day",
        "Artnex keeps videos for 24 hours.",
        "Download a video as soon as its job is completed, and keep it yourself.",
    ),
    "never-downloaded": Counsel(
        "artnex.conduct.download-within-a-day",
        "Artnex keeps videos for 24 hours.",
        "Download a video as soon as its job is completed, and keep it yourself.",
    ),
    "unknown-field": Counsel(
        "artnex.conduct.known-fields",
        "Artnex ignores what it does not know, so the job was made as if the field were not there.",
        "Send the fields that the document names: prompt, model, mode, image, aspect_ratio, duration.",
    ),
    "media-too-large": Counsel(
        "artnex.conduct.images-of-ten-megabytes",
        "Artnex takes images of up to 10 MB.",
        "Shrink the image before it is sent, or give the HTTPS address of it.",
    ),
}

FIELDS = {field.encode_name: "" for field in msgspec.structs.fields(NewVideo)}
ID = frozenset({"request_id"})


def advice(options: Options) -> Advice:
    """All that Artnex asks of its clients."""
    return Advice(
        counsel=COUNSEL,
        submits=frozenset({"create_video"}),
        polls=frozenset({"get_video", "find_video"}),
        downloads=frozenset({"media"}),
        pace=5 * SECOND,
        patience=5 * MINUTE,
        retry_at=5 * MINUTE,
        fields=lambda operation, _: FIELDS if operation == "create_video" else None,
        queries={"create_video": frozenset(), "get_video": frozenset(), "find_video": ID},
        gone=frozenset({"artnex.results.gone-afterwards"}),
        too_large=frozenset({"artnex.values.image-too-large", "artnex.errors.body-too-large"}),
        result_path=outputs.path,
        expires_at=partial(outputs.expires_at, options=options),
        lapsed=lambda _: True,
    )
