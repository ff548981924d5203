"""A client of Nouvel's video ads: submit product pages, wait, download. Copy this file and `core/` into an app.

    with Nouvel(key) as nouvel:
        nouvel.generate(["https://shop.example/products/trail-shoe"], to="ads/")

A job is paid with videos of the plan when it is accepted. `POST /api/v1/generate` is `submit` here, since `generate` is
the whole way. A job whose answer is lost can be found by what it makes: `recover` lists the projects of its pages.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from .core.answers import Answer, Fields, Json, Status, meaning
from .core.client import Async, AsyncClient, Client, Sync
from .core.downloads import Watcher
from .core.errors import MoneyError, NoResultError, PermissionDeniedError
from .core.operations import Complaint, OnProgress, Operations, about, segment, watching
from .core.patience import Patience
from .core.scripts import Ask, Script

WRONG_FIELD = re.compile(r"^(\w+) (?:must|is not)\b")


class JobFields(TypedDict, total=False):
    """What a submission may say besides its pages, by Nouvel's names."""

    variantCount: int
    userInstructions: str
    webhookUrl: str
    aspectRatio: Literal["9:16", "16:9", "1:1"]
    adDuration: Literal[15, 30, 45, 60]
    contentType: Literal["ad", "organic"]
    scriptStyle: str
    overrideScript: str
    selectedActorId: str
    avatarImageUrl: str
    language: str
    accent: str
    targetAudience: str
    formatPreset: str


@dataclass(frozen=True, kw_only=True)
class AcceptedJob(Answer):
    """A job that was accepted."""

    job_id: str
    total_projects: int | None
    status: str


@dataclass(frozen=True, kw_only=True)
class ProjectProgress(Answer):
    """How far one video of a job is, in per cent."""

    id: str | None
    title: str | None
    status: str | None
    progress: float | None


@dataclass(frozen=True, kw_only=True)
class FinishedProject(Answer):
    """One video of a job that has ended; `final_output_url` is None where it failed."""

    project_id: str
    title: str | None
    url: str | None
    final_output_url: str | None
    description: str | None
    status: str | None
    aspect_ratio: str | None
    duration_seconds: float | None
    scene_count: int | None
    script: str | None


@dataclass(frozen=True, kw_only=True)
class Job(Status):
    """How a job is going; `completed_details` is empty until it has ended. A `partial` job is done."""

    job_id: str | None
    stage: str | None
    total_projects: int | None
    completed_projects: int | None
    failed_projects: int | None
    projects: tuple[ProjectProgress, ...]
    completed_details: tuple[FinishedProject, ...]


@dataclass(frozen=True, kw_only=True)
class Project(Answer):
    """One video of the account; what only the single project tells (quality, tone, pacing …) is in `extra`."""

    id: str
    title: str | None
    description: str | None
    status: str | None
    final_output_url: str | None
    aspect_ratio: str | None
    target_duration_seconds: float | None
    product_url: str | None
    created_at: str | None
    updated_at: str | None


@dataclass(frozen=True, kw_only=True)
class ProjectPage(Answer):
    """A page of projects, the newest first."""

    projects: tuple[Project, ...]
    page: int | None
    limit: int | None
    total: int | None
    total_pages: int | None
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class Scene(Answer):
    """A scene of a project."""

    id: str | None
    scene_order: int | None
    prompt: str | None
    script_text: str | None
    output_url: str | None
    status: str | None
    avatar_id: str | None
    duration_seconds: float | None
    created_at: str | None
    updated_at: str | None


