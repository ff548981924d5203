"""How the model list describes a model; expected entries are those captured from the live catalogue."""

import pytest

from mockserver.providers.nanogpt.catalogue import listing, models


@pytest.mark.clause("nanogpt.catalogue.captured-entries", "nanogpt.catalogue.descriptors")
def test_the_entry_of_seedance_is_as_captured():
    entry = listing(models()["seedance-video"])

    assert entry.pop("description")
    assert entry == {
        "id": "seedance-video",
        "object": "model",
        "created": 1749513600,
        "owned_by": "doubao",
        "name": "Seedance 1.0 Pro",
        "architecture": {
            "modality": "text+image->video",
            "input_modalities": ["text", "image"],
            "output_modalities": ["video"],
        },
        "pricing": {
            "currency": "USD",
            "base_prices_by_resolution": {"480p": 0.12002, "720p": 0.285, "1080p": 0.57},
            "duration_multiplier": 2,
        },
        "capabilities": {
            "video_generation": True,
            "text_to_video": True,
            "image_to_video": True,
            "video_to_video": False,
            "audio_input": False,
            "audio_generation": False,
            "nsfw": False,
        },
        "supported_parameters": {
            "parameters": {
                "resolution": {
                    "type": "select",
                    "label": "Resolution",
                    "default": "1080p",
                    "options": [{"value": "480p", "label": "480p"}, {"value": "1080p", "label": "1080p"}],
                },
                "duration": {
                    "type": "select",
                    "label": "Duration",
                    "default": "5",
                    "options": [
                        {"value": "5", "label": "5 seconds (1x price)"},
                        {"value": "10", "label": "10 seconds (2x price)"},
                    ],
                },
                "aspect_ratio": {
                    "type": "select",
                    "label": "Aspect Ratio",
                    "default": "16:9",
                    "options": [
                        {"value": "16:9", "label": "Landscape (16:9)"},
                        {"value": "21:9", "label": "Ultrawide (21:9)"},
                        {"value": "4:3", "label": "Classic (4:3)"},
                        {"value": "1:1", "label": "Square (1:1)"},
                        {"value": "3:4", "label": "Portrait (3:4)"},
                        {"value": "9:16", "label": "Portrait (9:16)"},
                    ],
                },
                "camera_fixed": {"type": "boolean", "label": "Fixed Camera", "default": False},
            },
            "defaults": {"resolution": "1080p", "duration": "5", "aspect_ratio": "16:9", "camera_fixed": False},
        },
        "icon_url": "/icons/ByteDance.png",
        "category": "video",
    }


@pytest.mark.clause("nanogpt.catalogue.captured-entries", "nanogpt.catalogue.descriptors")
def test_the_entry_of_kling_is_as_captured():
    entry = listing(models()["kling-v26-pro"])

    assert entry.pop("description")
    assert entry == {
        "id": "kling-v26-pro",
        "object": "model",
        "created": 1764720000,
        "owned_by": "kling",
        "name": "Kling 2.6 Pro",
        "architecture": {
            "modality": "text+image->video",
            "input_modalities": ["text", "image"],
            "output_modalities": ["video"],
        },
        "pricing": {
            "currency": "USD",
            "per_duration": {"5": 0.35, "10": 0.7},
            "unit": "per_video",
            "audio_multiplier": 2,
        },
        "capabilities": {
            "video_generation": True,
            "text_to_video": True,
            "image_to_video": True,
            "video_to_video": False,
            "audio_input": False,
            "audio_generation": True,
            "nsfw": False,
        },
        "supported_parameters": {
            "parameters": {
                "duration": {
                    "type": "select",
                    "label": "Duration",
                    "default": "5",
                    "options": [{"value": "5", "label": "5 seconds"}, {"value": "10", "label": "10 seconds"}],
                },
                "aspect_ratio": {
                    "type": "select",
                    "label": "Aspect Ratio (T2V)",
                    "default": "16:9",
                    "options": [
                        {"value": "16:9", "label": "Landscape (16:9)"},
                        {"value": "9:16", "label": "Portrait (9:16)"},
                        {"value": "1:1", "label": "Square (1:1)"},
                    ],
                },
                "sound": {"type": "switch", "label": "Audio", "default": True},
            },
            "defaults": {"duration": "5", "aspect_ratio": "16:9", "sound": True},
        },
        "icon_url": "/icons/Kling.svg",
        "label": "NEW",
        "tags": ["kling", "audio"],
        "category": "video",
    }


