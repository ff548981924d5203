"""What an order must bring, what it comes to, and what a job keeps of it."""

from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from mockserver.core.refusals import BadValue, MediaTooLong, MissingField, MissingMedia, TooLong, UnknownModel
from mockserver.providers.nanogpt.catalogue import Choice, Model, Order, Sent, Wishes, models, price, settle
from mockserver.providers.nanogpt.options import Options

from .bodies import CAMEL, NewVideo
from .media import image_of, media

KEPT_CHARACTERS = 200
"""How much of a text a job keeps; the caption needs no more."""

MEDIA_NEEDS = frozenset({"image", "video", "audio"})

RANGES: Mapping[str, tuple[float, float]] = {
    "cfg_scale": (0, 20),
    "num_inference_steps": (1, 50),
    "voice_speed": (0.8, 2.0),
}
"""The documents' bounds, where a model has none of its own [003:45, 139, 150]."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "voice_language": ("en", "zh"),
    "movement_amplitude": ("auto", "small", "medium", "large"),
    "motion": ("low", "high"),
}
"""The documents' words for fields that have no list of a model's own [003:44, 80-81]."""

FIELD_OF = {name: field for field, name in CAMEL.items()}
"""Our names of fields by their own."""

SECOND_TO = {"seconds": ("duration",), "target_resolution": ("resolution",), "aspect_ratio": ("story_ratio",)}
"""Fields that count where the first is not sent; beside it, right or wrong, they say nothing."""

_wishes = attrgetter(*Wishes.__struct_fields__)
_SETTLED: dict[tuple[object, ...], tuple[Choice, Decimal]] = {}
"""What earlier orders came to. It holds nothing but values that follow from their keys."""
MOST_SETTLED = 4096
LONGEST_KEY = 600


def order(body: NewVideo, options: Options, source_seconds: Decimal | None = None) -> Order:
    """Say what an order comes to and costs; `source_seconds` is the length of its source video, where it was measured.

    Raises, in this order: MediaTooLarge, MissingField or UnknownModel for the model, MissingMedia and MissingField for
    required inputs, MediaTooLong and BadValue for values, TooLong for the prompt.
    """
    sent = media(body, options.max_media_bytes)
    if source_seconds is not None:
        sent = replace(sent, source_seconds=source_seconds)
    if not body.model:
        raise MissingField("model")
    model = models().get(body.model)
    if model is None:
        raise UnknownModel(body.model)
    _require(model, body, sent)
    choice, cost = _settled(model, body, sent, options)
    prompt = body.prompt or body.script or ""
    if len(prompt) > KEPT_CHARACTERS:
        _not_too_long(model, body.prompt or "")
    return Order(
        model.id,
        prompt[:KEPT_CHARACTERS],
        len(prompt),
        choice,
        cost,
        _kept(body.conversation_uuid),
        _kept(body.project_id) if "script" in model.inputs else None,
        _kept(body.seed),
    )


def _kept(value: Any) -> Any:  # noqa: ANN401 - numbers pass through
    return value[:KEPT_CHARACTERS] or None if isinstance(value, str) else value


# What a model needs -----------------------------------------------------------------------------------------------


def _require(model: Model, body: NewVideo, sent: Sent) -> None:
    """Refuse an order that lacks what its model cannot do without."""
    for need in model.needs:
        if need == "image" and not _has_image(model, body, sent):
            raise MissingMedia(model.name, "image")
        if need == "video" and not _has_source(model, body):
            raise MissingMedia(model.name, "video")
        if need == "audio" and not (body.audio_url or body.audio_data_url or body.audio):
            raise MissingMedia(model.name, "audio")
        if need not in MEDIA_NEEDS:
            _require_words(need, model, body)


def _require_words(need: str, model: Model, body: NewVideo) -> None:
    if need == "prompt" and not body.prompt:
        raise MissingField("prompt")
    if need == "script" and not (body.script or body.story_config is not None or body.prompt):
        raise MissingMedia(model.name, "script")
    if need == "voice_id" and not body.voice_id:
        raise MissingField("voice_id", clause="nanogpt.media.voice-id-required")
    if need == "swap" and not (body.swap_image and body.target_video):
        raise MissingField("targetVideo" if body.swap_image else "swapImage", clause="nanogpt.media.face-swap")


def _has_image(model: Model, body: NewVideo, sent: Sent) -> bool:
    """Whether there is an image; reference images are as good for models that take them."""
    return sent.images > 0 and (model.reference_images > 0 or image_of(body) is not None)


def _has_source(model: Model, body: NewVideo) -> bool:
    bare = body.video if model.takes_bare_video else None
    return bool(body.video_url or body.video_data_url or body.video_attachment_id or bare)


def _not_too_long(model: Model, prompt: str) -> None:
    if len(prompt) > model.prompt_limit:
        raise TooLong("prompt", model.prompt_limit, len(prompt), model.name)


# What it comes to ---------------------------------------------------------------------------------------------------


def _settled(model: Model, body: NewVideo, sent: Sent, options: Options) -> tuple[Choice, Decimal]:
    """Settle and price an order, or remember having done so."""
    strict = options.values == "strict"
    if strict:
        _judge(model, body)
    wishes = _wishes(body)
    key = (model.id, strict, options.prices, sent, wishes)
    try:
        found = _SETTLED.get(key)
    except TypeError:  # a list or an object where a word belongs
        wishes = _words(wishes)
        key = (model.id, strict, options.prices, sent, wishes)
        found = _SETTLED.get(key)
    if found is None:
        choice = settle(model, Wishes(*wishes), sent, strict=strict)
        found = choice, price(model, choice, options.prices)
        if len(_SETTLED) >= MOST_SETTLED:
            _SETTLED.clear()
        if len(repr(wishes)) <= LONGEST_KEY:
            _SETTLED[key] = found
    return found


def misfits(body: NewVideo) -> list[BadValue]:
    """All values of an order that strictness would refuse, one for each field; none for an unknown model."""
    model, found = models().get(body.model or ""), list[BadValue]()
    while model is not None:
        try:
            _judge(model, body)
            settle(model, Wishes(*_words(_wishes(body))), Sent(), strict=True)
        except BadValue as bad:
            name = FIELD_OF.get(bad.field, bad.field)
            if getattr(body, name, None) is None:
                break  # what is refused was not sent: the field's default, next to others
            found.append(bad)
            body = replace(body, **dict.fromkeys((name, *SECOND_TO.get(name, ())), None))
        except MediaTooLong:
            break
        else:
            break
    return found


def _words(wishes: tuple[Any, ...]) -> tuple[Any, ...]:
    """Wishes without lists and objects, which name nothing."""
    return tuple(None if isinstance(each, dict | list) else each for each in wishes)


def _judge(model: Model, body: NewVideo) -> None:
    """Strictly: refuse values outside their documented ranges."""
    for field, usual in RANGES.items():
        value = getattr(body, field)
        least, most = model.ranges.get(field, usual)
        if value is not None and not least <= value <= most:
            raise BadValue(field, value, f"{least} to {most}")
    for field, words in WORDS.items():
        value = getattr(body, field)
        if isinstance(value, str) and value and value not in words:
            raise BadValue(CAMEL.get(field, field), value, ", ".join(words))
