"""Models that work on what they are given: upscalers, editors, avatars, lips and faces. Document 003 names some."""

from functools import partial

from .model import Model
from .pricing import PerFrames, PerMegapixelSecond, PerSecond, PerSecondByResolution

upscaler = partial(Model, takes="video!", keys="target_resolution", utility=True)
avatar = partial(Model, takes="text image! audio!", keys="r", sound=True)
pruna = partial(Model, owner="pruna", since="2026-04-14", minutes=3)

UPSCALING = PerSecondByResolution({"720p": 0.015, "1080p": 0.0225, "2k": 0.03, "4k": 0.0375})

MODELS = (
    # Document 003: billed by `videoDuration`, or by `billedDuration` where that is sent.
    upscaler(
        id="video-upscaler",
        name="Video Upscaler",
        owner="wavespeed",
        since="2025-09-09",
        resolution="1080p",
        pricing=UPSCALING,
    ),
    upscaler(
        id="seedvr2-video-upscaler",
        name="SeedVR2 Video Upscaler",
        owner="wavespeed",
        since="2025-10-21",
        resolution="1080p",
        pricing=PerSecondByResolution({"720p": 0.02, "1080p": 0.03, "2k": 0.04, "4k": 0.05}),
    ),
    upscaler(
        id="clarity-ai/crystal-video-upscaler",
        name="Crystal Video Upscaler",
        owner="clarity",
        since="2026-03-24",
        resolutions=("1080p", "2k", "4k"),
        pricing=PerMegapixelSecond(0.1),
    ),
    Model(
        id="pixelcut/video-background-removal",
        name="Video Background Removal",
        owner="pixelcut",
        since="2026-05-12",
        takes="video!",
        pricing=PerFrames(0.022, frames_per_unit=30),
        utility=True,
        minutes=3,
    ),
    Model(
        id="lucy-edit-dev",
        name="Lucy Edit Dev",
        owner="decart",
        since="2025-10-14",
        takes="text! video!",
        pricing=PerSecond(0.03),
        minutes=3,
    ),
    Model(
        id="lucy-edit-pro",
        name="Lucy Edit Pro",
        owner="decart",
        since="2025-10-14",
        takes="text! video!",
        keys="r",
        pricing=PerSecondByResolution({"480p": 0.1, "720p": 0.15}),
    ),
    Model(
        id="mirelo-ai/sfx1.6/video-to-video",
        name="Mirelo SFX 1.6",
        owner="mirelo",
        since="2026-06-23",
        takes="text video!",
        sound=True,
        pricing=PerSecond(0.01),
        utility=True,
        minutes=3,
    ),
    Model(
        id="music-video-generator",
        name="Music Video Generator",
        owner="wavespeed",
        since="2026-06-02",
        takes="text image audio!",
        keys="r a",
        sound=True,
        pricing=PerSecondByResolution({"480p": 0.03, "720p": 0.06}),
        minutes=6,
    ),
    Model(
        id="magicapi-video-face-swap",
        name="Video Face Swap",
        owner="magicapi",
        since="2025-11-06",
        takes="image video",
        keys="targetFaceIndex",
        needs=("swap",),
        utility=True,
    ),
    Model(
        id="latentsync",
        name="LatentSync",
        owner="bytedance",
        since="2025-11-27",
        takes="video! audio!",
        sound=True,
        pricing=PerSecond(0.03),
        utility=True,
    ),
    avatar(
        id="veed-fabric-1.0",
        name="VEED Fabric 1.0",
        owner="veed",
        since="2025-10-02",
        pricing=PerSecondByResolution({"480p": 0.1, "720p": 0.2}),
    ),
    avatar(
        id="longcat-avatar",
        name="LongCat Avatar",
        owner="meituan",
        since="2026-01-06",
        pricing=PerSecondByResolution({"480p": 0.03, "720p": 0.06}),
    ),
    avatar(
        id="longcat-avatar-1.5",
        name="LongCat Avatar 1.5",
        owner="meituan",
        since="2026-05-26",
        pricing=PerSecondByResolution({"480p": 0.03, "720p": 0.06}),
    ),
    avatar(
        id="longcat-avatar-1.5/multi",
        name="LongCat Avatar 1.5 Multi",
        owner="meituan",
        since="2026-05-26",
        keys="r left_audio right_audio",
        pricing=PerSecondByResolution({"480p": 0.03, "720p": 0.06}),
    ),
    avatar(
        id="infinitetalk",
        name="InfiniteTalk",
        owner="wavespeed",
        since="2026-09-22",
    ),
    avatar(
        id="pruna-ai/p-video/avatar",
        name="Pruna P-Video Avatar",
        owner="pruna",
        since="2026-04-14",
        pricing=PerSecondByResolution({"720p": 0.025, "1080p": 0.045}),
        minutes=3,
    ),
    pruna(
        id="pruna-ai/p-video/text-to-video",
        name="Pruna P-Video Text to Video",
        takes="text",
        keys="r d a",
        pricing=PerSecondByResolution({"720p": 0.02, "1080p": 0.04}),
    ),
    pruna(
        id="pruna-ai/p-video/image-to-video",
        name="Pruna P-Video Image to Video",
        takes="text image!",
        keys="r d",
        pricing=PerSecondByResolution({"720p": 0.02, "1080p": 0.04}),
    ),
    pruna(
        id="pruna-ai/p-video/animate",
        name="Pruna P-Video Animate",
        takes="text image! video!",
        keys="r",
        pricing=PerSecondByResolution({"720p": 0.03, "1080p": 0.06}),
    ),
    # The catalogue's newest family is known by its stem alone.
    pruna(
        id="pruna-ai/p-video-2",
        name="Pruna P-Video 2",
        since="2026-09-24",
        takes="text image",
        keys="r d a",
    ),
)
