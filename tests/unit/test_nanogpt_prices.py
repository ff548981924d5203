"""What NanoGPT's videos cost. Expected sums are written out from the vendor's price list; see the clauses."""

from decimal import Decimal

import pytest

from mockserver.providers.nanogpt.catalogue import Sent, Wishes, models, price, settle

IMAGE = Sent(images=1)
VIDEO = Sent(video=True)


def cost(model, sent=Sent(), table="catalogue", **wishes):  # noqa: B008 - frozen
    model = models()[model]
    return price(model, settle(model, Wishes(**wishes), sent), table)


@pytest.mark.clause("nanogpt.money.price-by-length")
@pytest.mark.parametrize(
    ("model", "seconds", "dollars"),
    [
        ("veo2-video", 5, "3.4"),
        ("veo2-video", 6, "4.08"),
        ("veo2-video", 30, "20.4"),
        ("kling-video-v2", 5, "1.4"),
        ("kling-video-v2", 10, "2.8"),
        ("kling-v21-standard", 5, "0.14"),
        ("kling-v21-standard", 10, "0.28"),
        ("kling-v21-pro", 5, "0.22"),
        ("kling-v21-pro", 10, "0.44"),
        ("hunyuan-video", 5, "0.4"),
        ("hunyuan-video", 10, "0.4"),
        ("minimax-video", 6, "0.5"),
        ("minimax-video", 10, "0.5"),
        ("wan-video-22-5b", 5, "0.15"),
        ("wan-video-22-5b", 10, "0.15"),
    ],
)
def test_price_by_length(model, seconds, dollars):
    assert cost(model, duration=seconds) == Decimal(dollars)


@pytest.mark.parametrize(
    ("model", "seconds", "dollars"),
    [
        ("kling-video", 10, "0.8"),
        ("kling-v21-master", 10, "3.1416"),
        ("kling-v25-turbo-std", 5, "0.21"),
        ("kling-v30-pro", 5, "0.56"),
        ("minimax-hailuo-23-standard", 10, "0.56"),
        ("runway-gen-45", 5, "0.66"),
        ("runway-gen-45", 8, "1.056"),
        ("runway-gen-45", 10, "1.32"),
        ("veo3-1-extend", 7, "2.8"),
    ],
)
def test_price_by_length_of_others(model, seconds, dollars):
    assert cost(model, duration=seconds) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.price-by-sound")
@pytest.mark.parametrize(
    ("model", "wishes", "dollars"),
    [
        ("veo3-video", {"generate_audio": True}, "4.8"),
        ("veo3-video", {"generate_audio": False}, "3.2"),
        ("kling-v26-pro", {"duration": 5, "sound": False}, "0.35"),
        ("kling-v26-pro", {"duration": 10, "sound": False}, "0.7"),
        ("kling-v26-pro", {"duration": 5, "sound": True}, "0.7"),
        ("kling-v26-pro", {"duration": 10, "sound": True}, "1.4"),
    ],
)
def test_price_by_sound(model, wishes, dollars):
    assert cost(model, **wishes) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.audio-left-out")
@pytest.mark.parametrize(
    ("model", "dollars", "audible"),
    [
        ("veo3-video", "4.8", True),
        ("kling-v26-pro", "0.7", True),
        ("lightricks-ltx-2-fast", "0.24", True),
        ("kling-v30-std", "0.42", False),
    ],
)
def test_an_audio_switch_left_out_is_billed_at_its_default(model, dollars, audible):
    choice = settle(models()[model], Wishes(), Sent())

    assert price(models()[model], choice) == Decimal(dollars)
    assert choice.audio is audible


@pytest.mark.clause("nanogpt.money.price-by-resolution")
@pytest.mark.parametrize(
    ("model", "resolution", "seconds", "dollars"),
    [
        ("seedance-video", "480p", 5, "0.12002"),
        ("seedance-video", "720p", 5, "0.285"),
        ("seedance-video", "1080p", 5, "0.57"),
        ("seedance-video", "480p", 10, "0.24004"),
        ("seedance-video", "1080p", 10, "1.14"),
        ("seedance-lite-video", "480p", 5, "0.08007"),
        ("seedance-lite-video", "720p", 5, "0.16201"),
        ("seedance-lite-video", "720p", 10, "0.32402"),
        ("wan-video-image-to-video", "480p", 5, "0.2"),
        ("wan-video-image-to-video", "720p", 5, "0.4"),
        ("pixverse-v5", "360p", 5, "0.12"),
        ("pixverse-v5", "540p", 5, "0.12"),
        ("pixverse-v5", "720p", 5, "0.15"),
        ("pixverse-v5", "1080p", 5, "0.3"),
        ("pixverse-v5", "360p", 8, "0.12"),
        ("pixverse-v5", "540p", 8, "0.23"),
        ("pixverse-v5", "720p", 8, "0.3"),
        ("pixverse-v5", "1080p", 8, "0.3"),
    ],
)
def test_price_by_resolution(model, resolution, seconds, dollars):
    assert cost(model, resolution=resolution, duration=seconds) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.price-by-resolution")
