"""What NanoGPT sells: the ids, the names, and what a row of the tables fills in."""

import pytest

from mockserver.providers.nanogpt.catalogue import frame_size, models


def words(text: str) -> list[str]:
    return text.split()


DOCUMENTED = (
    "veo2-video",
    "kling-video-v2",
    "kling-v21-standard",
    "kling-v21-pro",
    "hunyuan-video",
    "wan-video-image-to-video",
    "seedance-video",
    "seedance-lite-video",
    "wan-wavespeed-25-extend",
    "kling-lipsync-t2v",
    "runwayml-gen4-aleph",
)
FAMILIES = (
    "veo3-video",
    "sora-2",
    "midjourney-video",
    "longstories-movie",
    "longstories-pixel-art",
    "lightricks-ltx-2-fast",
    "pixverse-v45",
    "pixverse-v5",
    "minimax-video",
    "wan-video-22-5b",
    "magicapi-video-face-swap",
    "video-upscaler",
)
DIRECTORY = words(
    """
    kling-video minimax-video hunyuan-video-image-to-video kling-v21-master veo3-1-video veo3-1-extend
    veo3-1-fast-extend veo3-fast-video veo2-video-image-to-video wan-video-22 wan-video-22-5b wan-video-22-turbo
    minimax-hailuo-02 minimax-hailuo-02-pro minimax-hailuo-23-standard minimax-hailuo-23-pro wan-wavespeed-s2v
    veed-fabric-1.0 bytedance-avatar-omni-human-1.5 kling-lipsync-a2v wan-wavespeed-video-edit
    wan-wavespeed-22-spicy-extend wan-wavespeed-22-plus wan-wavespeed-22-animate wan-wavespeed-25
    lightricks-ltx-2-fast lightricks-ltx-2-pro bytedance-seedance-upscaler bytedance-waver-1.0
    bytedance-seedance-v1-pro-fast kling-v25-turbo-pro kling-v25-turbo-std vidu-video magicapi-video-face-swap
    """
)
GUIDE = words(
    """
    kling-video-o1 kling-video-o1-standard kling-v26-pro hunyuan-video-15 wan-wavespeed-26 pixverse-v55
    pixverse-v55-effects kling-v2-avatar-standard kling-v2-avatar-pro latentsync seedvr2-video-upscaler
    bytedance-seedance-v1.5-pro-extend
    """
)
PRICE_LIST = words(
    """
    alibaba/wan-2.7/image-to-video-pro alibaba/wan-2.7/image-to-video-spicy alibaba/wan-3.0/text-to-video
    alibaba/wan-3.0/image-to-video alibaba/wan-3.0/reference-to-video wan-2.7-video wan-22-animate-2 wan-22-spicy
    wan-25-fast wan-25-extend-fast wan-26-image-to-video-pro wan-26-reference-to-video-flash wan-video-22
    wan-video-22-5b wan-video-22-turbo wan-video-image-to-video wan-wavespeed-22-animate wan-wavespeed-22-plus
    wan-wavespeed-22-spicy-extend wan-wavespeed-25 wan-wavespeed-25-extend wan-wavespeed-26 wan-wavespeed-26-flash
    wan-wavespeed-s2v wan-wavespeed-video-edit bytedance/seedance-2.5 bytedance/seedance-2.5-spicy
    bytedance/seedance-2.5-turbo bytedance-seedance-2-0 bytedance-seedance-2-0-fast
    bytedance-seedance-2-0-fast-video-edit bytedance-seedance-2-0-fast-video-edit-turbo
    bytedance-seedance-2-0-fast-video-extend bytedance-seedance-2-0-mini bytedance-seedance-2-0-mini-video-edit
    bytedance-seedance-2-0-mini-video-extend bytedance-seedance-2-0-video-edit
    bytedance-seedance-2-0-video-edit-turbo bytedance-seedance-2-0-video-extend
    bytedance/seedance-2.0/image-to-video-spicy bytedance/seedance-2.0-fast/image-to-video-spicy
    bytedance/seedance-2.0-mini/image-to-video-spicy doubao-seedance-2-0 doubao-seedance-2-0-fast
    bytedance-seedance-v1.5-pro bytedance-seedance-v1.5-pro-extend bytedance-seedance-v1.5-pro-fast
    bytedance-seedance-v1-pro-fast seedance-video seedance-lite-video bytedance-avatar-omni-human-1.5
    bytedance-waver-1.0 bytedance-seedance-upscaler bytedance-video-enhancement-pro
    bytedance-video-enhancement-standard kling-video kling-video-v2 kling-v21-standard kling-v21-pro
    kling-v21-master kling-v25-turbo-std kling-v25-turbo-pro kling-v26-std kling-v26-pro
    kling-v26-std-motion-control kling-v30-std kling-v30-pro kling-v30-std-motion-control
    kling-v30-pro-motion-control kling-v3-turbo-standard kling-v3-turbo-pro kling-v3-4k kling-o3-4k kling-video-o1
    kling-video-o1-standard kling-v2-avatar-standard kling-v2-avatar-pro kling-lipsync-a2v kling-lipsync-t2v
    veo2-video veo2-video-image-to-video veo3-video veo3-fast-video veo3-1-video veo3-1-fast-video
    veo3-1-lite-video veo3-1-extend veo3-1-fast-extend google/gemini-omni-flash sora-2 grok-imagine-video
    grok-imagine-video-edit grok-imagine-video-extend grok-imagine-video-reference-to-video
    xai/grok-imagine-video/v1.5/image-to-video runway-gen-45 runwayml-gen4-aleph luma/agent/ray/v3.2 flux-3
    minimax-video minimax-hailuo-02 minimax-hailuo-02-pro minimax-hailuo-23-standard minimax-hailuo-23-pro
    minimax-h3 lightricks-ltx-2-fast lightricks-ltx-2-pro lightricks/ltx-2.5/fast lightricks/ltx-2.5/pro ltx-2-19b
    ltx-2.3-quality wavespeed-ai/ltx-2.3-spicy/image-to-video pixverse-v45 pixverse-v5 pixverse-v55
    pixverse-v55-effects pixverse-v56 pixverse-v6 pixverse-c1 pixverse/motion-control/mimic vidu-video vidu-q3
    vidu-q3-pro hunyuan-video hunyuan-video-image-to-video hunyuan-video-15 kandinsky5-pro davinci-magihuman
    bernini-r-video happyhorse-1.0 happyhorse-1.1 longcat-avatar wavespeed-ai/longcat-avatar-1.5
    wavespeed-ai/longcat-avatar-1.5/multi veed-fabric-1.0 latentsync lucy-edit-dev lucy-edit-pro
    nvidia/cosmos-3-super/image-to-video pruna-ai/p-video/text-to-video pruna-ai/p-video/image-to-video
    pruna-ai/p-video/animate pruna-ai/p-video/avatar skywork-ai/skyreels-v4 mirelo-ai/sfx1.6/video-to-video
    wavespeed-ai/music-video-generator video-upscaler seedvr2-video-upscaler clarity-ai/crystal-video-upscaler
    pixelcut/video-background-removal
    """
)
LATER = words(
    """
    wan-25 wan-26 wan-26-flash wan-22-plus wan-22-animate wan-s2v longcat-avatar-1.5 music-video-generator
    infinitetalk alibaba/wan-3.0-prime minimax/h3-max minimax/h3-max-turbo minimax-h3/reference-to-video
    minimax-h3-singularity/image-to-video minimax-h3-singularity/image-to-video-lora
    bytedance/seedance-2.5/talking-avatar google/gemini-omni-flash/v1.1 minimax/h3-max/multi-angle/image-to-video
    minimax-h3/image-to-video-spicy alibaba/wan-3.0/image-to-video-spicy
    alibaba/wan-3.0-prime/image-to-video-spicy
    """
)


