"""The media that come along with an order: found, counted and weighed, and neither kept nor fetched."""

from base64 import b64decode
from collections.abc import Mapping
from operator import attrgetter

from mockserver.core.refusals import MediaTooLarge
from mockserver.providers.nanogpt.catalogue import Sent

from .bodies import CAMEL, NewVideo

FIELDS = (
    "image_url", "image_data_url", "image_data_url_snake", "image", "reference_image", "reference_images",
    "reference_images_snake", "reference_videos", "reference_videos_snake", "last_image", "image_tail", "audio_url",
    "audio_data_url", "audio", "video_url", "video_data_url", "video", "swap_image", "target_video",
    "image_attachment_id", "video_attachment_id",
)  # fmt: skip
"""Where media may come along."""

_fields = attrgetter(*FIELDS)
_ALL_LEFT_OUT = (None,) * len(FIELDS)
NOTHING = Sent()


def media(body: NewVideo, limit: int) -> Sent:
    """Say what media came along; each may have `limit` bytes. Raises MediaTooLarge."""
    found = _fields(body)
    if found == _ALL_LEFT_OUT:
        return NOTHING
    for field, value in zip(FIELDS, found, strict=True):
        if value is not None:
            for medium in _each(value):
                if medium.startswith("data:") and decoded_size(medium) > limit:
                    raise MediaTooLarge(CAMEL.get(field, field), limit)
    references = _each(body.reference_images or body.reference_images_snake)
    return Sent(
        images=len(references) + (1 if image_of(body) else 0),
        video=bool(video_of(body)),
        reference_video=bool(_each(body.reference_videos or body.reference_videos_snake)),
    )


def image_of(body: NewVideo) -> str | None:
    """The input image: what is sent outright comes before an attachment [002:41]."""
    return body.image_data_url or body.image_url or body.image_data_url_snake or body.image or body.image_attachment_id


def video_of(body: NewVideo) -> str | None:
    """The source video, in the same order."""
    return body.video_url or body.video_data_url or body.video or body.video_attachment_id


def source_file(body: NewVideo, limit: int) -> bytes | None:
    """The source video itself, where it came along as a data URL of at most `limit` bytes; None otherwise."""
    sent = video_of(body)
    if sent is None or not sent.startswith("data:") or decoded_size(sent) > limit:
        return None
    head, _, data = sent.partition(",")
    try:
        return b64decode(data, validate=True) if head.endswith(";base64") else None
    except ValueError:
        return None


def decoded_size(data_url: str) -> int:
    """How many bytes a data URL holds, by the length of its base64, which is not decoded."""
    head, _, data = data_url.partition(",")
    if not head.endswith(";base64"):
        return len(data)
    return len(data) * 3 // 4 - data.endswith("=") - data.endswith("==")


def _each(value: object) -> list[str]:
    """The media of a field: one text, a list of texts or of objects with a `url`."""
    if isinstance(value, str):
        return [value] if value else []
    if not isinstance(value, list):
        return []
    found = [each.get("url") if isinstance(each, Mapping) else each for each in value]
    return [each for each in found if isinstance(each, str) and each]
