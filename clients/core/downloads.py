"""Fetching a file whole: streamed beside its place, resumed where it broke off, checked, and only then put there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import httpx

Kind = Literal["mp4", "wav", "jpeg"]
"""What a file should be."""

Watcher = Callable[[int, int | None], object]
"""Is told how many bytes are there, and how many there will be, if that is known."""

HEAD = 12
"""Bytes at the beginning of a file that tell what it is."""


@dataclass
class Arrival:
    """A file on its way, as the sink of the requests for its pieces."""

    file: IO[bytes]
    watcher: Watcher | None = None
    have: int = 0
    total: int | None = None
    etag: str | None = None

    def headers(self) -> dict[str, str]:
        """What asks for the rest, provided that the file is still the same; for all of it, if nothing is there yet."""
        plain = {"accept-encoding": "identity"}
        if not self.have or self.etag is None:
            return plain
        return plain | {"range": f"bytes={self.have}-", "if-range": self.etag}

    def opens(self, response: httpx.Response) -> bool:
        """Whether this is the file or its rest; what does not fit what is there begins it anew."""
        if response.status_code not in {200, 206}:
            return False
        begins, total = _extent(response)
        if begins not in {0, self.have}:
            self.forget()
            return False
        if begins == 0:
            self.forget()
        self.total = total
        etag = response.headers.get("etag", "")
        self.etag = etag if etag.startswith('"') else None  # a weak one does not promise the same bytes
        return True

    def write(self, chunk: bytes, /) -> None:
        """Take a piece."""
        self.file.write(chunk)
        self.have += len(chunk)
        if self.watcher is not None:
            self.watcher(self.have, self.total)

    def forget(self) -> None:
        """Begin anew."""
        self.file.seek(0)
        self.file.truncate()
        self.have, self.total, self.etag = 0, None, None

    def flaw(self, kind: Kind) -> str | None:
        """What is wrong with the file as it is now; None if it is whole."""
        if self.total is not None and self.have != self.total:
            return f"{self.have} of {self.total} bytes"
        self.file.seek(0)
        head = self.file.read(HEAD)
        self.file.seek(0, 2)
        return None if _looks_like(head, kind) else f"no {kind}, but {head!r}…"


def part_of(place: Path) -> Path:
    """Where a file is until it is whole."""
    return place.with_name(place.name + ".part")


def _extent(response: httpx.Response) -> tuple[int | None, int | None]:
    """With which byte an answer begins (None: it does not say so) and how many the whole file has."""
    if response.status_code == 206:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("content-range", ""))
        if found is None:
            return None, None
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = response.headers.get("content-length", "")
    return 0, int(length) if length.isdecimal() else None


def _looks_like(head: bytes, kind: Kind) -> bool:
    if kind == "mp4":
        return head[4:8] == b"ftyp"
    if kind == "wav":
        return head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    return head[:3] == b"\xff\xd8\xff"