@dataclass(frozen=True, kw_only=True)
class ProjectAndScenes(Answer):
    """A project with its scenes, in playing order."""

    project: Project
    scenes: tuple[Scene, ...]


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A job that has ended, and a file for each of its videos that did not fail."""

    order: AcceptedJob
    job: Job
    files: tuple[Path, ...]


class NouvelOperations(Operations):
    """Nouvel's operations as scripts."""

    home = "https://app.nouvel.ai"
    default_patience = Patience(interval=10, total=1200)  # 10 s, 15 to 20 minutes: document 000, lines 29 and 39

    # the endpoints
    def submit(self, urls: Sequence[str], **fields: Unpack[JobFields]) -> Script[AcceptedJob]:
        """Submit one to three product pages (`POST /api/v1/generate`); one to three videos are made of each."""
        body = {"urls": list(urls), **fields}
        return self.pay(self.ask("POST", "/api/v1/generate", json=body), _accepted)

    def get_job(self, job_id: str) -> Script[Job]:
        """How far a job is, and its videos once it has ended."""
        return self.fetch(self._poll(job_id), self._job)

    def list_projects(
        self, *, page: int | None = None, limit: int | None = None, status: str | None = None
    ) -> Script[ProjectPage]:
        """The account's videos, the newest first; `limit` is at most 100."""
        numbers = {"page": page, "limit": limit}
        params = {name: None if number is None else str(number) for name, number in numbers.items()}
        return self.fetch(self.ask("GET", "/api/v1/projects", params={**params, "status": status}), self._page)

    def get_project(self, project_id: str) -> Script[ProjectAndScenes]:
        """One video with its scenes."""
        return self.fetch(self.ask("GET", f"/api/v1/projects/{segment(project_id)}"), self._in_full)

    # what is made of them
    def wait(self, job_id: str, *, on_progress: OnProgress | None = None) -> Script[Job]:
        """Poll until the job ends; give its last status, also where some of its videos failed (`partial`).

        Raises JobError or WaitTimeoutError.
        """
        return self.wait_for(job_id, self._poll(job_id), self._job, on_progress)

    def download(self, url: str, to: Path | str, *, watcher: Watcher | None = None) -> Script[Path]:
        """Fetch a video to `to`, which is there when it is whole, and not before."""
        return self.file(self.link(url), to, watcher=watcher)

    def recover(self, urls: Sequence[str]) -> Script[tuple[Project, ...]]:
        """Find what came of a submission whose answer was lost: the newest projects of its pages.

        They are of this submission if they are younger than it; Nouvel tells no job's id.
        """
        page = yield from self.list_projects(limit=100)
        return tuple(project for project in page.projects if project.product_url in urls)

    def generate(
        self,
        urls: Sequence[str],
        *,
        to: Path | str,
        on_progress: OnProgress | None = None,
        **fields: Unpack[JobFields],
    ) -> Script[Generated]:
        """Submit pages, wait, and fetch each video into the folder `to`, as PROJECT_ID.mp4."""
        order = yield from self.submit(urls, **fields)
        job = yield from self.wait(order.job_id, on_progress=on_progress)
        files: list[Path] = []
        with about(order.job_id):
            for project in job.completed_details:
                if project.final_output_url is not None:
                    watcher = watching(on_progress, order.job_id, job.status)
                    place = Path(to) / f"{segment(project.project_id)}.mp4"
                    files.append((yield from self.download(project.final_output_url, place, watcher=watcher)))
            if not files:
                raise NoResultError(f"{order.job_id} is {job.status} and has no video", job)
        return Generated(order=order, job=job, files=tuple(files))

    # what Nouvel says of itself
    def complaint(self, body: Json) -> Complaint:
        """Read `{"error": …}`, a word or a sentence, with a reason where there is more to say."""
        fields = Fields(body)
        error, reason = fields.text("error") or "", fields.text("reason")
        wrong = WRONG_FIELD.match(error)
        field = wrong[1] if wrong else "urls" if error == "not_a_product" else None
        kind = MoneyError if error == "quota_exceeded" else PermissionDeniedError if "requires a" in error else None
        code = error if re.fullmatch(r"[a-z_]+", error) else None
        return Complaint(code=code, message=reason if code else error, field=field, kind=kind)

    def _poll(self, job_id: str) -> Ask:
        return self.ask("GET", f"/api/v1/jobs/{segment(job_id)}")

    def _absolute(self, url: str | None) -> str | None:
        return self.link(url) if url else None

    def _job(self, fields: Fields) -> Job:
        word = fields.need("status")
        return Job(
            job_id=fields.text("jobId"),
            status=word,
            state=meaning(word),
            percent=fields.number("overallProgress"),
            stage=fields.text("stage"),
            total_projects=fields.whole("totalProjects"),
            completed_projects=fields.whole("completedProjects"),
            failed_projects=fields.whole("failedProjects"),
            projects=tuple(_progress(each) for each in fields.many("projects")),
            completed_details=tuple(self._finished(each) for each in fields.many("completedDetails")),
            extra=fields.rest(),
        )

    def _finished(self, fields: Fields) -> FinishedProject:
        return FinishedProject(
            project_id=fields.need("projectId"),
            title=fields.text("title"),
            url=fields.text("url"),
            final_output_url=self._absolute(fields.text("finalOutputUrl")),
            description=fields.text("description"),
            status=fields.text("status"),
            aspect_ratio=fields.text("aspectRatio"),
            duration_seconds=fields.number("durationSeconds"),
            scene_count=fields.whole("sceneCount"),
            script=fields.text("script"),
            extra=fields.rest(),
        )

    def _project(self, fields: Fields) -> Project:
        return Project(
            id=fields.need("id"),
            title=fields.text("title"),
            description=fields.text("description"),
            status=fields.text("status"),
            final_output_url=self._absolute(fields.text("final_output_url")),
            aspect_ratio=fields.text("aspect_ratio"),
            target_duration_seconds=fields.number("target_duration_seconds"),
            product_url=fields.text("product_url"),
            created_at=fields.text("created_at"),
            updated_at=fields.text("updated_at"),
            extra=fields.rest(),
        )

    def _page(self, fields: Fields) -> ProjectPage:
        about = fields.inner("pagination")
        return ProjectPage(
            projects=tuple(self._project(each) for each in fields.many("projects")),
            page=about.whole("page"),
            limit=about.whole("limit"),
            total=about.whole("total"),
            total_pages=about.whole("totalPages"),
            has_more=about.switch("hasMore") is True,
            extra=fields.rest(pagination=about),
        )

    def _in_full(self, fields: Fields) -> ProjectAndScenes:
        return ProjectAndScenes(
            project=self._project(fields.inner("project")),
            scenes=tuple(self._scene(each) for each in fields.many("scenes")),
            extra=fields.rest(),
        )

    def _scene(self, fields: Fields) -> Scene:
        return Scene(
            id=fields.text("id"),
            scene_order=fields.whole("scene_order"),
            prompt=fields.text("prompt"),
            script_text=fields.text("script_text"),
            output_url=self._absolute(fields.text("output_url")),
            status=fields.text("status"),
            avatar_id=fields.text("avatar_id"),
            duration_seconds=fields.number("duration_seconds"),
            created_at=fields.text("created_at"),
            updated_at=fields.text("updated_at"),
            extra=fields.rest(),
        )


