"""One model of the catalogue: what it takes, what it offers, how fast it works and what it asks for that."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from .pricing import UNPUBLISHED, Minimum, Pricing

SHORT_KEYS = {
    "r": "resolution",
    "d": "duration",
    "a": "aspect_ratio",
    "o": "orientation",
    "m": "mode",
    "p": "enable_prompt_expansion",
    "k": "seed",
    "c": "camera_fixed",
    "w": "enable_web_search",
    "g": "cfg_scale",
    "f": "enable_safety_checker",
}
"""The tables' one-letter words for the commonest parameters; `x` is the model's own audio switch."""

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4")
"""The aspect ratios of a model whose own list nobody knows (document 003)."""

UNIX_EPOCH = date(1970, 1, 1)


def span(first: int, last: int, step: int = 1) -> tuple[int, ...]:
    """Seconds or frames from `first` to `last`, both included."""
    return tuple(range(first, last + 1, step))


class Frames(msgspec.Struct, frozen=True):
    """How a model that counts frames is told its length: the counts and rates it takes, and what it takes unasked."""

    counts: tuple[int, ...]
    count: int
    rates: tuple[int, ...]
    rate: int


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What NanoGPT sells under one id. A row of the tables gives what is known; the gaps are filled in here.

    `takes` lists the inputs (text, image, video, audio, script), those with `!` are required, and so is text where
    nothing else is; it becomes `inputs` and `needs` (prompt, image, video, audio, script, voice_id, swap). `keys` are
    the parameters, shortened as in SHORT_KEYS.
    """

    id: str
    name: str
    owner: str
    since: str
    """The day of release; plausible where the catalogue's `created` is not known."""
    takes: str
    pricing: Pricing = UNPUBLISHED
    keys: str = ""
    inputs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """`keys` in full."""

    durations: tuple[int, ...] = ()
    """Seconds on offer; empty where the length is that of what is sent, or of its frames."""
    duration: int = 0
    resolutions: tuple[str, ...] = ()
    resolution: str = ""
    aspect_ratios: tuple[str, ...] = ()
    aspect_ratio: str = ""
    ratio_for_text_only: bool = False
    """Whether an input image decides the ratio (document 002 for Seedance)."""
    modes: tuple[str, ...] = ()
    frames: Frames | None = None
    variants: tuple[str, ...] = ()
    sound: bool | None = None
    """What an omitted audio switch means; without a switch, whether there is sound at all (None: never)."""
    sound_key: str = ""
    """The catalogue's spelling of the audio switch; empty without one."""
    outputs: int = 1
    end_frame: str = ""
    reference_images: int = 0
    prompt_limit: int = 5000
    """Characters of a prompt; caps are not published, and those of two models were measured."""
    source_limit: int | None = None
    """Seconds of a source video at most (document 003: 120 for extend models)."""
    ranges: Mapping[str, tuple[float, float]] = {}
    """Bounds of parameters where they are narrower than the usual ones."""
    takes_bare_video: bool = True
    """Whether `video` counts as a source, beside `videoUrl` and its kin."""
    extendable: bool = False
    relative_result: bool = False
    """Whether a finished job's URL is a path on this host."""
    minutes: int = 4
    """How long an order of default length works, in mock minutes."""
    pace: int = 0
    """The same as mock seconds of work for each second of video."""

    defaults: Mapping[str, Any] = {}
    """Defaults of parameters where they differ from the usual ones."""
    descriptors: Mapping[str, Mapping[str, Any]] = {}
    """What the listing says of a parameter where that differs from the usual."""
    nsfw: bool = False
    utility: bool = False
    """Whether the catalogue files it under `More` and not under `video`."""
    label: str | None = None
    tags: tuple[str, ...] = ()
    listed: bool = True
    """Whether the model list shows it; older ids of a listed model are understood but not shown."""

    def __post_init__(self) -> None:
        """Fill in what follows from the rest."""
        kinds = self.takes.split()
        letters = self.keys.split()
        required = ["prompt" if kind == "text!" else kind[:-1] for kind in kinds if kind.endswith("!")]
        force_setattr(self, "inputs", tuple(kind.rstrip("!") for kind in kinds))
        if self.inputs and self.inputs[0] == "text" and not required:
            required = ["prompt"]
        force_setattr(self, "needs", tuple(dict.fromkeys([*required, *self.needs])))
        force_setattr(self, "sound_key", (self.sound_key or "generate_audio") if "x" in letters else "")
        words = (self.sound_key if letter == "x" else SHORT_KEYS.get(letter, letter) for letter in letters)
        force_setattr(self, "parameters", tuple(words))
        self._fill_lengths(letters)
        self._fill_picture(letters)

    def _fill_lengths(self, letters: list[str]) -> None:
        if not self.durations and "d" in letters:
            force_setattr(self, "durations", (5, 10))
        if not self.duration:
            force_setattr(self, "duration", self.durations[0] if self.durations else 5)
        force_setattr(self, "pace", max(round(self.minutes * 60 / self.duration), 1))
        if self.sound_key and self.sound is None:
            force_setattr(self, "sound", False)
        if not self.modes and "m" in letters:
            force_setattr(self, "modes", self._usual_modes())

    def _fill_picture(self, letters: list[str]) -> None:
        if not self.resolutions:
            usual = ("720p", "480p", "1080p") if "r" in letters else ()
            force_setattr(self, "resolutions", self.pricing.resolutions() or usual)
        if not self.resolution:
            known = "720p" in self.resolutions or not self.resolutions
            force_setattr(self, "resolution", "720p" if known else self.resolutions[0])
        if not self.aspect_ratios and "a" in letters:
            force_setattr(self, "aspect_ratios", RATIOS)
        if not self.aspect_ratio:
            force_setattr(self, "aspect_ratio", self.aspect_ratios[0] if self.aspect_ratios else "16:9")

    def _usual_modes(self) -> tuple[str, ...]:
        offered = {
            "text-to-video": "text" in self.inputs,
            "image-to-video": "image" in self.inputs,
            "reference-to-video": self.reference_images > 0,
            "video-edit": "video" in self.inputs,
        }
        return ("auto", *(mode for mode, yes in offered.items() if yes))

    @property
    def created(self) -> int:
        """Its release as Unix seconds, at midnight UTC."""
        return (date.fromisoformat(self.since) - UNIX_EPOCH).days * 86_400

    @property
    def price_inferred(self) -> bool:
        """Whether the price is ours, because no page gives one."""
        return self.pricing == UNPUBLISHED or isinstance(self.pricing, Minimum)

    @property
    def description(self) -> str:
        """One sentence about it."""
        made = {"text": "a prompt", "image": "an image", "video": "a video", "audio": "audio", "script": "a script"}
        required = [made[kind] for kind in self.inputs if kind in self.needs]
        source = " and ".join(required) or " or ".join(made[kind] for kind in self.inputs)
        return f"{self.name} makes video from {source}{self._lengths()}."

    def _lengths(self) -> str:
        if not self.durations:
            return ""
        first, last = self.durations[0], self.durations[-1]
        return f", {first} seconds long" if first == last else f", {first} to {last} seconds long"
