"""ByteDance's models: Seedance in its generations, avatars, upscalers. Documents 002 and 003 name the first two."""

from functools import partial

from .model import Model, span
from .pricing import BaseByResolution, PerSecond, PerSecondByResolution, PerVideo, Raw

SIX = ("16:9", "21:9", "4:3", "1:1", "3:4", "9:16")

bytedance = partial(Model, owner="bytedance", aspect_ratios=SIX)
doubao = partial(Model, owner="doubao", aspect_ratios=SIX, ratio_for_text_only=True)
seedance_2 = partial(
    bytedance,
    since="2026-04-14",
    takes="text image video audio",
    durations=(5, 10, 15),
    end_frame="last_image",
    reference_images=9,
    nsfw=True,
)
edit = partial(
    bytedance, since="2026-05-12", takes="text! video!", durations=span(4, 15), duration=5, reference_images=9
)
extend = partial(
    edit,
    keys="r d w",
    durations=(5, 10, 15),
    end_frame="last_image",
    aspect_ratios=(),
    reference_images=0,
    takes_bare_video=False,
    source_limit=120,
)
spicy = partial(
    bytedance,
    since="2026-07-07",
    takes="text image!",
    keys="r d a x k",
    durations=(5, 10, 15),
    end_frame="last_image",
    nsfw=True,
)
upscaler = partial(bytedance, takes="video!", keys="target_resolution", aspect_ratios=(), utility=True)
seedance_25 = partial(bytedance, since="2026-08-07", takes="text image video", nsfw=True, minutes=5)

FULL_25 = PerSecondByResolution(
    {"480p": 0.18, "720p": 0.36, "1080p": 0.9, "4k": 1.8},
    reference_prices={"480p": 0.11, "720p": 0.22, "1080p": 0.55, "4k": 1.1},
    includes_input_seconds=True,
)

