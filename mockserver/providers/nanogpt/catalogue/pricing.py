"""What a video costs: one class for each shape that the vendor's `pricing` objects take. All prices are US dollars.

The fields bear the names of the JSON, so the listing prints a shape as it stands. Rates are written as the catalogue
prints them and become exact decimals in `cost`.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

import msgspec

from .choice import Choice

Rates = dict[str, float]
"""A price by resolution, by seconds or by mode."""

ASSUMED_SOURCE = Decimal(5)
"""Seconds of a source video whose length nobody stated."""

RAW_MARGIN = Decimal("1.7")
"""`raw` tables print the price divided by this (measured: 0.353 listed, 0.60 charged)."""

SMALLEST = Decimal("0.00001")


def usd(rate: float) -> Decimal:
    """The printed figure as an exact decimal."""
    return Decimal(str(rate))


def settled(price: Decimal) -> Decimal:
    """A price to a thousandth of a cent, without trailing zeros."""
    plain = price.quantize(SMALLEST, ROUND_HALF_UP).normalize()
    return plain if plain.as_tuple().exponent <= 0 else plain.quantize(Decimal(1))  # type: ignore[operator]  # a finite number


def at(rates: Rates, key: str) -> Decimal:
    """The rate for `key`, or the table's first where the table does not know it."""
    return usd(rates[key] if key in rates else next(iter(rates.values())))


class Pricing(msgspec.Struct, frozen=True):
    """The common root; a shape says what a choice costs and which resolutions it knows."""

    def cost(self, choice: Choice) -> Decimal:
        """US dollars for the whole order."""
        raise NotImplementedError

    def listed(self) -> dict[str, object]:
        """The `pricing` object of the model list, without what the shape leaves open."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return {"currency": "USD"} | {name: value for name, value in fields.items() if value is not None}

    def resolutions(self) -> tuple[str, ...]:
        """The resolutions that have a price of their own."""
        return ()


class PerSecond(Pricing, frozen=True):
    """A rate a second; some ask more for 720p and above, for sound, or for each image."""

    per_second: float
    high_resolution_per_second: float | None = None
    image_input_fee: float | None = None
    audio_multiplier: float | None = None

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds, and the fees."""
        high = self.high_resolution_per_second
        rate = usd(self.per_second) if high is None or choice.resolution == "480p" else usd(high)
        louder = usd(self.audio_multiplier or 1) if choice.audio else Decimal(1)
        return rate * choice.seconds * louder + usd(self.image_input_fee or 0) * choice.images


class PerSecondByResolution(Pricing, frozen=True):
    """A rate a second for each resolution; a video among the inputs may have its own, on input and output seconds."""

    per_second_by_resolution: Rates
    reference_prices: Rates | None = None
    video_edit_prices: Rates | None = None
    includes_input_seconds: bool | None = None

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds, at the rates for what was sent."""
        if choice.source_seconds is None or self.reference_prices is None:
            return at(self.per_second_by_resolution, choice.resolution) * choice.seconds
        edits = self.video_edit_prices if choice.mode == "video-edit" else None
        read = choice.source_seconds if self.includes_input_seconds else Decimal(0)
        return at(edits or self.reference_prices, choice.resolution) * (choice.seconds + read)

    def resolutions(self) -> tuple[str, ...]:
        """Those of the table."""
        return tuple(self.per_second_by_resolution)


class OutputPerSecond(Pricing, frozen=True):
    """A rate a second of output, one for a reference video's seconds, and a fee for images beyond those included."""

    output_per_second: float
    reference_video_input_per_second: float
    extra_reference_image: float
    included_reference_images: int

    def cost(self, choice: Choice) -> Decimal:
        """Output, input and extra images."""
        read = usd(self.reference_video_input_per_second) * (choice.source_seconds or 0)
        extra = max(choice.images - self.included_reference_images, 0)
        return usd(self.output_per_second) * choice.seconds + read + usd(self.extra_reference_image) * extra


class PerDuration(Pricing, frozen=True):
    """A price for each length on offer."""

    per_duration: Rates
    unit: str = "per_video"
    audio_multiplier: float | None = None

    def cost(self, choice: Choice) -> Decimal:
        """The price of that length, more with sound where the model says so."""
        louder = usd(self.audio_multiplier or 1) if choice.audio else Decimal(1)
        return at(self.per_duration, f"{choice.seconds:f}") * louder


