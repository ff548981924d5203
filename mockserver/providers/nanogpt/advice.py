"""What documents 002 and 003, and the vendor's other pages, ask of NanoGPT's clients."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import msgspec

from mockserver.core.clock import MINUTE, SECOND
from mockserver.core.conduct import Advice, Counsel, Fields, Misfit

from . import outputs
from .catalogue import listing, models
from .inputs import ExtendVideo, NewVideo, misfits
from .options import Options

COUNSEL = {
    "polled-too-fast": Counsel(
        "nanogpt.conduct.poll-every-five-seconds",
        "NanoGPT's examples wait 5 seconds between two polls, and its guide asks for proper delays.",
        "Wait at least 5 seconds between two polls of a job.",
    ),
    "polled-after-the-end": Counsel(
        "nanogpt.conduct.poll-until-the-end",
        "NanoGPT says to poll until the job reaches COMPLETED or FAILED.",
        "Keep that answer, and stop polling.",
    ),
    "polled-without-key": Counsel(
        "nanogpt.conduct.polls-carry-the-key",
        "NanoGPT's status pages want the key, which the browser samples of its guide leave out.",
        "Send `x-api-key` with each poll too.",
    ),
    "gave-up-early": Counsel(
        "nanogpt.conduct.wait-five-minutes",
        "NanoGPT recommends timeouts of 5 to 10 minutes, its examples poll 120 times at 5 seconds, and nothing is "
        "refunded because nobody asks.",
        "Go on polling for 10 minutes, and for 5 at the very least.",
    ),
    "resubmitted-after-lost-answer": Counsel(
        "nanogpt.conduct.lost-answers-are-paid",
        "NanoGPT charges each order as it is accepted, and lists recent jobs under GET /api/generate-video/recover.",
        "Look there for the job whose answer got lost, before ordering again.",
    ),
    "resubmitted-while-running": Counsel(
        "nanogpt.conduct.running-jobs-are-paid",
        "NanoGPT does not refund a job because nobody polls it any more; the second one is charged as well.",
        "Go on polling the first job, or find it again with GET /api/generate-video/recover.",
    ),
    "downloaded-too-late": Counsel(
        "nanogpt.conduct.download-within-seven-days",
        "NanoGPT's files can be had for seven days.",
        "Download a video as soon as its job is COMPLETED, and keep it yourself.",
    ),
    "never-downloaded": Counsel(
        "nanogpt.conduct.download-within-seven-days",
        "NanoGPT's files can be had for seven days.",
        "Download a video as soon as its job is COMPLETED, and keep it yourself.",
    ),
    "unknown-field": Counsel(
        "nanogpt.conduct.known-fields",
        "NanoGPT ignores unknown keys, so the request was taken as if the field were not there.",
        "Send only the fields that the chosen model has, by the names that the documents give.",
    ),
    "wrong-type": Counsel(
        "nanogpt.conduct.documented-types",
        "NanoGPT takes it today, and no document says that it will.",
        "Send the documented type.",
    ),
    "wrong-value": Counsel(
        "nanogpt.conduct.documented-values",
        "NanoGPT takes it, makes the video with the model's default, and charges for that.",
        "Send a value that the documents or the catalogue list for the model.",
    ),
    "deprecated-endpoint": Counsel(
        "nanogpt.conduct.unified-status",
        "NanoGPT calls GET /api/generate-video/status deprecated.",
        "Poll GET /api/video/status?requestId=… instead.",
    ),
    "media-too-large": Counsel(
        "nanogpt.conduct.media-of-four-megabytes",
        "NanoGPT takes uploads of 4 MB or less.",
        "Host larger media externally, and send their address, as in imageUrl.",
    ),
}

TYPES = {"duration": "a text"}
"""Documented types of fields that are taken in others too [003:28]. Where two pages differ, each type is documented."""

STORIES = (
    "framework", "shortRequestEnhancer", "targetLengthInWords", "targetLengthInSeconds", "scriptConfig", "imageConfig",
    "videoConfig", "voiceoverConfig", "captionsConfig", "effectsConfig", "musicConfig", "voice", "captionsShow",
    "captionsStyle", "effects", "music", "aspectRatio", "directorNotes",
)  # fmt: skip
"""Fields that the documents describe for stories alone [003:108-133]; elsewhere `aspectRatio` is a mistake."""
OTHERS = (
    "effectType", "effect", "cameraMovement", "motionMode", "soundEffectSwitch", "soundEffectPrompt", "acceleration",
)  # fmt: skip
"""Fields of some models that fauxreel has no use for [003:83, 159]."""


@cache
def order_fields(*, of_a_story: bool) -> Fields:
    """All names that an order may have: the documents', and those of the catalogue's parameters."""
    parameters = (listing(model, detailed=True)["supported_parameters"]["parameters"] for model in models().values())
    names = {name for found in parameters for name in found} | {*OTHERS}
    names |= {field.encode_name for field in msgspec.structs.fields(NewVideo)}
    names = names | {*STORIES} if of_a_story else names - {*STORIES}
    return dict.fromkeys(sorted(names), "") | TYPES


EXTENSION = {field.encode_name: "" for field in msgspec.structs.fields(ExtendVideo)}
NONE = frozenset[str]()
QUERIES = {
    "generate_video": NONE,
    "extend_video": NONE,
    "video_status": frozenset({"requestId", "runId"}),
    "legacy_status": frozenset({"runId", "modelSlug", "model"}),
    "story_status": frozenset({"runId", "projectId", "cost", "paymentSource"}),
    "recover": frozenset({"limit", "model", "conversationUUID"}),
    "content": frozenset({"runId", "model", "variant"}),
    "video_models": frozenset({"detailed"}),
    "models": frozenset({"detailed"}),
    "check_balance": NONE,
}


def fields(operation: str, body: Mapping[str, Any]) -> Fields | None:
    """The names that an operation knows; those of an order depend on its model."""
    if operation != "generate_video":
        return EXTENSION if operation == "extend_video" else None
    model = body.get("model")
    found = models().get(model) if isinstance(model, str) else None
    return order_fields(of_a_story=found is not None and "script" in found.inputs)


def values(operation: str, body: Mapping[str, Any]) -> list[Misfit]:
    """What `nanogpt.values = "strict"` would refuse of an order's values, with the values that its model has."""
    if operation != "generate_video":
        return []
    try:
        order = msgspec.convert(body, NewVideo)
    except msgspec.ValidationError:  # of a body that the journal does not hold whole
        return []
    return [Misfit(bad.field, bad.value, bad.allowed) for bad in misfits(order)]


def advice(options: Options) -> Advice:
    """All that NanoGPT asks of its clients; in the generation of 2025 no address was deprecated."""
    return Advice(
        counsel=COUNSEL,
        submits=frozenset({"generate_video", "extend_video"}),
        polls=frozenset({"video_status", "legacy_status", "story_status"}),
        downloads=frozenset({"media", "content"}),
        pace=5 * SECOND,
        patience=5 * MINUTE,
        fields=fields,
        misfits=values,
        queries=QUERIES,
        deprecated={} if options.profile == "2025" else {"legacy_status": "/api/video/status"},
        gone=frozenset({"nanogpt.results.seven-days"}),
        too_large=frozenset({"nanogpt.media.four-megabytes", "nanogpt.errors.body-too-large"}),
        result_path=lambda job: next(iter(outputs.paths(job)), None),
        expires_at=partial(outputs.expires_at, options=options),
        lapsed=lambda _: True,
    )