def options_of(entry, key):
    return [option["value"] for option in entry["supported_parameters"]["parameters"][key]["options"]]


@pytest.mark.clause("nanogpt.catalogue.captured-entries")
@pytest.mark.parametrize(
    ("model", "created", "defaults"),
    [
        ("lightricks-ltx-2-fast", 1761264000, {"generateAudio": True, "duration": "6"}),
        (
            "wan-video-image-to-video",
            1745193600,
            {
                "resolution": "720p",
                "num_frames": "81",
                "frames_per_second": 16,
                "negative_prompt": "",
                "enable_safety_checker": False,
            },
        ),
        (
            "bytedance/seedance-2.5",
            1786060800,
            {"mode": "auto", "resolution": "720p", "duration": "5", "aspect_ratio": "16:9", "generate_audio": True},
        ),
        (
            "veo3-video",
            1749081600,
            {"generateAudio": True, "aspect_ratio": "16:9", "enhancePrompt": True, "resolution": "1080p"},
        ),
        (
            "bytedance-seedance-2-0-fast",
            1776124800,
            {
                "resolution": "720p",
                "duration": "5",
                "aspect_ratio": "16:9",
                "enable_web_search": False,
                "last_image": "",
                "reference_images": "",
                "reference_videos": "",
                "reference_audios": "",
            },
        ),
        ("google/gemini-omni-flash/v1.1", 1787788800, {"duration": "8", "resolution": "720p", "aspect_ratio": "16:9"}),
    ],
)
def test_release_and_defaults_are_as_captured(model, created, defaults):
    entry = listing(models()[model])

    assert entry["created"] == created
    assert entry["supported_parameters"]["defaults"] == defaults


@pytest.mark.clause("nanogpt.catalogue.captured-entries")
def test_the_defaults_of_minimax_h3_are_as_captured():
    entry = listing(models()["minimax-h3"])
    defaults = entry["supported_parameters"]["defaults"]

    assert entry["created"] == 1785456000
    assert defaults["mode"] == "auto"
    assert defaults["duration"] == "5"
    assert defaults["aspect_ratio"] == "auto"
    assert defaults["resolution"] == "480p"
    assert defaults["generate_audio"] is True
    assert defaults["seed"] == -1
    assert {"lora_url_1", "lora_url_3", "lora_scale_1", "lora_scale_3", "reference_images"} <= defaults.keys()


@pytest.mark.clause("nanogpt.catalogue.captured-entries")
@pytest.mark.parametrize(
    ("model", "key", "values"),
    [
        ("lightricks-ltx-2-fast", "duration", ["6", "8", "10", "12", "14", "16", "18", "20"]),
        ("wan-video-image-to-video", "resolution", ["480p", "720p"]),
        ("wan-video-image-to-video", "num_frames", ["81", "100"]),
        ("bytedance/seedance-2.5", "mode", ["auto", "text-to-video", "image-to-video", "video-edit", "video-extend"]),
        ("bytedance/seedance-2.5", "resolution", ["480p", "720p", "1080p", "4k"]),
        ("bytedance/seedance-2.5", "duration", [str(seconds) for seconds in range(4, 31)]),
        ("bytedance/seedance-2.5", "aspect_ratio", ["16:9", "21:9", "4:3", "1:1", "3:4", "9:16"]),
        ("veo3-video", "aspect_ratio", ["16:9"]),
        ("veo3-video", "resolution", ["1080p", "720p"]),
        ("bytedance-seedance-2-0-fast", "resolution", ["720p", "1080p"]),
        ("bytedance-seedance-2-0-fast", "duration", ["5", "10", "15"]),
        ("minimax-h3", "mode", ["auto", "reference-to-video", "video-edit", "video-extend"]),
        ("minimax-h3", "duration", [str(seconds) for seconds in range(3, 16)]),
        ("minimax-h3", "resolution", ["480p", "540p", "768p", "1080p"]),
        ("google/gemini-omni-flash/v1.1", "duration", ["3", "4", "5", "6", "7", "8", "9", "10"]),
        ("google/gemini-omni-flash/v1.1", "resolution", ["360p", "720p", "1080p", "4k"]),
        ("google/gemini-omni-flash/v1.1", "aspect_ratio", ["16:9", "9:16"]),
    ],
)
def test_options_are_as_captured(model, key, values):
    assert options_of(listing(models()[model]), key) == values