@pytest.mark.clause("nanogpt.catalogue.models-of-the-documents")
@pytest.mark.parametrize("model", DOCUMENTED)
def test_the_models_that_the_documents_name_exist(model):
    assert models()[model].id == model


@pytest.mark.clause("nanogpt.catalogue.families-of-the-documents")
@pytest.mark.parametrize("model", FAMILIES)
def test_each_family_that_the_documents_name_has_its_model(model):
    assert models()[model].id == model


@pytest.mark.clause("nanogpt.catalogue.models-of-the-lists")
@pytest.mark.parametrize("model", [*DIRECTORY, *GUIDE, *PRICE_LIST])
def test_every_model_of_the_vendors_lists_can_be_ordered(model):
    assert models()[model].id == model


@pytest.mark.clause("nanogpt.catalogue.models-of-the-lists")
@pytest.mark.parametrize("model", PRICE_LIST)
def test_every_model_of_the_price_list_is_listed(model):
    assert models()[model].listed


@pytest.mark.parametrize("model", LATER)
def test_the_later_ids_of_the_catalogue_are_known(model):
    assert models()[model].listed


@pytest.mark.parametrize("model", ["longstories", "longstories-kids"])
def test_ids_of_the_2025_enumeration_are_understood_and_not_listed(model):
    assert not models()[model].listed


