"""The body that Artnex takes, and what it has to be."""

import re
from base64 import b64decode
from typing import Any

import msgspec

from mockserver.core.refusals import BadValue, MediaTooLarge, MediaUnusable, MissingField, MissingMedia, TooLong

from .catalogue import IMAGE, MODELS, TEXT, Model, Order
from .options import Options

PROMPT_AT_MOST = 4000

_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][^\x00-\x20]*)?")
_DATA_URL = re.compile(r"data:[^,;]*;base64,")
_PICTURES = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|RIFF.{4}WEBP", re.DOTALL)


class NewVideo(msgspec.Struct):
    """The body of a submission; null is as good as absent.

    Model, mode and duration are of any type here, because each has a code of its own for whatever is wrong with it.
    """

    prompt: str | None = None
    model: Any = None
    mode: Any = None
    image: str | None = None
    aspect_ratio: str | None = None
    duration: Any = None


def order(body: NewVideo, options: Options) -> Order:
    """Check a submission, field by field in the order of the document's table of errors, and say what will be made."""
    prompt = _prompt(body.prompt)
    model = _model(body.model, body.mode)
    if model.mode == IMAGE:
        _check_image(body.image, model, options.max_image_bytes)
    ratio = body.aspect_ratio if body.aspect_ratio in model.ratios else model.ratios[0]
    return Order(model.name, prompt, _seconds(body.duration, model), ratio)


def _prompt(prompt: str | None) -> str:
    if not prompt:
        raise MissingField("prompt")
    if len(prompt) > PROMPT_AT_MOST:
        raise TooLong("prompt", PROMPT_AT_MOST, len(prompt))
    return prompt


def _model(name: object, mode: object) -> Model:
    """Find the model of a mode."""
    if name is None:
        raise MissingField("model")
    model = MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        raise BadValue("model", name)
    if mode not in (None, TEXT, IMAGE):
        raise BadValue("mode", mode)
    if model.mode != (mode or TEXT):
        raise BadValue("model", name, allowed=str(mode or TEXT))
    return model


def _seconds(duration: object, model: Model) -> int:
    if duration is None:
        return model.seconds
    if isinstance(duration, int | float) and not isinstance(duration, bool) and duration in model.durations:
        return int(duration)
    raise BadValue("duration", duration, allowed=", ".join(map(str, model.durations)))


def _check_image(image: str | None, model: Model, limit: int) -> None:
    """Refuse what is neither an HTTPS address (which is never fetched) nor base64 of a picture of `limit` bytes."""
    if not image:
        raise MissingMedia(model.name, "image")
    if _ADDRESS.fullmatch(image):
        return
    prefix = _DATA_URL.match(image)
    content = _decoded(image[prefix.end() :] if prefix else image, limit)
    if not _PICTURES.match(content):
        raise MediaUnusable("image", "not_a_picture")


def _decoded(text: str, limit: int) -> bytes:
    """Decode base64, broken into lines or not, padded or not."""
    compact = "".join(text.split()).rstrip("=")
    if len(compact) * 3 // 4 > limit:
        raise MediaTooLarge("image", limit)
    try:
        return b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except ValueError as error:
        raise MediaUnusable("image", "bad_base64") from error
