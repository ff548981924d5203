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
                if decoded_size(medium) > limit:
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
    """The source video itself, where it is in the request and has at most `limit` bytes; None otherwise."""
    sent = body.video_url or body.video_data_url or body.video
    inside = _inside(sent) if sent and decoded_size(sent) <= limit else None
    if inside is None or not inside[1]:
        return None
    try:
        return b64decode(inside[0], validate=True)
    except ValueError:
        return None


def decoded_size(medium: str) -> int:
    """How many bytes of a medium are in the request, by the length of its base64, which is not decoded."""
    inside = _inside(medium)
    if inside is None:
        return 0
    data, base64 = inside
    return len(data) * 3 // 4 - data.endswith("=") - data.endswith("==") if base64 else len(data)


def _inside(medium: str) -> tuple[str, bool] | None:
    """What a data URL, or bare base64, holds, and whether that is base64; None for a link."""
    if medium.startswith("data:"):
        head, _, data = medium.partition(",")
        return data, head.endswith(";base64")
    return None if "://" in medium[:16] else (medium, True)


def _each(value: object) -> list[str]:
    """The media of a field: one text, a list of texts or of objects with a `url`."""
    if isinstance(value, str):
        return [value] if value else []
    if not isinstance(value, list):
        return []
    found = [each.get("url") if isinstance(each, Mapping) else each for each in value]
    return [each for each in found if isinstance(each, str) and each]
