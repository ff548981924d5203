"""A client of ViddyScribe's audio descriptions: upload, order, wait, download. Copy this file and `core/` into an app.

    with ViddyScribe(key) as viddy:
        media = viddy.upload(Path("talk.mp4"))
        viddy.generate(media.media_id, to="described.mp4", language="en-US")

Uploads cost nothing, and the same bytes are the same media: they are sent again when disturbed. Orders take the plan's
minutes: they are never sent twice. ViddyScribe cannot be asked for the jobs of a key, so an order whose answer is lost
cannot be found again. Links to results live for minutes; `generate` asks for a fresh one when one has ended.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from .core.answers import Answer, Fields, Json, Status, meaning
from .core.client import Async, AsyncClient, Client, Sync
from .core.downloads import Kind, Watcher
from .core.errors import (
    AuthError,
    MoneyError,
    NoResultError,
    NotReadyError,
    PermissionDeniedError,
    RefusedError,
    ResultExpiredError,
    ValidationError,
)
from .core.operations import Complaint, OnProgress, Operations, about, watching
from .core.patience import Patience
from .core.scripts import Ask, Script

KINDS: Mapping[str, type[RefusedError]] = {
    "unauthorized": AuthError,
    "plan_limit_exceeded": MoneyError,
    "feature_not_available": PermissionDeniedError,
    "video_too_long": ValidationError,
    "file_too_large": ValidationError,
    "upload_failed": ValidationError,
    "upload_not_ready": NotReadyError,
}
"""What a slug means where its status says less."""
WRONG_FIELD = re.compile(r"^Invalid value for ([\w.]+)|^([\w.]+) is required")


class Captions(TypedDict, total=False):
    """Captions that come along with an order."""

    content: str
    format: str
    filename: str


class TextOptions(TypedDict, total=False):
    """What an order of descriptions as text may say, by ViddyScribe's names."""

    language: str
    format: Literal["json", "vtt", "edl"]
    video_category: str
    ad_type: Literal["extended_ad", "standard_ad"]
    custom_instructions: str
    read_all_onscreen_text: bool
    auto_fit: bool
    allow_descriptions_over_music: bool
    custom_captions: Captions
    filename: str


class AudioOptions(TypedDict, total=False):
    """What an order of descriptions as an audio track may say."""

    language: str
    format: Literal["json", "vtt", "edl"]
    video_category: str
    voice: str
    custom_instructions: str
    auto_fit: bool
    allow_descriptions_over_music: bool
    custom_captions: Captions
    volume_option: Literal["auto", "max"]
    volume_level_db: float
    audio_track_type: Literal["mixed", "ad_only"]
    description_content: str
    filename: str


class VideoOptions(TypedDict, total=False):
    """What an order of a described video may say."""

    language: str
    format: Literal["json", "vtt", "edl", "video"]
    video_category: str
    ad_type: Literal["extended_ad", "standard_ad"]
    voice: str
    custom_instructions: str
    read_all_onscreen_text: bool
    auto_fit: bool
    allow_descriptions_over_music: bool
    custom_captions: Captions
    volume_option: Literal["auto", "max"]
    volume_level_db: float
    description_content: str
    edl_content: str
    resolution: str
    filename: str


@dataclass(frozen=True, kw_only=True)
class Media(Answer):
    """A video that ViddyScribe has; `status` is `created`, or `existing` if it had it before."""

    media_id: str
    status: str | None
    duration_seconds: float | None
    frame_rate: float | None


@dataclass(frozen=True, kw_only=True)
class PendingUpload(Answer):
    """A signed link that waits for a video's bytes."""

    media_id: str
    upload_url: str
    gcs_path: str | None
    status: str | None
    content_type: str | None


@dataclass(frozen=True, kw_only=True)
class UploadStatus(Status):
    """How the verification of an upload is going; then `canonical_media_id` is the media to order from."""

    media_id: str | None
    gcs_path: str | None
    canonical_media_id: str | None
    duration_seconds: float | None
    frame_rate: float | None


@dataclass(frozen=True, kw_only=True)
class AcceptedJob(Answer):
    """An order that was accepted; its minutes are held until it ends."""

    job_id: str
    status: str
    media_id: str | None


