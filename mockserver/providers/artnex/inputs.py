"""The body that Artnex takes, and what it has to be."""

import re
from base64 import b64decode
from typing import Any

import msgspec

from mockserver.core.refusals import BadValue, MediaTooLarge, MediaUnusable, MissingField, MissingMedia, TooLong

from .catalogue import IMAGE, MODELS, TEXT, Mode, Model, Order
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
    model, mode = _model(body.model), _mode(body.mode)
    if mode == IMAGE and not body.image:  # whatever the model is made for: the document's table names the mode alone
        raise MissingMedia(model.name, "image")
    if model.mode != mode:
        raise BadValue("model", model.name, allowed=mode)
    if mode == IMAGE and body.image:
        _check_image(body.image, options.max_image_bytes)
    ratio = body.aspect_ratio if body.aspect_ratio in model.ratios else model.ratios[0]
    return Order(model.name, prompt, _seconds(body.duration, model), ratio)


def _prompt(prompt: str | None) -> str:
    if not prompt:
        raise MissingField("prompt")
    if len(prompt) > PROMPT_AT_MOST:
        raise TooLong("prompt", PROMPT_AT_MOST, len(prompt))
    return prompt


def _model(name: object) -> Model:
    if name is None:
        raise MissingField("model")
    model = MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        raise BadValue("model", name)
    return model


def _mode(name: object) -> Mode:
    if name is None or name == TEXT:
        return TEXT
    if name == IMAGE:
        return IMAGE
    raise BadValue("mode", name)


def _seconds(duration: object, model: Model) -> int:
    if duration is None:
        return model.seconds
    if isinstance(duration, int | float) and not isinstance(duration, bool) and duration in model.durations:
        return int(duration)
    raise BadValue("duration", duration, allowed=", ".join(map(str, model.durations)))


def _check_image(image: str, limit: int) -> None:
    """Refuse what is neither an HTTPS address (which is never fetched) nor base64 of a picture of `limit` bytes."""
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