@pytest.mark.parametrize(("frames", "dollars"), [(81, "0.4"), (82, "0.5"), (100, "0.5")])
def test_more_than_81_frames_cost_a_quarter_more(frames, dollars):
    assert cost("wan-video-image-to-video", resolution="720p", num_frames=frames) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.price-by-second")
@pytest.mark.parametrize(
    ("model", "wishes", "dollars"),
    [
        ("runwayml-gen4-aleph", {}, "1.25"),
        ("kling-lipsync-t2v", {"video_duration": 10}, "1.2"),
        ("minimax-hailuo-02", {"duration": "6"}, "0.36"),
        ("minimax-hailuo-02", {"duration": "10"}, "0.6"),
        ("wan-wavespeed-25-extend", {"resolution": "480p", "duration": 5}, "0.25"),
        ("wan-wavespeed-25-extend", {"resolution": "720p", "duration": 8}, "0.8"),
        ("wan-wavespeed-25-extend", {"resolution": "1080p", "duration": 5}, "0.75"),
        ("sora-2", {"seconds": "4"}, "0.4"),
        ("sora-2", {"seconds": "12"}, "1.2"),
        ("sora-2", {"seconds": "4", "pro_mode": True}, "1.2"),
        ("sora-2", {"seconds": "8", "pro": True, "resolution": "1792x1024"}, "4.0"),
        ("video-upscaler", {"target_resolution": "720p", "video_duration": 10}, "0.15"),
        ("video-upscaler", {"target_resolution": "1080p", "video_duration": 10}, "0.225"),
        ("video-upscaler", {"target_resolution": "2k", "video_duration": 10}, "0.3"),
        ("video-upscaler", {"target_resolution": "4k", "video_duration": 10}, "0.375"),
    ],
)
def test_price_by_second(model, wishes, dollars):
    assert cost(model, VIDEO, **wishes) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.billing-overrides")
@pytest.mark.parametrize(
    ("wishes", "dollars"),
    [
        ({"video_duration": 20}, "0.45"),
        ({"billed_duration": 12}, "0.27"),
        ({"video_duration": 20, "billed_duration": 12}, "0.27"),
    ],
)
def test_upscalers_are_billed_for_the_seconds_that_the_order_states(wishes, dollars):
    assert cost("video-upscaler", VIDEO, **wishes) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.billed-seconds-range")
@pytest.mark.parametrize(
    ("stated", "dollars"),
    [(3600, "81"), (0.5, "0.01125"), (0, "0.1125"), (-3, "0.1125"), (3600.5, "0.1125"), (1e300, "0.1125")],
)
def test_stated_seconds_count_above_0_and_up_to_3600(stated, dollars):
    assert cost("video-upscaler", VIDEO, video_duration=stated) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.price-by-input")
@pytest.mark.parametrize(
    ("model", "sent", "wishes", "dollars"),
    [
        ("veo3-1-video", Sent(), {"duration": 8, "generate_audio": False}, "3.2"),
        ("veo3-1-video", Sent(), {"duration": 8, "generate_audio": True}, "5.2"),
        ("veo3-1-video", IMAGE, {"duration": 8, "generate_audio": False}, "1.6"),
        ("veo3-1-video", IMAGE, {"duration": 8, "generate_audio": True}, "3.2"),
        ("grok-imagine-video", Sent(), {"duration": 6}, "0.3"),
        ("grok-imagine-video", Sent(), {"duration": 6, "resolution": "720p"}, "0.42"),
        ("grok-imagine-video", IMAGE, {"duration": 6}, "0.302"),
    ],
)
def test_price_by_what_is_sent(model, sent, wishes, dollars):
    assert cost(model, sent, **wishes) == Decimal(dollars)


@pytest.mark.clause("nanogpt.money.price-raw-tables")
@pytest.mark.parametrize(
    ("model", "sent", "wishes", "dollars"),
    [
        ("bytedance-seedance-2-0-fast", Sent(), {"resolution": "720p", "duration": 5}, "0.6"),
        ("bytedance-seedance-v1.5-pro", Sent(), {"resolution": "480p", "generate_audio_snake": True}, "0.12"),
        ("bytedance-seedance-v1.5-pro", Sent(), {"resolution": "720p", "generate_audio_snake": True}, "0.26"),
        ("bytedance-seedance-v1.5-pro", Sent(), {"resolution": "1080p", "generate_audio_snake": True}, "0.52"),
        ("bytedance-seedance-v1.5-pro", Sent(), {"resolution": "480p"}, "0.06"),
        ("wan-26-reference-to-video-flash", IMAGE, {"duration": 10, "enable_audio": True}, "0.9"),
        ("bytedance-seedance-2-0-mini", Sent(), {"resolution": "720p"}, "0.6"),
        ("bytedance-seedance-2-0-mini", Sent(), {"resolution": "720p", "variant": "turbo"}, "0.7"),
    ],
)
def test_raw_tables_are_charged_at_1_7_times_their_figure(model, sent, wishes, dollars):
    assert cost(model, sent, **wishes) == Decimal(dollars)


