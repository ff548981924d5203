"""How the model list describes a model: `/api/v1/video-models`, shaped as captured from the live catalogue."""

from collections.abc import Mapping
from typing import Any

from .model import Model

RATIO_LABELS = {
    "16:9": "Landscape (16:9)",
    "21:9": "Ultrawide (21:9)",
    "4:3": "Classic (4:3)",
    "1:1": "Square (1:1)",
    "3:4": "Portrait (3:4)",
    "9:16": "Portrait (9:16)",
    "9:21": "Tall (9:21)",
    "auto": "Auto",
}

SELECTS: Mapping[str, tuple[str, ...]] = {
    "orientation": ("landscape", "portrait"),
    "movementAmplitude": ("auto", "small", "medium", "large"),
    "motion": ("low", "high"),
    "prompt_expansion_mode": ("balanced", "quality"),
    "camera_motion": ("orbit-right", "orbit-left", "push-in", "pull-back", "rise"),
    "voice_language": ("en", "zh"),
    "character_orientation": ("image", "video"),
    "shot_type": ("single", "multi"),
    "style": ("general", "anime"),
    "video_quality": ("Standard", "High"),
    "aspect": ("Portrait", "Landscape", "Square"),
}
"""Parameters with words to choose from, the default first."""

SWITCHES: Mapping[str, bool] = {
    "pro_mode": False,
    "enhancePrompt": False,
    "enable_prompt_expansion": False,
    "enable_safety_checker": True,
    "enable_web_search": False,
    "camera_fixed": False,
    "prompt_optimizer": True,
    "showExplicitContent": False,
    "adjust_fps_for_interpolation": False,
    "soundEffectSwitch": False,
    "keep-original-sound": True,
    "audioEnabled": False,
    "loop": False,
    "bgm": True,
}
"""Parameters that are on or off, and which they are unasked."""

NUMBERS: Mapping[str, tuple[float, float, float]] = {
    "cfg_scale": (0.5, 0, 20),
    "voice_speed": (1, 0.8, 2.0),
    "num_inference_steps": (30, 1, 50),
    "guidance_scale": (5, 1, 20),
    "age_slider": (18, 18, 60),
    "targetFaceIndex": (0, 0, 9),
    "seed": (-1, -1, 2_147_483_647),
}
"""Numbers: what they are unasked, and their bounds."""

LABELS = {"camera_fixed": "Fixed Camera"}
"""Labels that do not follow from the key."""

ICONS = {"bytedance": "ByteDance.png", "doubao": "ByteDance.png"}


def listing(model: Model, *, detailed: bool = True) -> dict[str, Any]:
    """One entry of the list; with `detailed=False` only its id, kind, age and owner."""
    entry: dict[str, Any] = {"id": model.id, "object": "model", "created": model.created, "owned_by": model.owner}
    if not detailed:
        return entry
    described = parameters(model)
    entry |= {
        "name": model.name,
        "description": model.description,
        "architecture": _architecture(model),
        "pricing": model.pricing.listed(),
        "capabilities": _capabilities(model),
        "supported_parameters": {
            "parameters": described,
            "defaults": {key: told["default"] for key, told in described.items()},
        },
        "icon_url": f"/icons/{ICONS.get(model.owner, model.owner.capitalize() + '.svg')}",
        "category": "More" if model.utility else "video",
    }
    if model.label is not None:
        entry["label"] = model.label
    if model.tags:
        entry["tags"] = list(model.tags)
    return entry


def parameters(model: Model) -> dict[str, dict[str, Any]]:
    """What can be set, by its key, each with a type, a label and a default."""
    return {key: _descriptor(model, key) | dict(model.descriptors.get(key, {})) for key in model.parameters}


def _architecture(model: Model) -> dict[str, Any]:
    inputs = ["text" if kind == "script" else kind for kind in model.inputs]
    return {"modality": f"{'+'.join(inputs)}->video", "input_modalities": inputs, "output_modalities": ["video"]}


def _capabilities(model: Model) -> dict[str, bool]:
    return {
        "video_generation": True,
        "text_to_video": bool({"text", "script"} & set(model.inputs))
        and not {"image", "video", "audio"} & set(model.needs),
        "image_to_video": "image" in model.inputs,
        "video_to_video": "video" in model.inputs,
        "audio_input": "audio" in model.inputs,
        "audio_generation": model.sound is not None,
        "nsfw": model.nsfw,
    }


def _descriptor(model: Model, key: str) -> dict[str, Any]:
    label = LABELS.get(key) or key.replace("_", " ").replace("-", " ").title()
    if key in ("duration", "seconds"):
        return _select(label, str(model.duration), {str(each): f"{each} seconds" for each in model.durations})
    if key in ("resolution", "target_resolution", "size"):
        return _select(label, model.resolution, {each: each for each in model.resolutions})
    if key in ("aspect_ratio", "resolution_ratio"):
        return _select(label, model.aspect_ratio, {each: RATIO_LABELS.get(each, each) for each in model.aspect_ratios})
    if key in ("variant", "quality"):
        return _select(label, model.variants[0], {each: each.title() for each in model.variants})
    if key == "mode":
        return _select(label, model.modes[0], {each: each.replace("-", " ").title() for each in model.modes})
    if key == model.sound_key:
        return {"type": "switch", "label": label, "default": bool(model.sound)}
    return _plain(model, key, label)


def _plain(model: Model, key: str, label: str) -> dict[str, Any]:
    if key in SELECTS:
        return _select(label, SELECTS[key][0], {each: each.title() for each in SELECTS[key]})
    if key in SWITCHES:
        return {"type": "boolean", "label": label, "default": model.defaults.get(key, SWITCHES[key])}
    if key.startswith("lora_scale"):
        return {"type": "number", "label": label, "default": 1, "min": 0, "max": 4}
    if key in NUMBERS:
        default, least, most = NUMBERS[key]
        least, most = model.ranges.get(key, (least, most))
        return {"type": "number", "label": label, "default": default, "min": least, "max": most}
    if model.frames is not None and key == "num_frames":
        return _select(label, str(model.frames.count), {str(each): f"{each} frames" for each in model.frames.counts})
    if model.frames is not None and key == "frames_per_second":
        least, most = model.frames.rates[0], model.frames.rates[-1]
        return {"type": "integer", "label": label, "default": model.frames.rate, "min": least, "max": most}
    return {"type": "text", "label": label, "default": ""}


def _select(label: str, default: str, options: dict[str, str]) -> dict[str, Any]:
    if not options:
        return {"type": "text", "label": label, "default": default}
    shown = [{"value": value, "label": text} for value, text in options.items()]
    return {"type": "select", "label": label, "default": default, "options": shown}
