"""What is ordered of what: a media that was uploaded, and what is to be made of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple

from mockserver.core.timeline import FOREVER, Timeline

from . import Kind

UploadStatus = Literal["pending", "processing", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Footage:
    """A video's length and frame rate, and where it is: `file` is its name among the server's files.

    A `url` that is not fetched stands for a video of its own, and there is no file.
    """

    length: timedelta
    rate: Fraction = field(hash=False)  # whose hash takes long, and tells hardly a video from another
    file: str | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """What tells it from other videos."""
        return self.file or self.url or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An upload of a team. Its `verification` runs from `verified_from` on; None: nobody said yet that all has come.

    Of a signed upload, `gcs_path` and `content_type` are what its answer said, `largest` is how many bytes may come,
    `received` names those that came. `canonical` is the media that had the same bytes before.
    """

    id: str
    team: str
    verification: Timeline
    verified_from: datetime | None = None
    footage: Footage | None = None
    canonical: str | None = None
    gcs_path: str | None = None
    content_type: str = ""
    largest: int = 0
    received: str | None = None

    def status(self, now: datetime) -> UploadStatus:
        """How far its verification is."""
        if self.verified_from is None:
            return "pending"
        since, life = now - self.verified_from, self.verification
        state = life.end.state if since >= life.length else life.at(since).stage.state
        return "completed" if state == "done" else "failed" if state == "failed" else "processing"

    @property
    def verified_at(self) -> datetime | None:
        """When its verification ends, well or badly; None if it never does."""
        length = self.verification.length
        return None if self.verified_from is None or length >= FOREVER else self.verified_from + length

    def next_change(self, now: datetime) -> datetime | None:
        """When its verification ends, if that is still to come."""
        at = self.verified_at
        return at if at is not None and at > now else None


class Order(NamedTuple):
    """What is to be made of a media, with all options as they were meant.

    `given` is a text that came with the order; `loudness` is that of the voice, of full scale (0 to 1); `mixed` puts
    the media's own sound beneath the descriptions.
    """

    kind: Kind
    media: str
    footage: Footage
    format: str
    language: str
    category: str
    ad_type: str
    voice: str
    loudness: float
    mixed: bool
    given: str | None

    @property
    def extended(self) -> bool:
        """Whether the media rests while a description is spoken."""
        return self.ad_type == "extended_ad"