@pytest.mark.clause("nanogpt.catalogue.display-names")
@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("veo2-video", "Veo 2"),
        ("veo3-video", "Veo 3"),
        ("veo3-fast-video", "Veo 3 Fast"),
        ("veo3-1-video", "Veo 3.1"),
        ("kling-video", "Kling 1.5 Pro"),
        ("kling-video-v2", "Kling 2.0 Master"),
        ("kling-v21-standard", "Kling 2.1 Standard"),
        ("kling-v21-pro", "Kling 2.1 Pro"),
        ("kling-v21-master", "Kling 2.1 Master"),
        ("kling-v25-turbo-pro", "Kling 2.5 Turbo Pro"),
        ("kling-v26-pro", "Kling 2.6 Pro"),
        ("sora-2", "Sora 2"),
        ("seedance-video", "Seedance 1.0 Pro"),
        ("seedance-lite-video", "Seedance 1.0 Lite"),
        ("bytedance-seedance-v1-pro-fast", "SeeDance V1 Pro Fast"),
        ("bytedance-seedance-2-0", "Seedance 2.0 Turbo"),
        ("bytedance-seedance-2-0-fast", "Seedance 2.0 Fast Turbo"),
        ("wan-25", "Wan 2.5"),
        ("wan-video-22", "Wan 2.2 14b"),
        ("wan-video-image-to-video", "Wan 2.1"),
        ("hunyuan-video-15", "Hunyuan Video 1.5"),
        ("hunyuan-video-image-to-video", "Hunyuan Image to Video"),
        ("minimax-hailuo-02", "MiniMax Hailuo 02"),
        ("vidu-video", "Vidu Q1"),
    ],
)
def test_display_names_are_those_of_the_catalogue(model, name):
    assert models()[model].name == name


@pytest.mark.parametrize("model", models().values(), ids=list(models()))
def test_every_default_is_on_offer_and_a_default_order_works_three_to_six_minutes(model):
    assert not model.durations or model.duration in model.durations
    assert not model.resolutions or model.resolution in model.resolutions
    assert not model.aspect_ratios or model.aspect_ratio in model.aspect_ratios
    assert 175 <= model.pace * model.duration <= 365


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("720p", "16:9", (1280, 720)),
        ("720p", "9:16", (720, 1280)),
        ("1080p", "1:1", (1080, 1080)),
        ("480p", "16:9", (854, 480)),
        ("580p", "16:9", (1032, 580)),
        ("720p", "21:9", (1680, 720)),
        ("4k", "16:9", (3840, 2160)),
        ("2k", "16:9", (2560, 1440)),
        ("1792x1024", "16:9", (1792, 1024)),
        ("1792x1024", "9:16", (1024, 1792)),
        ("720p", "auto", (1280, 720)),
    ],
)
def test_a_resolution_is_the_shorter_side_in_even_pixels(resolution, ratio, size):
    assert frame_size(resolution, ratio) == size