@dataclass(frozen=True, kw_only=True)
class Segment(Answer):
    """A description, and from when to when it is spoken, in seconds."""

    start: float | None
    end: float | None
    text: str | None


@dataclass(frozen=True, kw_only=True)
class Results(Status):
    """How a job is going, and what it made: signed links, and descriptions as segments or as a file's content."""

    job_id: str | None
    media_id: str | None
    created_at: str | None
    updated_at: str | None
    video_signed_url: str | None
    audio_signed_url: str | None
    segments: tuple[Segment, ...]
    content: str | None
    content_format: str | None
    error: str | None

    @property
    def complaint(self) -> str | None:
        """Why it failed."""
        return self.error


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A video or a track that was ordered and fetched."""

    order: AcceptedJob
    status: Results
    file: Path


class ViddyScribeOperations(Operations):
    """ViddyScribe's operations as scripts."""

    home = "https://api.viddyscribe.com"
    key_headers = ("x-api-key",)
    default_patience = Patience(interval=5, total=3600)
    """No page names either: a team has 60 requests a minute or so, and an hour of video takes half an hour."""

    # uploads
    def upload_media(self, file: Path | str) -> Script[Media]:
        """Upload a video as a file, which is read from disk while it is sent."""
        return self.fetch(self.ask("POST", "/enterprise/api/upload_media", form={"file": Path(file)}), _media)

    def upload_media_by_url(self, url: str, *, filename: str | None = None) -> Script[Media]:
        """Name the URL of a video to `upload_media`."""
        given = {"type": "url", "url": url} | _known(filename=filename)
        return self.fetch(self.ask("POST", "/enterprise/api/upload_media", json={"input": given}), _media)

    def upload_media_from_url(self, source_url: str, *, filename: str | None = None) -> Script[Media]:
        """Name the URL of a video."""
        body = {"source_url": source_url} | _known(filename=filename)
        return self.fetch(self.ask("POST", "/enterprise/api/upload_media_from_url", json=body), _media)

    def request_upload(self, filename: str, *, content_type: str = "video/mp4") -> Script[PendingUpload]:
        """Ask `upload_media` for a signed link."""
        given = {"type": "signed_url", "filename": filename, "content_type": content_type}
        return self.fetch(self.ask("POST", "/enterprise/api/upload_media", json={"input": given}), self._pending)

    def put_upload(self, upload: PendingUpload, file: Path | str) -> Script[None]:
        """Send a video's bytes to a signed link, straight from disk. The key is not sent: the link needs none."""
        headers = {"content-type": upload.content_type or "video/mp4"}
        return self.put(Ask(method="PUT", url=upload.upload_url, headers=headers, upload=Path(file)))

    def notify_upload_complete(self, media_id: str, *, gcs_path: str | None = None) -> Script[UploadStatus]:
        """Start the verification of bytes that were sent to a signed link."""
        body = {"media_id": media_id} | _known(gcs_path=gcs_path)
        return self.fetch(self.ask("POST", "/enterprise/api/notify_upload_complete", json=body), _upload)

    def get_upload_status(self, media_id: str, *, gcs_path: str | None = None) -> Script[UploadStatus]:
        """How the verification of an upload is going."""
        return self.fetch(self._upload_poll(media_id, gcs_path), _upload)

    # orders
    def generate_ad_text(self, media_id: str, **options: Unpack[TextOptions]) -> Script[AcceptedJob]:
        """Order descriptions as text."""
        return self._order("generate_ad_text", {"media_id": media_id, **options})

    def generate_ad_text_from_url(self, source_url: str, **options: Unpack[TextOptions]) -> Script[AcceptedJob]:
        """Name a video's URL and order descriptions as text."""
        return self._order("generate_ad_text_from_url", {"source_url": source_url, **options})

    def generate_ad_text_from_file(self, file: Path | str, **options: Unpack[TextOptions]) -> Script[AcceptedJob]:
        """Upload a file and order descriptions as text."""
        return self._order_from_file("generate_ad_text_from_file", file, options)

    def generate_ad_audio(self, media_id: str, **options: Unpack[AudioOptions]) -> Script[AcceptedJob]:
        """Order descriptions as an audio track."""
        return self._order("generate_ad_audio", {"media_id": media_id, **options})

    def generate_ad_audio_from_url(self, source_url: str, **options: Unpack[AudioOptions]) -> Script[AcceptedJob]:
        """Name a video's URL and order descriptions as an audio track."""
        return self._order("generate_ad_audio_from_url", {"source_url": source_url, **options})

    def generate_ad_audio_from_file(self, file: Path | str, **options: Unpack[AudioOptions]) -> Script[AcceptedJob]:
        """Upload a file and order descriptions as an audio track."""
        return self._order_from_file("generate_ad_audio_from_file", file, options)

    def generate_ad_video(self, media_id: str, **options: Unpack[VideoOptions]) -> Script[AcceptedJob]:
        """Order a video with descriptions."""
        return self._order("generate_ad_video", {"media_id": media_id, **options})

    def generate_ad_video_from_url(self, source_url: str, **options: Unpack[VideoOptions]) -> Script[AcceptedJob]:
        """Name a video's URL and order a video with descriptions."""
        return self._order("generate_ad_video_from_url", {"source_url": source_url, **options})

    def generate_ad_video_from_file(self, file: Path | str, **options: Unpack[VideoOptions]) -> Script[AcceptedJob]:
        """Upload a file and order a video with descriptions."""
        return self._order_from_file("generate_ad_video_from_file", file, options)

    def get_results(self, job_id: str) -> Script[Results]:
        """How a job is going; each answer of a job that is done has fresh links."""
        return self.fetch(self._poll(job_id), self._results)

    # what is made of them
    def upload(self, file: Path | str, *, on_progress: OnProgress | None = None) -> Script[Media]:
        """Upload a video of any size by a signed link, and wait until it is verified. Raises JobError if it fails."""
        path = Path(file)
        pending = yield from self.request_upload(path.name)
        yield from self.put_upload(pending, path)
        yield from self.notify_upload_complete(pending.media_id, gcs_path=pending.gcs_path)
        done = yield from self.wait_upload(pending.media_id, gcs_path=pending.gcs_path, on_progress=on_progress)
        return Media(
            media_id=done.canonical_media_id or pending.media_id,
            status=done.status,
            duration_seconds=done.duration_seconds,
            frame_rate=done.frame_rate,
            extra=done.extra,
        )

    def wait_upload(
        self, media_id: str, *, gcs_path: str | None = None, on_progress: OnProgress | None = None
    ) -> Script[UploadStatus]:
        """Poll until an upload is verified."""
        return self.wait_for(media_id, self._upload_poll(media_id, gcs_path), _upload, on_progress)

    def wait(self, job_id: str, *, on_progress: OnProgress | None = None) -> Script[Results]:
        """Poll until the job ends; give its last status. Raises JobError or WaitTimeoutError."""
        return self.wait_for(job_id, self._poll(job_id), self._results, on_progress)

    def download(self, url: str, to: Path | str, *, kind: Kind = "mp4", watcher: Watcher | None = None) -> Script[Path]:
        """Fetch a result to `to`, which is there when it is whole, and not before. An audio track is a `wav`."""
        return self.file(self.link(url), to, kind=kind, watcher=watcher)

    def generate(
        self, media_id: str, *, to: Path | str, on_progress: OnProgress | None = None, **options: Unpack[VideoOptions]
    ) -> Script[Generated]:
        """Order a video with descriptions, wait for it and fetch it."""
        order = yield from self.generate_ad_video(media_id, **options)
        return (yield from self._brought(order, to, "mp4", on_progress))

    def generate_audio(
        self, media_id: str, *, to: Path | str, on_progress: OnProgress | None = None, **options: Unpack[AudioOptions]
    ) -> Script[Generated]:
        """Order an audio track of descriptions, wait for it and fetch it."""
        order = yield from self.generate_ad_audio(media_id, **options)
        return (yield from self._brought(order, to, "wav", on_progress))

    def _brought(
        self, order: AcceptedJob, to: Path | str, kind: Kind, on_progress: OnProgress | None
    ) -> Script[Generated]:
        status = yield from self.wait(order.job_id, on_progress=on_progress)
        watcher = watching(on_progress, order.job_id, status.status)
        with about(order.job_id):
            try:
                file = yield from self.download(_link(status, kind), to, kind=kind, watcher=watcher)
            except ResultExpiredError:  # links live for minutes: a fresh one may work
                status = yield from self.get_results(order.job_id)
                file = yield from self.download(_link(status, kind), to, kind=kind, watcher=watcher)
        return Generated(order=order, status=status, file=file)

    # what ViddyScribe says of itself
    def complaint(self, body: Json) -> Complaint:
        """Read `{"error": SLUG, "message": TEXT}`, or what a conflict says: `{"error": TEXT, "code": SLUG}`."""
        fields = Fields(body)
        slug, error = fields.text("code"), fields.text("error")
        code, message = slug or error, error if slug else fields.text("message")
        wrong = WRONG_FIELD.match(message or "")
        field = (wrong[1] or wrong[2]) if wrong else None
        return Complaint(code=code, message=message, field=field, kind=KINDS.get(code or ""))

    def _order(self, name: str, body: Json) -> Script[AcceptedJob]:
        return self.pay(self.ask("POST", f"/enterprise/api/{name}", json=body), _accepted)

    def _order_from_file(self, name: str, file: Path | str, options: Json) -> Script[AcceptedJob]:
        config = {"generation_config": json.dumps(options)} if options else {}
        form: dict[str, str | Path] = {**config, "file": Path(file)}
        return self.pay(self.ask("POST", f"/enterprise/api/{name}", form=form), _accepted)

    def _poll(self, job_id: str) -> Ask:
        return self.ask("GET", "/enterprise/api/get_results", params={"job_id": job_id})

    def _upload_poll(self, media_id: str, gcs_path: str | None) -> Ask:
        params = {"media_id": media_id, "gcs_path": gcs_path}
        return self.ask("GET", "/enterprise/api/get_upload_status", params=params)

    def _pending(self, fields: Fields) -> PendingUpload:
        return PendingUpload(
            media_id=fields.need("media_id"),
            upload_url=self.link(fields.need("upload_url")),
            gcs_path=fields.text("gcs_path"),
            status=fields.text("status"),
            content_type=fields.text("content_type"),
            extra=fields.rest(),
        )

    def _results(self, fields: Fields) -> Results:
        output = fields.inner("output")
        video, audio = fields.text("video_signed_url", "result_url"), fields.text("audio_signed_url")
        word = fields.need("status")
        return Results(
            job_id=fields.text("job_id"),
            media_id=fields.text("media_id"),
            status=word,
            state=meaning(word),
            created_at=fields.text("created_at"),
            updated_at=fields.text("updated_at"),
            video_signed_url=self.link(video) if video else None,
            audio_signed_url=self.link(audio) if audio else None,
            segments=tuple(_segment(each) for each in output.many("segments") or output.many("items")),
            content=output.text("content", "vtt"),
            content_format=output.text("format"),
            error=fields.text("error"),
            extra=fields.rest(output=output),
        )


