"""What ViddyScribe offers: kinds of output, languages, categories, voices, what they cost, and plans [doc 001]."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from mockserver.core.clock import HOUR, MINUTE

Kind = Literal["text", "audio", "video"]

MB: Final = 1 << 20
MULTIPART_LIMIT: Final = 32 * MB  # [viddyscribe:large-local-file-upload]

LANGUAGES: Final = (  # the first generation's enum [viddyscribe:video-from-url]
    "en-US", "en-GB", "en-AU", "en-IN", "es-ES", "es-US", "fr-FR", "fr-CA", "de-DE", "it-IT", "pt-BR", "ja-JP",
    "ko-KR", "cmn-CN", "ar-XA", "hi-IN", "bn-IN", "da-DK", "fi-FI", "gu-IN", "id-ID", "kn-IN", "ml-IN", "mr-IN",
    "nb-NO", "nl-NL", "nl-BE", "pl-PL", "ru-RU", "sv-SE", "sw-KE", "ta-IN", "te-IN", "th-TH", "tr-TR", "uk-UA",
    "ur-IN", "vi-VN",
    # and the languages that document 001 adds by name
    "bg-BG", "hr-HR", "cs-CZ", "et-EE", "el-GR", "he-IL", "hu-HU", "lv-LV", "lt-LT", "pa-IN", "ro-RO", "sr-RS",
    "sk-SK", "sl-SI",
)  # fmt: skip
CATEGORIES: Final = (  # [doc 001, line 42]
    "Auto", "Educational Lecture", "Educational Kids", "Government Meeting", "Documentary", "Narrative Story",
    "Social Media", "Tutorial/How-To", "Vlog", "Commercial/Advertisement", "News", "Entertainment", "Home Video",
    "Video Call",
)  # fmt: skip
VOICES: Final = (  # [viddyscribe:chirp3-hd]
    "Achernar", "Achird", "Algenib", "Algieba", "Alnilam", "Aoede", "Autonoe", "Callirrhoe", "Charon", "Despina",
    "Enceladus", "Erinome", "Fenrir", "Gacrux", "Iapetus", "Kore", "Laomedeia", "Leda", "Orus", "Pulcherrima",
    "Puck", "Rasalgethi", "Sadachbia", "Sadaltager", "Schedar", "Sulafat", "Umbriel", "Vindemiatrix", "Zephyr",
    "Zubenelgenubi",
)  # fmt: skip
FORMATS: Final = ("json", "vtt", "edl")  # [doc 001, lines 46-48]; the fourth, video, is the video endpoints' own
AD_TYPES: Final = ("extended_ad", "standard_ad")

RATES: Final[dict[Kind, Decimal]] = {"video": Decimal(1), "audio": Decimal("0.75"), "text": Decimal("0.5")}
EXISTING_TEXT_RATE: Final = Decimal("0.5")
MILLIONTH: Final = Decimal("0.000001")

FEATURES: Final = frozenset(  # [viddyscribe:authentication]
    {
        "allow_api_ad_video_generation",
        "allow_api_ad_audio_generation",
        "allow_custom_instructions",
        "allow_config_volume",
        "allow_custom_video_categories",
        "allow_custom_description_workflow",
        "allow_standard_ad",
        "allow_url_input",
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a team pays for: features, the longest video and the largest file; the figures are ours."""

    name: str
    features: frozenset[str]
    longest: timedelta
    largest: int


ENTERPRISE: Final = Plan("Enterprise", FEATURES, HOUR, 2048 * MB)
STARTER: Final = Plan("Starter", frozenset(), 10 * MINUTE, 256 * MB)
PLANS: Final = {plan.name: plan for plan in (ENTERPRISE, STARTER)}


@lru_cache(maxsize=16_384)
@lru_cache(maxsize=1024)
def price(kind: Kind, length: timedelta, *, given_text: bool = False) -> Decimal:
    """Give what describing a media of this length costs, in credits: minutes of source, times the kind's rate."""
    rate = EXISTING_TEXT_RATE if given_text and kind == "video" else RATES[kind]
    minutes = Decimal(length // timedelta(microseconds=1)) / Decimal(60_000_000)
    return (minutes * rate).quantize(MILLIONTH)