@pytest.mark.parametrize("model", models().values(), ids=list(models()))
def test_every_entry_can_be_described(model):
    entry = listing(model)
    parameters = entry["supported_parameters"]["parameters"]

    assert entry["description"].endswith(".")
    assert entry["created"] % 86_400 == 0
    assert entry["pricing"]["currency"] == "USD"
    assert entry["supported_parameters"]["defaults"] == {key: each["default"] for key, each in parameters.items()}
    for each in parameters.values():
        assert each["label"]
        if each["type"] == "select":
            assert each["default"] in [option["value"] for option in each["options"]]
            assert all(isinstance(option["value"], str) for option in each["options"])


@pytest.mark.clause("nanogpt.catalogue.brief")
def test_a_brief_entry_has_four_keys():
    assert listing(models()["veo3-video"], detailed=False) == {
        "id": "veo3-video",
        "object": "model",
        "created": 1749081600,
        "owned_by": "gemini",
    }


@pytest.mark.clause("nanogpt.catalogue.descriptors")
@pytest.mark.parametrize("model", models().values(), ids=lambda model: model.id)
def test_what_can_be_chosen_of_a_model_is_what_it_has(model):
    described = listing(model)["supported_parameters"]["parameters"]
    has = {
        **{key: [str(each) for each in model.durations] for key in ("duration", "seconds")},
        **{key: list(model.resolutions) for key in ("resolution", "target_resolution", "size")},
        **{key: list(model.aspect_ratios) for key in ("aspect_ratio", "resolution_ratio")},
        **{key: list(model.variants) for key in ("variant", "quality")},
        "mode": list(model.modes),
        "orientation": ["landscape", "portrait"],
        "voice_language": ["en", "zh"],
    }

    for key, told in described.items():
        assert told["label"]
        if key in has and has[key] and key not in model.descriptors:
            assert told["type"] == "select", key
            assert [option["value"] for option in told["options"]] == has[key]
            assert all(option["label"] for option in told["options"])
        if told["type"] == "select":
            assert told["default"] in [option["value"] for option in told["options"]], key
        if told["type"] in {"number", "integer"}:
            assert told["min"] <= told["max"]
        if told["type"] in {"boolean", "switch"}:
            assert told["default"] in {True, False}


@pytest.mark.clause("nanogpt.catalogue.descriptors")
def test_numbers_have_their_bounds_and_frames_their_counts():
    found = {
        key: told
        for model in models().values()
        for key, told in listing(model)["supported_parameters"]["parameters"].items()
        if key not in model.descriptors and key not in model.ranges
    }

    assert found["lora_scale_1"] == {"type": "number", "label": "Lora Scale 1", "default": 1, "min": 0, "max": 4}
    assert found["seed"] == {"type": "number", "label": "Seed", "default": -1, "min": -1, "max": 2_147_483_647}
    assert found["voice_speed"] == {"type": "number", "label": "Voice Speed", "default": 1, "min": 0.8, "max": 2.0}
    assert found["camera_fixed"]["label"] == "Fixed Camera"
    assert found["negative_prompt"] == {"type": "text", "label": "Negative Prompt", "default": ""}
    for model in models().values():
        told = listing(model)["supported_parameters"]["parameters"]
        if model.frames is not None and "frames_per_second" in told and "frames_per_second" not in model.descriptors:
            rates = model.frames.rates
            assert told["frames_per_second"] == {
                "type": "integer",
                "label": "Frames Per Second",
                "default": model.frames.rate,
                "min": rates[0],
                "max": rates[-1],
            }


def test_each_kind_of_parameter_is_described_in_some_model():
    kinds = {
        (key, told["type"])
        for model in models().values()
        for key, told in listing(model)["supported_parameters"]["parameters"].items()
    }

    assert {
        ("duration", "select"),
        ("seconds", "select"),
        ("resolution", "select"),
        ("target_resolution", "select"),
        ("size", "select"),
        ("aspect_ratio", "select"),
        ("mode", "select"),
        ("num_frames", "select"),
        ("frames_per_second", "integer"),
        ("generate_audio", "switch"),
        ("pro_mode", "boolean"),
        ("seed", "number"),
    } <= kinds
