"""The options of an order: read, checked, and brought to what they mean."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from mockserver.core.refusals import BadValue
from mockserver.providers.viddyscribe.catalogue import AD_TYPES, CATEGORIES, FORMATS, LANGUAGES, VOICES, Kind

from .decoding import Body, converted, decoded, one_of
from .sources import envelope

T = TypeVar("T", bound="Options")

USUAL_LOUDNESS, HIGHEST_LOUDNESS = 0.3, 0.9  # of full scale


class Captions(msgspec.Struct):
    """Captions that the client brings along."""

    content: str
    format: str = ""
    filename: str = ""


class Options(msgspec.Struct):
    """What can be said of every order [viddyscribe:video-from-url]."""

    language: str = "en-US"
    format: str = "vtt"
    video_category: str = "Auto"
    custom_instructions: str = ""
    auto_fit: bool = True
    allow_descriptions_over_music: bool = True
    custom_captions: Captions | UnsetType = UNSET
    filename: str = ""


class TextOptions(Options):
    """What can be said of a text."""

    ad_type: str = "extended_ad"
    read_all_onscreen_text: bool = False


class VoiceOptions(Options):
    """What can be said where a voice speaks."""

    voice: str = "Achernar"
    volume_option: str = "auto"
    volume_level_db: float = -5.0
    description_content: str = ""


class AudioOptions(VoiceOptions):
    """What can be said of an audio track [viddyscribe:generate-audio]."""

    audio_track_type: str = "mixed"


class VideoOptions(VoiceOptions):
    """What can be said of a video; `edl_content` is the older name of `description_content`."""

    ad_type: str = "extended_ad"
    read_all_onscreen_text: bool = False
    edl_content: str = ""
    resolution: str = "Auto"


class Config(NamedTuple):
    """The options of an order as they are meant; `features` are those of the plan that they need."""

    format: str
    language: str
    category: str
    ad_type: str
    voice: str
    loudness: float
    mixed: bool
    given: str | None
    features: tuple[str, ...]


def text_config(body: Body) -> Config:
    """Read the options of a text."""
    options = _read(body, TextOptions)
    _check(options, FORMATS)
    one_of("ad_type", options.ad_type, AD_TYPES)
    return _config("text", options, ad_type=options.ad_type)


def audio_config(body: Body) -> Config:
    """Read the options of an audio track; it is always standard [viddyscribe:generate-ad-audio]."""
    options = _read(body, AudioOptions)
    _check(options, FORMATS)
    _check_voice(options)
    one_of("audio_track_type", options.audio_track_type, ("mixed", "ad_only"))
    return _config("audio", options, mixed=options.audio_track_type == "mixed", given=options.description_content)


def video_config(body: Body) -> Config:
    """Read the options of a video, whose format may be the video alone [doc 001, line 49]."""
    options = _read(body, VideoOptions)
    _check(options, (*FORMATS, "video"))
    _check_voice(options)
    one_of("ad_type", options.ad_type, AD_TYPES)
    return _config("video", options, ad_type=options.ad_type, given=options.description_content or options.edl_content)


READERS: dict[Kind, Callable[[Body], Config]] = {"text": text_config, "audio": audio_config, "video": video_config}


def _read(body: Body, of: type[T]) -> T:
    """Read options: from `generation_config` where the body is nested, else beside the source."""
    found = envelope(body)
    if not isinstance(found.generation_config, UnsetType) and not (
        isinstance(body, bytes) and isinstance(found.input, UnsetType)
    ):
        return decoded(found.generation_config, of, "generation_config")
    if isinstance(body, bytes):
        return decoded(body, of) if isinstance(found.input, UnsetType) else of()
    values: dict[str, object] = dict(body)
    if captions := body.get("custom_captions"):
        values["custom_captions"] = decoded(captions.encode(), Captions, "custom_captions")
    return converted(values, of)


def _check(options: Options, formats: tuple[str, ...]) -> None:
    one_of("language", options.language, LANGUAGES)
    one_of("format", options.format, formats)
    one_of("video_category", options.video_category, CATEGORIES)


def _check_voice(options: VoiceOptions) -> None:
    one_of("voice", options.voice, VOICES)
    one_of("volume_option", options.volume_option, ("auto", "max"))
    if not -10 <= options.volume_level_db <= 0:
        raise BadValue("volume_level_db", options.volume_level_db, "-10 to 0")


def _config(
    kind: Kind, options: Options, *, ad_type: str = "standard_ad", mixed: bool = True, given: str = ""
) -> Config:
    voice, loudness, loud = VOICES[0], USUAL_LOUDNESS, False
    if isinstance(options, VoiceOptions):
        voice, loud = options.voice, options.volume_option == "max"
        if loud:
            loudness = HIGHEST_LOUDNESS * 10 ** (options.volume_level_db / 20)
    return Config(
        format=options.format,
        language=options.language,
        category=options.video_category,
        ad_type=ad_type,
        voice=voice,
        loudness=loudness,
        mixed=mixed,
        given=given or None,
        features=_features(
            kind,
            options.video_category,
            ad_type,
            instructed=bool(options.custom_instructions),
            loud=loud,
            given=bool(given),
        ),
    )


@lru_cache(maxsize=1024)
def _features(kind: Kind, category: str, ad_type: str, *, instructed: bool, loud: bool, given: bool) -> tuple[str, ...]:
    """Name what of the plan an order needs [viddyscribe:authentication]."""
    needed = {
        f"allow_api_ad_{kind}_generation": kind != "text",
        "allow_custom_instructions": instructed,
        "allow_config_volume": loud,
        "allow_custom_video_categories": category != "Auto",
        "allow_custom_description_workflow": given,
        "allow_standard_ad": ad_type == "standard_ad" and kind != "audio",
    }
    return tuple(feature for feature, is_needed in needed.items() if is_needed)