def test_a_raw_table_that_includes_the_profit_is_charged_as_it_stands():
    extended = cost("grok-imagine-video-extend", VIDEO, duration=6, video_duration=10)

    assert extended == Decimal("0.40")


@pytest.mark.parametrize(
    ("sent", "wishes", "dollars"),
    [
        (Sent(), {"resolution": "480p", "duration": 5}, "0.9"),
        (IMAGE, {"resolution": "480p", "duration": 4}, "0.72"),
        (VIDEO, {"resolution": "480p", "duration": 5, "video_duration": 10}, "1.65"),
    ],
)
def test_seedance_2_5_costs_what_was_measured(sent, wishes, dollars):
    assert cost("bytedance/seedance-2.5", sent, **wishes) == Decimal(dollars)


def test_images_beyond_those_included_cost_extra():
    assert cost("minimax-h3", Sent(images=7), duration=5) == Decimal("0.73")


def test_a_megapixel_and_second_has_its_price():
    assert cost("clarity-ai/crystal-video-upscaler", VIDEO, video_duration=10) == Decimal("2.0736")


def test_begun_units_of_frames_count():
    assert cost("pixelcut/video-background-removal", VIDEO, video_duration=1.5) == Decimal("0.044")


@pytest.mark.clause("nanogpt.money.hunyuan-pro-doubles")
@pytest.mark.parametrize("spelling", ["pro_mode", "pro"])
def test_pro_mode_of_hunyuan_costs_twice_as_much(spelling):
    assert cost("hunyuan-video", **{spelling: True}) == Decimal("0.8")


@pytest.mark.clause("nanogpt.money.price-not-published")
@pytest.mark.parametrize(
    ("model", "duration"),
    [("midjourney-video", 5), ("longstories-movie", 30), ("longstories-movie", 600), ("magicapi-video-face-swap", 5)],
)
def test_a_model_without_a_published_price_costs_a_dollar_a_video(model, duration):
    assert models()[model].price_inferred
    assert cost(model, duration=duration) == Decimal(1)


@pytest.mark.clause("nanogpt.money.sample-price")
@pytest.mark.parametrize(("seconds", "dollars"), [("5s", "2.5"), ("8s", "4.0")])
def test_the_samples_have_prices_of_their_own(seconds, dollars):
    assert cost("veo2-video", table="samples", duration=seconds) == Decimal(dollars)


def test_models_without_a_sample_keep_their_price():
    assert cost("kling-v21-pro", table="samples", duration=5) == Decimal("0.22")


@pytest.mark.clause("nanogpt.money.duration-and-resolution-count")
@pytest.mark.parametrize("model", models().values(), ids=list(models()))
def test_longer_and_larger_never_costs_less(model):
    def settled(**wishes):
        return settle(model, Wishes(pro_mode=True, **wishes), Sent())

    longer = [price(model, settled(duration=length)) for length in sorted(model.durations)]
    sizes = [settled(resolution=each, target_resolution=each) for each in model.resolutions]
    larger = [price(model, choice) for choice in sorted(sizes, key=lambda choice: choice.width * choice.height)]

    assert longer == sorted(longer)
    assert larger == sorted(larger)


@pytest.mark.parametrize("model", models().values(), ids=list(models()))
def test_every_price_is_a_positive_sum_of_plain_decimals(model):
    dollars = price(model, settle(model, Wishes(), Sent()))

    assert Decimal(0) < dollars < Decimal(30)
    assert "E" not in str(dollars)
    assert -dollars.as_tuple().exponent <= 5


@pytest.mark.parametrize(
    ("sent", "resolution", "dollars"),
    [
        (Sent(), "720p", "0.70"),  # 0.0824 * 1.7, rounded to 0.140, for 5 seconds
        (Sent(video=True, source_seconds=Decimal(8)), "720p", "1.43"),  # 0.110 for 5 seconds and the 8 of the source
        (Sent(video=True, source_seconds=Decimal(8)), "1080p", "1.56"),  # 0.120
    ],
)
def test_a_source_video_has_its_own_rate_and_its_seconds_count_too(sent, resolution, dollars):
    assert cost("bytedance-seedance-2-0", sent, duration=5, resolution=resolution) == Decimal(dollars)
