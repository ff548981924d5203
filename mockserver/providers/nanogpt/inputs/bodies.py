"""The bodies that NanoGPT takes, with the fields and types of documents 002 and 003 and of the vendor's catalogue.

Unknown keys are ignored, and null counts as not sent.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from mockserver.core.refusals import BadValue, MissingField, NotAccepted

CAMEL = {
    "conversation_uuid": "conversationUUID",
    "project_id": "projectId",
    "director_notes": "directorNotes",
    "story_config": "storyConfig",
    "story_ratio": "aspectRatio",
    "generate_audio": "generateAudio",
    "generate_audio_snake": "generate_audio",
    "enhance_prompt": "enhancePrompt",
    "show_explicit_content": "showExplicitContent",
    "camera_fixed_camel": "cameraFixed",
    "voice_id_camel": "voiceId",
    "video_duration": "videoDuration",
    "billed_duration": "billedDuration",
    "audio_duration": "audioDuration",
    "image_data_url": "imageDataUrl",
    "image_data_url_snake": "image_data_url",
    "image_url": "imageUrl",
    "image_attachment_id": "imageAttachmentId",
    "reference_images": "referenceImages",
    "reference_images_snake": "reference_images",
    "reference_videos": "referenceVideos",
    "reference_videos_snake": "reference_videos",
    "audio_data_url": "audioDataUrl",
    "audio_url": "audioUrl",
    "video_url": "videoUrl",
    "video_data_url": "videoDataUrl",
    "video_attachment_id": "videoAttachmentId",
    "swap_image": "swapImage",
    "target_video": "targetVideo",
    "target_face_index": "targetFaceIndex",
    "movement_amplitude": "movementAmplitude",
    "run_id": "runId",
    "task_id": "taskId",
}
"""Our names of fields whose own are written otherwise."""

Number = int | float | None
Switch = bool | None
Text = str | None


class NewVideo(msgspec.Struct, rename=CAMEL, gc=False):
    """The body of `POST /api/generate-video`; the first fields are those that most orders bring."""

    model: Text = None
    prompt: Text = None
    duration: int | float | str | None = None
    aspect_ratio: Text = None
    resolution: Text = None
    image_url: Text = None
    image_data_url: Text = None
    negative_prompt: Text = None
    seed: int | float | str | None = None

    # Core fields [003:17-47] and what the catalogue adds to them.
    conversation_uuid: Text = None
    project_id: Text = None
    script: Text = None
    director_notes: object = None
    story_config: dict[str, Any] | None = None
    story_ratio: object = None
    animation: Switch = None
    language: Text = None
    characters: list[Any] | None = None
    seconds: Text = None
    orientation: Text = None
    target_resolution: Text = None
    size: Text = None
    mode: Text = None
    variant: object = None
    quality: object = None
    generate_audio: Switch = None
    generate_audio_snake: Switch = None
    sound: Switch = None
    enable_audio: Switch = None
    enhance_prompt: Switch = None
    pro_mode: Switch = None
    pro: Switch = None
    enable_prompt_expansion: Switch = None
    enable_safety_checker: Switch = None
    show_explicit_content: Switch = None
    camera_fix: Switch = None
    camera_fixed: Switch = None
    camera_fixed_camel: Switch = None
    voice_id: Text = None
    voice_id_camel: Text = None
    voice_language: Text = None
    voice_speed: Number = None
    video_duration: Number = None
    billed_duration: Number = None
    adjust_fps_for_interpolation: Switch = None
    cfg_scale: Number = None

    # Media [003:49-68].
    image_data_url_snake: Text = None
    image_attachment_id: Text = None
    image: Text = None
    last_image: Text = None
    image_tail: Text = None
    reference_image: Text = None
    reference_images: list[Any] | None = None
    reference_images_snake: object = None
    reference_videos: list[Any] | None = None
    reference_videos_snake: object = None
    audio_data_url: Text = None
    audio_duration: Number = None
    audio_url: Text = None
    audio: Text = None
    video_url: Text = None
    video_data_url: Text = None
    video: Text = None
    video_attachment_id: Text = None
    swap_image: Text = None
    target_video: Text = None
    target_face_index: Number = None

    # Advanced controls [003:71-85].
    num_frames: int | str | None = None
    frames_per_second: int | None = None
    num_inference_steps: int | None = None
    guidance_scale: Number = None
    shift: Number = None
    interpolator_model: Text = None
    num_interpolated_frames: int | None = None
    movement_amplitude: Text = None
    motion: str | dict[str, Any] | None = None
    style: Text = None
    prompt_optimizer: Switch = None


class ExtendVideo(msgspec.Struct, rename=CAMEL):
    """The body of `POST /api/generate-video/extend` [003:12]."""

    run_id: Text = None
    task_id: Text = None
    index: int | None = None
    video: object = None
    video_url: object = None
    video_data_url: object = None
    video_attachment_id: object = None

    def checked(self) -> tuple[str, int]:
        """The job's id and the number of its video. Raises NotAccepted, MissingField, BadValue."""
        for name in ("video", "video_url", "video_data_url", "video_attachment_id"):
            if getattr(self, name) is not None:
                raise NotAccepted(CAMEL.get(name, name))
        run_id = self.run_id or self.task_id
        if not run_id:
            raise MissingField("runId", clause="nanogpt.extend.unknown-job")
        if self.index is None:
            raise MissingField("index", clause="nanogpt.extend.index")
        if not 0 <= self.index <= 3:
            raise BadValue("index", self.index, "0 to 3", clause="nanogpt.extend.index")
        return run_id, self.index


def texts(body: NewVideo) -> Iterator[str]:
    """All texts of an order that a user may have written."""
    for text in (body.prompt, body.negative_prompt, body.script, body.director_notes):
        if isinstance(text, str) and text:
            yield text
    if body.story_config:
        yield from _strings(body.story_config)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
