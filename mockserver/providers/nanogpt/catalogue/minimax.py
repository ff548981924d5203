"""MiniMax's and Lightricks' models; the API measured prompt caps on one of each."""

from functools import partial

from .model import Model, span
from .pricing import (
    Minimum,
    OutputPerSecond,
    PerDuration,
    PerSecond,
    PerSecondByResolution,
    PerVideo,
)

ALL_RATIOS = ("auto", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "9:21")

minimax = partial(Model, owner="minimax", takes="text image")
h3 = partial(minimax, durations=span(3, 15), duration=5, resolutions=("480p", "540p", "768p", "1080p"))
h3_image = partial(h3, takes="text image!", keys="r d", end_frame="last_image")
ltx = partial(Model, owner="lightricks", takes="text image")

H3_PRICE = OutputPerSecond(
    output_per_second=0.13,
    reference_video_input_per_second=0.13,
    extra_reference_image=0.04,
    included_reference_images=5,
)
FLOOR = Minimum(1.0, note="The final price depends on the inputs.")
H3_REFERENCES = "reference_images reference_videos reference_audios"
H3_LORAS = "lora_url_1 lora_url_2 lora_url_3 lora_scale_1 lora_scale_2 lora_scale_3"

MODELS = (
    minimax(
        id="minimax-video",
        name="MiniMax Video",
        since="2025-03-06",
        keys="d prompt_optimizer",
        durations=(6, 10),
        pricing=PerVideo(0.5, fixed_duration_seconds=6),
    ),
    # Measured: prompts of up to 2000 characters.
    minimax(
        id="minimax-hailuo-02",
        name="MiniMax Hailuo 02",
        since="2025-06-19",
        keys="d prompt_optimizer",
        durations=(6, 10),
        pricing=PerSecond(0.06),
        prompt_limit=2000,
        end_frame="last_image",
    ),
    minimax(
        id="minimax-hailuo-02-pro",
        name="MiniMax Hailuo 02 Pro",
        since="2025-06-19",
        keys="d prompt_optimizer",
        durations=(6,),
        pricing=PerSecond(0.09),
        minutes=5,
    ),
    minimax(
        id="minimax-hailuo-23-standard",
        name="MiniMax Hailuo 2.3 Standard",
        since="2025-10-29",
        keys="d p",
        durations=(6, 10),
        pricing=PerDuration({"6": 0.23, "10": 0.56}),
    ),
    minimax(
        id="minimax-hailuo-23-pro",
        name="MiniMax Hailuo 2.3 Pro",
        since="2025-10-29",
        keys="p",
        durations=(5,),
        pricing=PerSecond(0.098),
        minutes=5,
    ),
    h3(
        id="minimax-h3",
        name="MiniMax H3",
        since="2026-07-31",
        takes="text image video audio",
        keys=f"m d a r {H3_REFERENCES} {H3_LORAS} x k",
        modes=("auto", "reference-to-video", "video-edit", "video-extend"),
        aspect_ratios=ALL_RATIOS,
        resolution="480p",
        sound=True,
        reference_images=9,
        end_frame="last_image",
        pricing=H3_PRICE,
        nsfw=True,
    ),
    h3(
        id="minimax-h3/reference-to-video",
        name="MiniMax H3 Reference to Video",
        since="2026-09-22",
        takes="text! image video",
        keys="r d a",
        aspect_ratios=ALL_RATIOS,
        reference_images=9,
    ),
    h3_image(
        id="minimax-h3/image-to-video-spicy",
        name="MiniMax H3 Spicy",
        since="2026-08-25",
        nsfw=True,
    ),
    h3_image(
        id="minimax-h3-singularity/image-to-video",
        name="MiniMax H3 Singularity",
        since="2026-09-22",
        nsfw=True,
    ),
    h3_image(
        id="minimax-h3-singularity/image-to-video-lora",
        name="MiniMax H3 Singularity LoRA",
        since="2026-09-22",
        nsfw=True,
    ),
    h3(
        id="minimax/h3-max",
        name="MiniMax H3 Max",
        since="2026-09-24",
        keys="m d r a prompt_expansion_mode f",
        durations=span(5, 15),
        resolutions=("480p", "768p", "1080p"),
        reference_images=4,
        pricing=FLOOR,
        minutes=6,
    ),
    h3(
        id="minimax/h3-max-turbo",
        name="MiniMax H3 Max Turbo",
        since="2026-09-24",
        keys="d r a prompt_expansion_mode f k",
        durations=span(5, 15),
        resolutions=("480p", "768p", "1080p"),
        pricing=FLOOR,
    ),
    h3(
        id="minimax/h3-max/multi-angle/image-to-video",
        name="MiniMax H3 Max Multi-Angle",
        since="2026-09-09",
        takes="image!",
        keys="r d camera_motion camera_trajectory prompt_expansion_mode",
        durations=span(5, 15),
        resolutions=("480p", "768p", "1080p"),
        pricing=FLOOR,
        minutes=6,
    ),
    # Measured: prompts of up to 3000 characters.
    ltx(
        id="lightricks-ltx-2-fast",
        name="LTX-2 Fast",
        since="2025-10-24",
        keys="x d",
        sound=True,
        sound_key="generateAudio",
        durations=span(6, 20, 2),
        pricing=PerSecond(0.04),
        prompt_limit=3000,
        minutes=3,
    ),
    ltx(
        id="lightricks-ltx-2-pro",
        name="LTX-2 Pro",
        since="2025-10-24",
        keys="x d",
        sound=True,
        sound_key="generateAudio",
        durations=(6, 8, 10),
        pricing=PerSecond(0.06),
    ),
    ltx(
        id="lightricks/ltx-2.5/fast",
        name="LTX-2.5 Fast",
        since="2026-08-20",
        keys="x r d fps a camera_motion guidance_scale",
        durations=span(6, 20, 2),
        pricing=PerSecondByResolution({"720p": 0.1, "1080p": 0.14, "1440p": 0.21, "2160p": 0.33}),
        minutes=3,
    ),
    ltx(
        id="lightricks/ltx-2.5/pro",
        name="LTX-2.5 Pro",
        since="2026-08-20",
        keys="x r d fps a camera_motion guidance_scale",
        durations=(6, 8, 10),
        pricing=PerSecondByResolution({"720p": 0.12, "1080p": 0.17}),
    ),
    ltx(
        id="ltx-2-19b",
        name="LTX-2 19b",
        since="2026-01-13",
        keys="r a d lora_scale_1 lora_scale_2 lora_scale_3",
        durations=span(5, 20),
        pricing=PerSecondByResolution({"480p": 0.012, "720p": 0.016, "1080p": 0.024}),
    ),
    ltx(
        id="ltx-2.3-quality",
        name="LTX-2.3 Quality",
        since="2026-03-17",
        takes="text image video",
        keys="m r d frames_per_second x lora_scale_1 lora_scale_2 lora_scale_3 extend_mode",
        durations=span(5, 20),
        resolutions=("480p", "720p", "1080p"),
        minutes=5,
    ),
    ltx(
        id="ltx-2.3-spicy/image-to-video",
        name="LTX-2.3 Spicy",
        since="2026-06-02",
        takes="text image!",
        keys="r d k",
        durations=span(5, 20),
        pricing=PerSecondByResolution({"480p": 0.02, "720p": 0.04, "1080p": 0.06}),
        nsfw=True,
    ),
)