def _link(status: Results, kind: Kind) -> str:
    """The link of a result; raises NoResultError where there is none."""
    link = status.video_signed_url if kind == "mp4" else status.audio_signed_url
    if link is None:
        raise NoResultError(f"{status.job_id} is {status.status} and has no {kind}", status)
    return link


def _known(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value is not None}


def _media(fields: Fields) -> Media:
    return Media(
        media_id=fields.need("media_id"),
        status=fields.text("status"),
        duration_seconds=fields.number("duration_seconds"),
        frame_rate=fields.number("frame_rate"),
        extra=fields.rest(),
    )


def _upload(fields: Fields) -> UploadStatus:
    word = fields.need("upload_status")
    return UploadStatus(
        media_id=fields.text("media_id"),
        status=word,
        state=meaning(word),
        gcs_path=fields.text("gcs_path"),
        canonical_media_id=fields.text("canonical_media_id"),
        duration_seconds=fields.number("duration_seconds"),
        frame_rate=fields.number("frame_rate"),
        extra=fields.rest(),
    )


def _accepted(fields: Fields) -> AcceptedJob:
    return AcceptedJob(
        job_id=fields.need("job_id"),
        status=fields.text("status") or "queued",
        media_id=fields.text("media_id"),
        extra=fields.rest(),
    )


