"""A client of NanoGPT's video generation: order, wait, download. Copy this file and `core/` into an app.

    with NanoGPT(key) as nano:
        order = nano.generate("veo2-video", to="eagle.mp4", prompt="A majestic eagle at sunset", duration="5s")

An order is paid when it is accepted and refunded when it fails. It is never sent twice: each carries a
`conversationUUID` by which a lost answer is looked up (`recover`).
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import httpx

from .core.answers import Answer, Fields, Json, Status, WrongShapeError, meaning
from .core.client import Async, AsyncClient, Client, Sync
from .core.downloads import Kind, Watcher
from .core.errors import ClientError, LostAnswerError, ModerationError, NoResultError
from .core.operations import Complaint, OnProgress, Operations, about, watching
from .core.patience import Patience
from .core.scripts import Ask, Script, pause

Variant = Literal["video", "thumbnail", "spritesheet"]


class OrderFields(TypedDict, total=False):
    """What an order may say besides its model, by the provider's names; which of it counts depends on the model."""

    prompt: str | None
    conversationUUID: str | None
    projectId: str | None
    negative_prompt: str | None
    script: str | None
    storyConfig: Json | None
    animation: bool | None
    language: str | None
    characters: Sequence[object] | None
    duration: str | float | None
    seconds: str | None
    aspect_ratio: str | None
    orientation: str | None
    resolution: str | None
    size: str | None
    mode: str | None
    generateAudio: bool | None
    enhancePrompt: bool | None
    pro_mode: bool | None
    pro: bool | None
    enable_prompt_expansion: bool | None
    enable_safety_checker: bool | None
    showExplicitContent: bool | None
    camera_fix: bool | None
    camera_fixed: bool | None
    cameraFixed: bool | None
    seed: int | str | None
    voiceId: str | None
    voice_id: str | None
    voice_language: str | None
    voice_speed: float | None
    videoDuration: float | None
    billedDuration: float | None
    adjust_fps_for_interpolation: bool | None
    cfg_scale: float | None
    imageDataUrl: str | None
    image_data_url: str | None
    imageUrl: str | None
    imageAttachmentId: str | None
    image: str | None
    reference_image: str | None
    referenceImages: Sequence[object] | None
    referenceVideos: Sequence[object] | None
    audioDataUrl: str | None
    audioDuration: float | None
    audioUrl: str | None
    audio: str | None
    videoUrl: str | None
    videoDataUrl: str | None
    video: str | None
    videoAttachmentId: str | None
    swapImage: str | None
    targetVideo: str | None
    targetFaceIndex: float | None
    num_frames: int | str | None
    frames_per_second: int | None
    num_inference_steps: int | None
    guidance_scale: float | None
    shift: float | None
    interpolator_model: str | None
    num_interpolated_frames: int | None
    movementAmplitude: str | None
    motion: str | Json | None
    style: str | None
    prompt_optimizer: bool | None
    target_resolution: str | None
    generate_audio: bool | None
    sound: bool | None
    enable_audio: bool | None
    last_image: str | None
    image_tail: str | None


@dataclass(frozen=True, kw_only=True)
class Accepted(Answer):
    """An order that was accepted and paid. Sums are dollars; `conversation_uuid` is what it was sent with."""

    run_id: str
    status: str
    model: str | None
    cost: Decimal | None
    payment_source: str | None
    remaining_balance: Decimal | None
    precharge_label: str | None
    project_id: str | None
    conversation_uuid: str | None


@dataclass(frozen=True, kw_only=True)
class VideoStatus(Status):
    """How a job is going, whichever status endpoint, generation or shape told it.

    `status` is the provider's word and `state` what it means. `urls` are absolute, the first is the video's.
    """

    run_id: str | None
    model: str | None
    urls: tuple[str, ...]
    details: str | None
    cost: Decimal | None
    error: str | None
    user_friendly_error: str | None
    is_nsfw_error: bool | None
    seconds_left: float | None

    @property
    def url(self) -> str | None:
        """The video's link, if there is one."""
        return self.urls[0] if self.urls else None

    @property
    def complaint(self) -> str | None:
        """Why it failed, as a person should read it."""
        return self.user_friendly_error or self.error

    @property
    def moderated(self) -> bool:
        """Whether it failed because of its content."""
        return self.is_nsfw_error is True