class AudioToggle(Pricing, frozen=True):
    """One price with sound and one without, at a fixed length."""

    with_audio: float
    without_audio: float
    fixed_duration_seconds: int

    def cost(self, choice: Choice) -> Decimal:
        """One of the two."""
        return usd(self.with_audio if choice.audio else self.without_audio)


class BaseByResolution(Pricing, frozen=True):
    """A base price by resolution, times a factor for longer videos; a stated price for a length overrides."""

    base_prices_by_resolution: Rates
    duration_multiplier: float | None = None
    duration_multipliers: Rates | None = None
    duration_overrides: dict[str, Rates] | None = None

    def cost(self, choice: Choice) -> Decimal:
        """Base times factor; the single multiplier acts above 5 seconds."""
        length = f"{choice.seconds:f}"
        if self.duration_overrides and length in self.duration_overrides:
            return at(self.duration_overrides[length], choice.resolution)
        factor = (self.duration_multipliers or {}).get(length, 1)
        if self.duration_multiplier is not None and choice.seconds > 5:
            factor = self.duration_multiplier
        return at(self.base_prices_by_resolution, choice.resolution) * usd(factor)

    def resolutions(self) -> tuple[str, ...]:
        """Those of the table."""
        return tuple(self.base_prices_by_resolution)


class BasePlusSeconds(Pricing, frozen=True):
    """A price for the first seconds and a rate for each one more."""

    base_price: float
    base_duration: int
    per_extra_second: float
    max_duration: int

    def cost(self, choice: Choice) -> Decimal:
        """Base and extra seconds."""
        return usd(self.base_price) + max(choice.seconds - self.base_duration, Decimal(0)) * usd(self.per_extra_second)


class BasePrice(Pricing, frozen=True):
    """One price, times a factor for pro mode or for the length."""

    base_price: float
    pro_multiplier: float | None = None
    duration_multipliers: Rates | None = None

    def cost(self, choice: Choice) -> Decimal:
        """Base times factor."""
        factor = (self.duration_multipliers or {}).get(f"{choice.seconds:f}", 1)
        return usd(self.base_price) * usd(factor) * usd((self.pro_multiplier or 1) if choice.pro else 1)


class PerVideo(Pricing, frozen=True):
    """One price for a video, whatever is asked."""

    per_video: float
    fixed_duration_seconds: int | None = None

    def cost(self, choice: Choice) -> Decimal:  # noqa: ARG002  # the shape's whole point
        """The price."""
        return usd(self.per_video)


class PerResolution(Pricing, frozen=True):
    """A price for each resolution, times a factor above a number of frames."""

    per_resolution: Rates
    frame_threshold: int | None = None
    frame_multiplier: float | None = None

    def cost(self, choice: Choice) -> Decimal:
        """The price of that resolution, more for many frames."""
        many = self.frame_threshold is not None and (choice.frames or 0) > self.frame_threshold
        return at(self.per_resolution, choice.resolution) * usd((self.frame_multiplier or 1) if many else 1)

    def resolutions(self) -> tuple[str, ...]:
        """Those of the table."""
        return tuple(self.per_resolution)


class ProPerSecond(Pricing, frozen=True):
    """Sora's rates: a second by resolution, standard and pro."""

    standard_prices_per_second: Rates
    pro_prices_per_second: Rates

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds."""
        rates = self.pro_prices_per_second if choice.pro else self.standard_prices_per_second
        return at(rates, choice.resolution) * choice.seconds

    def resolutions(self) -> tuple[str, ...]:
        """Those of pro mode, which are more."""
        return tuple(self.pro_prices_per_second)


class AudioPerSecond(Pricing, frozen=True):
    """Rates a second by what the video is made from, with and without sound."""

    text_to_video_with_audio_per_second: float
    text_to_video_without_audio_per_second: float
    image_to_video_with_audio_per_second: float
    image_to_video_without_audio_per_second: float

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds."""
        if choice.images:
            loud, silent = self.image_to_video_with_audio_per_second, self.image_to_video_without_audio_per_second
        else:
            loud, silent = self.text_to_video_with_audio_per_second, self.text_to_video_without_audio_per_second
        return usd(loud if choice.audio else silent) * choice.seconds