def is_from_nouvel(body: bytes, signature: str, secret: str) -> bool:
    """Whether a webhook's body was signed with the account's secret: `signature` is `X-Nouvel-Signature`."""
    return hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), signature)


def _accepted(fields: Fields) -> AcceptedJob:
    return AcceptedJob(
        job_id=fields.need("jobId"),
        total_projects=fields.whole("totalProjects"),
        status=fields.text("status") or "running",
        extra=fields.rest(),
    )


def _progress(fields: Fields) -> ProjectProgress:
    return ProjectProgress(
        id=fields.text("id"),
        title=fields.text("title"),
        status=fields.text("status"),
        progress=fields.number("progress"),
        extra=fields.rest(),
    )


class Nouvel(Client[NouvelOperations]):
    """Nouvel, for programs that wait."""

    operations_class = NouvelOperations

    submit = Sync(NouvelOperations.submit)
    get_job = Sync(NouvelOperations.get_job)
    list_projects = Sync(NouvelOperations.list_projects)
    get_project = Sync(NouvelOperations.get_project)
    wait = Sync(NouvelOperations.wait)
    download = Sync(NouvelOperations.download)
    recover = Sync(NouvelOperations.recover)
    generate = Sync(NouvelOperations.generate)


class AsyncNouvel(AsyncClient[NouvelOperations]):
    """Nouvel, for programs that await."""

    operations_class = NouvelOperations

    submit = Async(NouvelOperations.submit)
    get_job = Async(NouvelOperations.get_job)
    list_projects = Async(NouvelOperations.list_projects)
    get_project = Async(NouvelOperations.get_project)
    wait = Async(NouvelOperations.wait)
    download = Async(NouvelOperations.download)
    recover = Async(NouvelOperations.recover)
    generate = Async(NouvelOperations.generate)