@dataclass(frozen=True, kw_only=True)
class Recovered(Answer):
    """One of the key's latest jobs."""

    run_id: str
    model: str | None
    status: str | None
    created_at: str | None
    conversation_uuid: str | None


@dataclass(frozen=True, kw_only=True)
class Model(Answer):
    """A model; the detailed lists' further fields (prices, parameters, abilities) are in `extra`."""

    id: str
    name: str | None
    owned_by: str | None


@dataclass(frozen=True, kw_only=True)
class Balance(Answer):
    """What is left to spend: dollars, and Nano."""

    usd_balance: Decimal | None
    nano_balance: Decimal | None
    nano_deposit_address: str | None


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A video that was ordered and fetched: `order` is None where its answer was lost and the job was found again."""

    order: Accepted | None
    status: VideoStatus
    file: Path


class NanoGPTOperations(Operations):
    """NanoGPT's operations as scripts."""

    home = "https://nano-gpt.com"
    key_headers = ("x-api-key", "authorization")
    default_patience = Patience(interval=5, total=600)  # 5 s, about 10 minutes: document 002, lines 156-157

    # the endpoints
    def generate_video(self, model: str, **fields: Unpack[OrderFields]) -> Script[Accepted]:
        """Order a video, and pay for it. Raises LostAnswerError where nobody knows whether it was accepted."""
        tag = fields.get("conversationUUID") or self._tag()
        body = {**fields, "model": model, "conversationUUID": tag}
        return self._order("/api/generate-video", body, tag)

    def extend_video(self, run_id: str, index: int) -> Script[Accepted]:
        """Order five more seconds of one of the four videos (0 to 3) of a Midjourney job."""
        return self._order("/api/generate-video/extend", {"runId": run_id, "index": index}, None)

    def video_status(self, run_id: str) -> Script[VideoStatus]:
        """How a job is going."""
        return self.fetch(self._poll(run_id), self._status)

    def legacy_video_status(self, run_id: str, model: str | None = None) -> Script[VideoStatus]:
        """How a job is going, as it was asked in 2025."""
        return self.fetch(self._legacy_poll(run_id, model), self._status)

    def story_status(self, run_id: str, project_id: str) -> Script[VideoStatus]:
        """How a LongStories job is going."""
        ask = self.ask("GET", "/api/v1/video/status", params={"runId": run_id, "projectId": project_id})
        return self.fetch(ask, self._status)

    def recover_videos(
        self, *, model: str | None = None, limit: int | None = None, conversation_uuid: str | None = None
    ) -> Script[tuple[Recovered, ...]]:
        """The key's latest jobs, the newest first; `limit` is at most 50."""
        params = {
            "model": model,
            "limit": None if limit is None else str(limit),
            "conversationUUID": conversation_uuid,
        }
        return self.fetch(self.ask("GET", "/api/generate-video/recover", params=params), _recovered)

    def video_content(self, run_id: str, model: str, to: Path | str, *, variant: Variant = "video") -> Script[Path]:
        """Fetch a finished job's video, or one of its pictures."""
        params = {"runId": run_id, "model": model, "variant": variant}
        url = httpx.URL(f"{self.base}/api/generate-video/content", params=params)
        return self.file(str(url), to, kind="mp4" if variant == "video" else "jpeg", keyed=True)

    def list_video_models(self, *, detailed: bool | None = None) -> Script[tuple[Model, ...]]:
        """The video models."""
        return self.fetch(self.ask("GET", "/api/v1/video-models", params=_detail(detailed)), _models)

    def list_models(self, *, detailed: bool | None = None) -> Script[tuple[Model, ...]]:
        """The models."""
        return self.fetch(self.ask("GET", "/api/v1/models", params=_detail(detailed)), _models)

    def check_balance(self) -> Script[Balance]:
        """What is left to spend."""
        return self.fetch(self.ask("POST", "/api/check-balance"), _balance)

    # what is made of them
    def wait(
        self, run_id: str, *, legacy: bool = False, model: str | None = None, on_progress: OnProgress | None = None
    ) -> Script[VideoStatus]:
        """Poll until the job ends; give its last status, which has the links. `legacy` asks the older endpoint.

        Raises JobError if it ended badly, and WaitTimeoutError if it goes on for longer than one waits.
        """
        poll = self._legacy_poll(run_id, model) if legacy else self._poll(run_id)
        return self.wait_for(run_id, poll, self._status, on_progress)

    def wait_story(self, run_id: str, project_id: str, *, on_progress: OnProgress | None = None) -> Script[VideoStatus]:
        """Poll until a LongStories job ends."""
        poll = self.ask("GET", "/api/v1/video/status", params={"runId": run_id, "projectId": project_id})
        return self.wait_for(run_id, poll, self._status, on_progress)

    def download(self, url: str, to: Path | str, *, kind: Kind = "mp4", watcher: Watcher | None = None) -> Script[Path]:
        """Fetch a result to `to`, which is there when it is whole, and not before.

        The key goes along where the link leads to the API itself, as relative links do, and nowhere else.
        """
        whole = self.link(url)
        return self.file(whole, to, kind=kind, watcher=watcher, keyed=whole.startswith(f"{self.base}/api/"))

    def recover(self, conversation_uuid: str) -> Script[Recovered | None]:
        """Find the job of an order whose answer was lost, by the error's `reference`; None if there is none."""
        found = yield from self.recover_videos(conversation_uuid=conversation_uuid, limit=1)
        return found[0] if found else None

    def generate(
        self, model: str, *, to: Path | str, on_progress: OnProgress | None = None, **fields: Unpack[OrderFields]
    ) -> Script[Generated]:
        """Order a video, wait for it and fetch it. An order whose answer is lost is looked for, never sent again."""
        order: Accepted | None = None
        try:
            order = yield from self.generate_video(model, **fields)
            run_id = order.run_id
        except LostAnswerError as lost:
            run_id = yield from self._found(lost)
        status = yield from self.wait(run_id, on_progress=on_progress)
        with about(run_id):
            if status.url is None:
                raise NoResultError(f"{run_id} is {status.status} and has no video", status)
            file = yield from self.download(status.url, to, watcher=watching(on_progress, run_id, status.status))
        return Generated(order=order, status=status, file=file)

    # what NanoGPT says of itself
    def complaint(self, body: Json) -> Complaint:
        """Read `{"error": TEXT, "status": NUMBER}`, or the object with a message and a type that it may be instead."""
        fields = Fields(body)
        inner = fields.inner("error")
        code = inner.text("type", "code") or fields.text("code")
        message = inner.text("message") or Fields(body).text("error")
        blocked = code == "CONTENT_POLICY_VIOLATION"
        return Complaint(
            code=code, message=message, field=_field(message or ""), kind=ModerationError if blocked else None
        )

    def _order(self, path: str, body: Json, tag: str | None) -> Script[Accepted]:
        try:
            return (yield from self.pay(self.ask("POST", path, json=body), partial(_accepted, tag=tag)))
        except LostAnswerError as lost:
            lost.reference = tag
            raise

    def _found(self, lost: LostAnswerError) -> Script[str]:
        """The job of an order whose answer was lost; raises that loss again if it is not there."""
        yield from pause(self.seconds(0))
        try:
            job = yield from self.recover(lost.reference or "")
        except ClientError as error:
            raise lost from error
        if job is None:
            raise lost
        return job.run_id

    def _tag(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def _poll(self, run_id: str) -> Ask:
        return self.ask("GET", "/api/video/status", params={"requestId": run_id})

    def _legacy_poll(self, run_id: str, model: str | None) -> Ask:
        return self.ask("GET", "/api/generate-video/status", params={"runId": run_id, "modelSlug": model})

    def _status(self, fields: Fields) -> VideoStatus:
        """Read any of the status shapes: everything in `data`, all of it flat, a story's, or both at once."""
        data = fields.inner("data")
        output = data.inner("output")
        links = [inner.text("url") for inner in output.many("videos")] or [output.inner("video").text("url")]
        links += [output.text("url"), fields.text("videoUrl")]
        word = data.text("status") or fields.text("status")
        if not word:
            raise WrongShapeError("status is missing")
        return VideoStatus(
            run_id=fields.text("requestId") or data.text("requestId", "request_id"),
            status=word,
            state=meaning(word),
            model=fields.text("model"),
            urls=tuple(dict.fromkeys(self.link(link) for link in links if link)),
            details=data.text("details"),
            cost=data.sum("cost"),
            error=data.text("error") or fields.text("error"),
            user_friendly_error=data.text("userFriendlyError"),
            is_nsfw_error=data.switch("isNSFWError"),
            percent=fields.number("progress"),
            seconds_left=fields.number("estimatedTimeRemaining"),
            extra=fields.rest(data=data),
        )


def _accepted(fields: Fields, tag: str | None) -> Accepted:
    return Accepted(
        run_id=fields.text("runId", "id") or fields.need("runId"),
        status=fields.text("status") or "pending",
        model=fields.text("model"),
        cost=fields.sum("cost"),
        payment_source=fields.text("paymentSource"),
        remaining_balance=fields.sum("remainingBalance"),
        precharge_label=fields.text("prechargeLabel"),
        project_id=fields.text("projectId"),
        conversation_uuid=tag,
        extra=fields.rest(),
    )


def _recovered(fields: Fields) -> tuple[Recovered, ...]:
    return tuple(
        Recovered(
            run_id=job.text("runId", "id") or job.need("runId"),
            model=job.text("model"),
            status=job.text("status"),
            created_at=job.text("createdAt"),
            conversation_uuid=job.text("conversationUUID"),
            extra=job.rest(),
        )
        for job in fields.many("data")
    )


def _models(fields: Fields) -> tuple[Model, ...]:
    return tuple(
        Model(id=model.need("id"), name=model.text("name"), owned_by=model.text("owned_by"), extra=model.rest())
        for model in fields.many("data")
    )


def _balance(fields: Fields) -> Balance:
    return Balance(
        usd_balance=fields.sum("usd_balance"),
        nano_balance=fields.sum("nano_balance"),
        nano_deposit_address=fields.text("nanoDepositAddress"),
        extra=fields.rest(),
    )


def _detail(detailed: bool | None) -> Mapping[str, str | None]:
    return {"detailed": None if detailed is None else str(detailed).lower()}


WRONG_FIELD = re.compile(r"^(?:Invalid value for|Missing) (\w+)|^(\w+) (?:is required|is too large|is not accepted)")


def _field(message: str) -> str | None:
    """The field that a sentence is about, where it names one; the sentences are the only place that does."""
    found = WRONG_FIELD.match(message)
    if found is None:
        return None
    name = found[1] or found[2]
    return {"Model": "model", "Prompt": "prompt"}.get(name, name)


class NanoGPT(Client[NanoGPTOperations]):
    """NanoGPT, for programs that wait."""

    operations_class = NanoGPTOperations

    generate_video = Sync(NanoGPTOperations.generate_video)
    extend_video = Sync(NanoGPTOperations.extend_video)
    video_status = Sync(NanoGPTOperations.video_status)
    legacy_video_status = Sync(NanoGPTOperations.legacy_video_status)
    story_status = Sync(NanoGPTOperations.story_status)
    recover_videos = Sync(NanoGPTOperations.recover_videos)
    video_content = Sync(NanoGPTOperations.video_content)
    list_video_models = Sync(NanoGPTOperations.list_video_models)
    list_models = Sync(NanoGPTOperations.list_models)
    check_balance = Sync(NanoGPTOperations.check_balance)
    wait = Sync(NanoGPTOperations.wait)
    wait_story = Sync(NanoGPTOperations.wait_story)
    download = Sync(NanoGPTOperations.download)
    recover = Sync(NanoGPTOperations.recover)
    generate = Sync(NanoGPTOperations.generate)


class AsyncNanoGPT(AsyncClient[NanoGPTOperations]):
    """NanoGPT, for programs that await."""

    operations_class = NanoGPTOperations

    generate_video = Async(NanoGPTOperations.generate_video)
    extend_video = Async(NanoGPTOperations.extend_video)
    video_status = Async(NanoGPTOperations.video_status)
    legacy_video_status = Async(NanoGPTOperations.legacy_video_status)
    story_status = Async(NanoGPTOperations.story_status)
    recover_videos = Async(NanoGPTOperations.recover_videos)
    video_content = Async(NanoGPTOperations.video_content)
    list_video_models = Async(NanoGPTOperations.list_video_models)
    list_models = Async(NanoGPTOperations.list_models)
    check_balance = Async(NanoGPTOperations.check_balance)
    wait = Async(NanoGPTOperations.wait)
    wait_story = Async(NanoGPTOperations.wait_story)
    download = Async(NanoGPTOperations.download)
    recover = Async(NanoGPTOperations.recover)
    generate = Async(NanoGPTOperations.generate)