def _segment(fields: Fields) -> Segment:
    return Segment(
        start=fields.number("start"), end=fields.number("end"), text=fields.text("text"), extra=fields.rest()
    )


class ViddyScribe(Client[ViddyScribeOperations]):
    """ViddyScribe, for programs that wait."""

    operations_class = ViddyScribeOperations

    upload_media = Sync(ViddyScribeOperations.upload_media)
    upload_media_by_url = Sync(ViddyScribeOperations.upload_media_by_url)
    upload_media_from_url = Sync(ViddyScribeOperations.upload_media_from_url)
    request_upload = Sync(ViddyScribeOperations.request_upload)
    put_upload = Sync(ViddyScribeOperations.put_upload)
    notify_upload_complete = Sync(ViddyScribeOperations.notify_upload_complete)
    get_upload_status = Sync(ViddyScribeOperations.get_upload_status)
    generate_ad_text = Sync(ViddyScribeOperations.generate_ad_text)
    generate_ad_text_from_url = Sync(ViddyScribeOperations.generate_ad_text_from_url)
    generate_ad_text_from_file = Sync(ViddyScribeOperations.generate_ad_text_from_file)
    generate_ad_audio = Sync(ViddyScribeOperations.generate_ad_audio)
    generate_ad_audio_from_url = Sync(ViddyScribeOperations.generate_ad_audio_from_url)
    generate_ad_audio_from_file = Sync(ViddyScribeOperations.generate_ad_audio_from_file)
    generate_ad_video = Sync(ViddyScribeOperations.generate_ad_video)
    generate_ad_video_from_url = Sync(ViddyScribeOperations.generate_ad_video_from_url)
    generate_ad_video_from_file = Sync(ViddyScribeOperations.generate_ad_video_from_file)
    get_results = Sync(ViddyScribeOperations.get_results)
    upload = Sync(ViddyScribeOperations.upload)
    wait_upload = Sync(ViddyScribeOperations.wait_upload)
    wait = Sync(ViddyScribeOperations.wait)
    download = Sync(ViddyScribeOperations.download)
    generate = Sync(ViddyScribeOperations.generate)
    generate_audio = Sync(ViddyScribeOperations.generate_audio)