MODELS = (
    # Document 002, lines 113-124; the catalogue's own capture.
    doubao(
        id="seedance-video",
        name="Seedance 1.0 Pro",
        since="2025-06-10",
        takes="text image",
        keys="r d a c",
        durations=(5, 10),
        resolutions=("480p", "720p", "1080p"),
        resolution="1080p",
        pricing=BaseByResolution({"480p": 0.12002, "720p": 0.285, "1080p": 0.57}, duration_multiplier=2),
        descriptors={
            "resolution": {
                "options": [{"value": "480p", "label": "480p"}, {"value": "1080p", "label": "1080p"}],
            },
            "duration": {
                "options": [
                    {"value": "5", "label": "5 seconds (1x price)"},
                    {"value": "10", "label": "10 seconds (2x price)"},
                ],
            },
        },
    ),
    doubao(
        id="seedance-lite-video",
        name="Seedance 1.0 Lite",
        since="2025-06-10",
        takes="text image",
        keys="r d a c",
        durations=(5, 10),
        pricing=BaseByResolution({"480p": 0.08007, "720p": 0.16201}, duration_multiplier=2),
        minutes=3,
    ),
    doubao(
        id="bytedance-seedance-v1-pro-fast",
        name="SeeDance V1 Pro Fast",
        since="2025-10-24",
        takes="text image",
        keys="r d a c",
        durations=span(2, 12),
        duration=5,
        aspect_ratios=("16:9", "9:16", "1:1", "3:4", "4:3", "21:9"),
        pricing=PerSecondByResolution({"480p": 0.012, "720p": 0.024, "1080p": 0.048}),
        minutes=3,
    ),
    bytedance(
        id="bytedance-seedance-v1.5-pro",
        ratio_for_text_only=True,
        name="Seedance 1.5 Pro",
        since="2025-12-23",
        takes="text image",
        keys="r d a x c",
        durations=span(4, 12),
        duration=5,
        end_frame="last_image",
        pricing=Raw(
            "resolution-per-second-audio-toggle",
            per_second={"480p": 0.0141, "720p": 0.0306, "1080p": 0.0612},
            silent_factor=0.5,
        ),
    ),
    bytedance(
        id="bytedance-seedance-v1.5-pro-fast",
        ratio_for_text_only=True,
        name="Seedance 1.5 Pro Fast",
        since="2026-01-08",
        takes="text image",
        keys="r d a x c",
        durations=span(4, 12),
        duration=5,
        pricing=Raw(
            "resolution-per-second-audio-toggle", per_second={"720p": 0.0235, "1080p": 0.0353}, silent_factor=0.5
        ),
        minutes=3,
    ),
    extend(
        id="bytedance-seedance-v1.5-pro-extend",
        name="Seedance 1.5 Pro Extend",
        since="2026-01-08",
        keys="r d x",
        durations=span(4, 12),
        pricing=Raw(
            "resolution-per-second-audio-toggle", per_second={"480p": 0.0141, "720p": 0.0306}, silent_factor=0.5
        ),
    ),
    seedance_2(
        id="bytedance-seedance-2-0",
        name="Seedance 2.0 Turbo",
        keys="r d a w",
        pricing=Raw(
            "seedance20-turbo-dynamic",
            per_second={"720p": 0.0824, "1080p": 0.0882},
            with_video={"720p": 0.0647, "1080p": 0.0706},
        ),
    ),
    seedance_2(
        id="bytedance-seedance-2-0-fast",
        name="Seedance 2.0 Fast Turbo",
        keys="r d a w last_image reference_images reference_videos reference_audios",
        pricing=Raw(
            "seedance20-turbo-dynamic",
            per_second={"720p": 0.0706, "1080p": 0.0765},
            with_video={"720p": 0.0565, "1080p": 0.0624},
        ),
        minutes=3,
    ),
    seedance_2(
        id="bytedance-seedance-2-0-mini",
        name="Seedance 2.0 Mini",
        keys="variant r d a x w",
        variants=("standard", "turbo"),
        pricing=Raw(
            "seedance20-mini-dynamic",
            per_second={"720p": 0.0706, "1080p": 0.1765},
            turbo={"720p": 0.0824, "1080p": 0.0882},
        ),
        minutes=3,
    ),
    seedance_2(
        id="doubao-seedance-2-0",
        name="Seedance 2.0",
        owner="doubao",
        keys="r d a w",
        pricing=PerSecondByResolution(
            {"480p": 0.12, "720p": 0.24, "1080p": 0.6}, reference_prices={"480p": 0.24, "720p": 0.48, "1080p": 1.2}
        ),
        minutes=5,
    ),
    seedance_2(
        id="doubao-seedance-2-0-fast",
        name="Seedance 2.0 Fast",
        owner="doubao",
        keys="r d a w",
        pricing=PerSecondByResolution({"480p": 0.1, "720p": 0.2}, reference_prices={"480p": 0.2, "720p": 0.4}),
        minutes=3,
    ),
    edit(
        id="bytedance-seedance-2-0-video-edit",
        name="Seedance 2.0 Video Edit",
        keys="r d a w",
        pricing=PerSecondByResolution({"480p": 0.075, "720p": 0.15, "1080p": 0.375}),
    ),
    edit(
        id="bytedance-seedance-2-0-video-edit-turbo",
        name="Seedance 2.0 Turbo Video Edit",
        keys="r d a w",
        pricing=PerSecondByResolution({"720p": 0.095, "1080p": 0.105}),
        minutes=3,
    ),
    edit(
        id="bytedance-seedance-2-0-fast-video-edit",
        name="Seedance 2.0 Fast Video Edit",
        keys="r d a w",
        pricing=PerSecondByResolution({"480p": 0.065, "720p": 0.13, "1080p": 0.325}),
        minutes=3,
    ),
    edit(
        id="bytedance-seedance-2-0-fast-video-edit-turbo",
        name="Seedance 2.0 Fast Turbo Video Edit",
        keys="r d a w",
        pricing=PerSecondByResolution({"720p": 0.085, "1080p": 0.095}),
        minutes=3,
    ),
    edit(
        id="bytedance-seedance-2-0-mini-video-edit",
        name="Seedance 2.0 Mini Video Edit",
        keys="variant r d a x w",
        variants=("standard", "turbo"),
        pricing=Raw(
            "seedance20-mini-video-edit-dynamic",
            per_second={"720p": 0.0441, "1080p": 0.1103},
            turbo={"720p": 0.0559, "1080p": 0.0618},
        ),
        minutes=3,
    ),
    extend(
        id="bytedance-seedance-2-0-video-extend",
        name="Seedance 2.0 Video Extend",
        pricing=PerSecondByResolution({"480p": 0.12, "720p": 0.24, "1080p": 0.6}),
    ),
    extend(
        id="bytedance-seedance-2-0-fast-video-extend",
        name="Seedance 2.0 Fast Video Extend",
        pricing=PerSecondByResolution({"480p": 0.1, "720p": 0.2, "1080p": 0.5}),
        minutes=3,
    ),
    extend(
        id="bytedance-seedance-2-0-mini-video-extend",
        name="Seedance 2.0 Mini Video Extend",
        pricing=PerSecondByResolution({"720p": 0.12, "1080p": 0.3}),
        minutes=3,
    ),
    spicy(id="bytedance/seedance-2.0/image-to-video-spicy", name="Seedance 2.0 Spicy"),
    spicy(id="bytedance/seedance-2.0-fast/image-to-video-spicy", name="Seedance 2.0 Fast Spicy", minutes=3),
    spicy(id="bytedance/seedance-2.0-mini/image-to-video-spicy", name="Seedance 2.0 Mini Spicy", minutes=3),
    seedance_25(
        id="bytedance/seedance-2.5",
        name="Seedance 2.5",
        keys="m r d a x",
        durations=span(4, 30),
        duration=5,
        modes=("auto", "text-to-video", "image-to-video", "video-edit", "video-extend"),
        sound=True,
        end_frame="last_image",
        pricing=FULL_25,
    ),
    seedance_25(
        id="bytedance/seedance-2.5-turbo",
        name="Seedance 2.5 Turbo",
        keys="r d a x",
        durations=span(4, 15),
        duration=5,
        sound=True,
        pricing=PerSecondByResolution(
            {"720p": 0.2, "1080p": 0.21},
            reference_prices={"720p": 0.38, "1080p": 0.39},
            video_edit_prices={"720p": 0.13, "1080p": 0.14},
        ),
        minutes=3,
    ),
    seedance_25(
        id="bytedance/seedance-2.5-spicy",
        name="Seedance 2.5 Spicy",
        keys="r d x k",
        durations=span(4, 15),
        duration=5,
        aspect_ratios=(),
        sound=True,
        pricing=FULL_25,
    ),
    seedance_25(
        id="bytedance/seedance-2.5/talking-avatar",
        name="Seedance 2.5 Talking Avatar",
        since="2026-09-24",
        takes="text image! audio!",
        keys="r",
        aspect_ratios=(),
        sound=True,
    ),
    bytedance(
        id="bytedance-avatar-omni-human-1.5",
        name="OmniHuman 1.5",
        since="2025-10-30",
        takes="text image! audio!",
        aspect_ratios=(),
        sound=True,
        pricing=PerSecond(0.25),
        utility=True,
        minutes=5,
    ),
    bytedance(
        id="bytedance-waver-1.0",
        name="Waver 1.0",
        since="2025-10-09",
        takes="text image!",
        keys="d",
        durations=(5,),
        aspect_ratios=(),
        pricing=PerVideo(0.35),
    ),
    upscaler(
        id="bytedance-seedance-upscaler",
        name="Seedance Upscaler",
        since="2025-11-05",
        pricing=PerSecondByResolution({"1080p": 0.027, "2k": 0.036, "4k": 0.048}),
    ),
    upscaler(
        id="bytedance-video-enhancement-pro",
        name="ByteDance Video Enhancement Pro",
        since="2026-05-26",
        pricing=Raw(
            "resolution-fps-per-second",
            per_second={"720p": 0.0344, "1080p": 0.0689, "2k": 0.138, "4k": 0.275},
            high_fps_factor=2,
        ),
    ),
    upscaler(
        id="bytedance-video-enhancement-standard",
        name="ByteDance Video Enhancement Standard",
        since="2026-05-26",
        pricing=Raw(
            "resolution-fps-per-second",
            per_second={"720p": 0.00344, "1080p": 0.00689, "2k": 0.0138, "4k": 0.0275},
            high_fps_factor=2,
        ),
        minutes=3,
    ),
)
