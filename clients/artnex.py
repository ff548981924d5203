"""A client of Artnex's video generation: submit, wait, download. Copy this file and `core/` into an app.

    with Artnex(key) as artnex:
        artnex.generate("A fox in snow", "veo3.1", to="fox.mp4", duration=8)

Credits are held at submission and charged on completion. Artnex cannot be asked for the jobs of a key: an order whose
answer is lost cannot be found again, so `LostAnswerError` ends it, and the credits show what came of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .core.answers import Answer, Fields, Json, Status, meaning
from .core.client import Async, AsyncClient, Client, Sync
from .core.downloads import Watcher
from .core.errors import ModerationError, NoResultError
from .core.operations import Complaint, OnProgress, Operations, about, segment, watching
from .core.patience import Patience
from .core.scripts import Ask, Script

Mode = Literal["text-to-video", "image-to-video"]

FIELDS: Mapping[str, str] = {
    "missing_prompt": "prompt",
    "prompt_too_long": "prompt",
    "invalid_model": "model",
    "invalid_mode": "mode",
    "missing_image": "image",
    "invalid_image_format": "image",
    "image_too_large": "image",
    "invalid_duration": "duration",
    "missing_request_id": "request_id",
}
"""The field that a code is about."""


@dataclass(frozen=True, kw_only=True)
class Queued(Answer):
    """A job that was accepted; `credits_used` are held until it ends."""

    request_id: str
    status: str
    success: bool | None
    credits_used: int | None


@dataclass(frozen=True, kw_only=True)
class Video(Status):
    """How a job is going. `url` is there when it is done, for 24 hours; `error` and `message` when it ended badly."""

    request_id: str | None
    success: bool | None
    credits_used: int | None
    url: str | None
    error: str | None
    message: str | None

    @property
    def complaint(self) -> str | None:
        """Why it failed."""
        return self.message or self.error

    @property
    def moderated(self) -> bool:
        """Whether it failed because of its content."""
        return self.error == "content_policy_violation"


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A video that was ordered and fetched."""

    order: Queued
    status: Video
    file: Path


class ArtnexOperations(Operations):
    """Artnex's operations as scripts."""

    home = "https://api.artnex.ai"
    default_patience = Patience(interval=5, total=300)  # 5 s and 5 minutes: document 004, lines 25-26

    # the endpoints
    def create_video(
        self,
        prompt: str,
        model: str,
        *,
        mode: Mode | None = None,
        image: str | None = None,
        aspect_ratio: str | None = None,
        duration: int | None = None,
    ) -> Script[Queued]:
        """Submit a video. `image` is an HTTPS address or base64; `duration` is in seconds."""
        fields = {"mode": mode, "image": image, "aspect_ratio": aspect_ratio, "duration": duration}
        body = {"prompt": prompt, "model": model} | {name: value for name, value in fields.items() if value is not None}
        return self.pay(self.ask("POST", "/v1/video", json=body), _queued)

    def get_video(self, request_id: str) -> Script[Video]:
        """How a job is going."""
        return self.fetch(self._poll(request_id), self._video)

    def get_video_status(self, request_id: str) -> Script[Video]:
        """How a job is going, at the address that says status; the document does not show which one it is."""
        return self.fetch(self.ask("GET", f"/v1/video/status/{segment(request_id)}"), self._video)

    def find_video_status(self, request_id: str) -> Script[Video]:
        """How a job is going, with its id as a query."""
        return self.fetch(self.ask("GET", "/v1/video/status", params={"request_id": request_id}), self._video)

    # what is made of them
    def wait(self, request_id: str, *, on_progress: OnProgress | None = None) -> Script[Video]:
        """Poll until the job ends; give its last status. Raises JobError or WaitTimeoutError."""
        return self.wait_for(request_id, self._poll(request_id), self._video, on_progress)

    def download(self, url: str, to: Path | str, *, watcher: Watcher | None = None) -> Script[Path]:
        """Fetch a video to `to`, which is there when it is whole, and not before."""
        return self.file(self.link(url), to, watcher=watcher)

    def generate(
        self,
        prompt: str,
        model: str,
        *,
        to: Path | str,
        mode: Mode | None = None,
        image: str | None = None,
        aspect_ratio: str | None = None,
        duration: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> Script[Generated]:
        """Submit a video, wait for it and fetch it."""
        order = yield from self.create_video(
            prompt, model, mode=mode, image=image, aspect_ratio=aspect_ratio, duration=duration
        )
        status = yield from self.wait(order.request_id, on_progress=on_progress)
        with about(order.request_id):
            if status.url is None:
                raise NoResultError(f"{order.request_id} is {status.status} and has no video", status)
            watcher = watching(on_progress, order.request_id, status.status)
            file = yield from self.download(status.url, to, watcher=watcher)
        return Generated(order=order, status=status, file=file)

    # what Artnex says of itself
    def complaint(self, body: Json) -> Complaint:
        """Read `{"success": false, "error": CODE, "message": TEXT}`."""
        fields = Fields(body)
        code = fields.text("error")
        kind = ModerationError if code == "content_policy_violation" else None
        return Complaint(code=code, message=fields.text("message"), field=FIELDS.get(code or ""), kind=kind)

    def _poll(self, request_id: str) -> Ask:
        return self.ask("GET", f"/v1/video/{segment(request_id)}")

    def _video(self, fields: Fields) -> Video:
        word, error, url = fields.need("status"), fields.text("error"), fields.text("video_url")
        return Video(
            request_id=fields.text("request_id"),
            success=fields.switch("success"),
            status=word,
            state="cancelled" if error == "cancelled" else meaning(word),
            credits_used=fields.whole("credits_used"),
            url=self.link(url) if url else None,
            error=error,
            message=fields.text("message"),
            extra=fields.rest(),
        )


def _queued(fields: Fields) -> Queued:
    return Queued(
        request_id=fields.need("request_id"),
        status=fields.text("status") or "pending",
        success=fields.switch("success"),
        credits_used=fields.whole("credits_used"),
        extra=fields.rest(),
    )


class Artnex(Client[ArtnexOperations]):
    """Artnex, for programs that wait."""

    operations_class = ArtnexOperations

    create_video = Sync(ArtnexOperations.create_video)
    get_video = Sync(ArtnexOperations.get_video)
    get_video_status = Sync(ArtnexOperations.get_video_status)
    find_video_status = Sync(ArtnexOperations.find_video_status)
    wait = Sync(ArtnexOperations.wait)
    download = Sync(ArtnexOperations.download)
    generate = Sync(ArtnexOperations.generate)


class AsyncArtnex(AsyncClient[ArtnexOperations]):
    """Artnex, for programs that await."""

    operations_class = ArtnexOperations

    create_video = Async(ArtnexOperations.create_video)
    get_video = Async(ArtnexOperations.get_video)
    get_video_status = Async(ArtnexOperations.get_video_status)
    find_video_status = Async(ArtnexOperations.find_video_status)
    wait = Async(ArtnexOperations.wait)
    download = Async(ArtnexOperations.download)
    generate = Async(ArtnexOperations.generate)