class PerSecondByMode(Pricing, frozen=True):
    """A rate a second for each mode of operation (`text_to_video`, `video_edit`, …)."""

    per_second_by_mode: Rates

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds."""
        return at(self.per_second_by_mode, choice.mode.replace("-", "_")) * choice.seconds


class PerMegapixelSecond(Pricing, frozen=True):
    """A rate for each million pixels of the result's frame and second."""

    per_target_megapixel_second: float

    def cost(self, choice: Choice) -> Decimal:
        """Rate times megapixels times seconds."""
        megapixels = Decimal(choice.width * choice.height) / 1_000_000
        return usd(self.per_target_megapixel_second) * megapixels * choice.seconds


class PerFrames(Pricing, frozen=True):
    """A price for each so many frames, begun ones included; 30 frames a second are assumed."""

    per_frame_unit: float
    frames_per_unit: int

    def cost(self, choice: Choice) -> Decimal:
        """Units times price."""
        units = (choice.seconds * 30 / self.frames_per_unit).to_integral_value(ROUND_CEILING)
        return usd(self.per_frame_unit) * units


class ByQuality(Pricing, frozen=True):
    """FLUX 3's rates a second: by quality and resolution, another for extending."""

    full_per_second: Rates
    draft_per_second: Rates
    extend_per_second: Rates
    enhance_per_second: float

    def cost(self, choice: Choice) -> Decimal:
        """Rate times seconds."""
        if choice.variant == "enhance":
            return usd(self.enhance_per_second) * choice.seconds
        rates = self.draft_per_second if choice.variant == "draft" else self.full_per_second
        if choice.source_seconds is not None:
            rates = self.extend_per_second
        return at(rates, choice.resolution) * choice.seconds

    def resolutions(self) -> tuple[str, ...]:
        """Those of full quality."""
        return tuple(self.full_per_second)


class Minimum(Pricing, frozen=True):
    """Only a floor is known to be published, and not its figure."""

    minimum: float
    note: str

    def cost(self, choice: Choice) -> Decimal:  # noqa: ARG002  # the vendor publishes no more
        """The floor."""
        return usd(self.minimum)


class Raw(Pricing, frozen=True):
    """The upstream's own table, which is the price divided by 1.7 unless it `includesProfit`.

    `per_duration` has prices for a length in place of `per_second` rates. `silent_factor` acts without sound,
    `with_video` replaces the rates and counts input seconds when a video is sent, `turbo` when that variant is.
    """

    type: str
    per_second: Rates | None = None
    per_duration: dict[str, Rates] | None = None
    turbo: Rates | None = None
    with_video: Rates | None = None
    input_per_second: float | None = None
    silent_factor: float | None = None
    high_fps_factor: float | None = None
    includes_profit: bool | None = None

    def listed(self) -> dict[str, object]:
        """The table as it stands, one level down."""
        inner = Pricing.listed(self)
        del inner["currency"]
        if "includes_profit" in inner:
            inner["includesProfit"] = inner.pop("includes_profit")
        return {"currency": "USD", "raw": inner}

    def cost(self, choice: Choice) -> Decimal:
        """The restored rate times what it counts."""
        total = self._rate(choice) * self._count(choice)
        if self.silent_factor is not None and not choice.audio:
            total *= usd(self.silent_factor)
        if self.high_fps_factor is not None and (choice.fps or 0) > 30:
            total *= usd(self.high_fps_factor)
        return total + usd(self.input_per_second or 0) * (choice.source_seconds or 0)

    def _rate(self, choice: Choice) -> Decimal:
        rates = self._table(choice)
        printed = at(rates, choice.resolution)
        return printed if self.includes_profit else (printed * RAW_MARGIN).quantize(Decimal("0.001"), ROUND_HALF_UP)

    def _table(self, choice: Choice) -> Rates:
        if self.per_duration is not None:
            return self.per_duration.get(f"{choice.seconds:f}") or next(iter(self.per_duration.values()))
        if self.with_video is not None and choice.source_seconds is not None:
            return self.with_video
        if self.turbo is not None and choice.variant == "turbo":
            return self.turbo
        return self.per_second or {"720p": 0}

    def _count(self, choice: Choice) -> Decimal:
        if self.per_duration is not None:
            return Decimal(1)
        billed = self.with_video is not None and choice.source_seconds is not None
        return choice.seconds + (choice.source_seconds or 0) if billed else choice.seconds

    def resolutions(self) -> tuple[str, ...]:
        """Those of the table."""
        rates = self.per_second or next(iter((self.per_duration or {}).values()), {})
        return tuple(rates)


UNPUBLISHED = PerVideo(1.0)
"""The price of models for which no page gives one: a round figure, easily seen to be nobody's."""
