"""What is asked, what is answered, and how a person repeats it."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


class Who(StrEnum):
    """Whose key goes along."""

    US = "KEY"
    OTHER = "OTHER_KEY"
    STRANGER = "BAD_KEY"
    NOBODY = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as one part of a multipart form."""

    name: str
    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it is going to be sent.

    `path` begins with a slash and may have a query; a whole URL is a link that the server has handed out. `body` is
    sent as JSON, bytes as they are; `files` are the parts of a multipart form.
    """

    method: str
    path: str
    body: object = None
    who: Who = Who.US
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    files: Mapping[str, Upload] | None = None

    @property
    def documented(self) -> str:
        """The path as the documents have it: without a server's address, a mock's sandbox, and the query."""
        return re.sub(r"^(https?://[^/]+)?(/@[^/]+)?", "", self.path).partition("?")[0]

    def content(self) -> bytes:
        """The body as bytes; none for a form, whose bytes differ each time."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the names of `headers` are lowercase. `json` is None where the body is none."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    json: object = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request, the address that it went to, and its answer."""

    ask: Ask
    url: str
    answer: Answer
    auth: str = ""

    def curl(self) -> str:
        """A command that repeats the request; the key is left out, as `$KEY`."""
        return curl(self.ask, self.url, self.auth)


def curl(ask: Ask, url: str, auth: str = "") -> str:
    """The command that sends `ask`; `auth` is the header that the key goes into, with `$KEY` in place of it."""
    parts = ["curl", "-s", "-i", "-I" if ask.method == "HEAD" else f"-X {ask.method}", shlex.quote(url)]
    if auth:
        parts.append(f'-H "{auth}"')
    headers = dict(ask.headers)
    if ask.body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json"
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()]
    parts += [f"-F {shlex.quote(f'{part}=@{file.name}')}" for part, file in (ask.files or {}).items()]
    if ask.body is not None:
        parts.append(f"--data-binary {shlex.quote(ask.content().decode(errors='replace'))}")
    return " ".join(parts)