class AsyncViddyScribe(AsyncClient[ViddyScribeOperations]):
    """ViddyScribe, for programs that await."""

    operations_class = ViddyScribeOperations

    upload_media = Async(ViddyScribeOperations.upload_media)
    upload_media_by_url = Async(ViddyScribeOperations.upload_media_by_url)
    upload_media_from_url = Async(ViddyScribeOperations.upload_media_from_url)
    request_upload = Async(ViddyScribeOperations.request_upload)
    put_upload = Async(ViddyScribeOperations.put_upload)
    notify_upload_complete = Async(ViddyScribeOperations.notify_upload_complete)
    get_upload_status = Async(ViddyScribeOperations.get_upload_status)
    generate_ad_text = Async(ViddyScribeOperations.generate_ad_text)
    generate_ad_text_from_url = Async(ViddyScribeOperations.generate_ad_text_from_url)
    generate_ad_text_from_file = Async(ViddyScribeOperations.generate_ad_text_from_file)
    generate_ad_audio = Async(ViddyScribeOperations.generate_ad_audio)
    generate_ad_audio_from_url = Async(ViddyScribeOperations.generate_ad_audio_from_url)
    generate_ad_audio_from_file = Async(ViddyScribeOperations.generate_ad_audio_from_file)
    generate_ad_video = Async(ViddyScribeOperations.generate_ad_video)
    generate_ad_video_from_url = Async(ViddyScribeOperations.generate_ad_video_from_url)
    generate_ad_video_from_file = Async(ViddyScribeOperations.generate_ad_video_from_file)
    get_results = Async(ViddyScribeOperations.get_results)
    upload = Async(ViddyScribeOperations.upload)
    wait_upload = Async(ViddyScribeOperations.wait_upload)
    wait = Async(ViddyScribeOperations.wait)
    download = Async(ViddyScribeOperations.download)
    generate = Async(ViddyScribeOperations.generate)
    generate_audio = Async(ViddyScribeOperations.generate_audio)
