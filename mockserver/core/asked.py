"""What a request asks, as far as faults and scenario rules look at it; and what they look for."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: `path` is what the client asked for inside the sandbox, `template` the operation's documented path.

    `text` is the body as text, `model` what it calls so; both are empty where the body was not read.
    """

    provider: str = ""
    method: str = ""
    path: str = ""
    template: str = ""
    operation: str = ""
    key: str = ""
    model: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Which requests are meant: those for which all that is given fits; nothing given fits all.

    `path` is an operation's template, such as `/api/v1/jobs/{jobId}`, or a glob for the path, such as `/media/*`, in
    which `*` goes over slashes too. `key` and `model` may be globs, `text` is a part of the body.
    """

    provider: str | None = None
    method: str | None = None
    path: str | None = None
    key: str | None = None
    operation: str | None = None
    model: str | None = None
    text: str | None = None

    def fits(self, asked: Asked) -> bool:
        """Tell whether a request is meant."""
        return (
            self.provider in {None, asked.provider}
            and (self.method is None or self.method.upper() == asked.method)
            and self.operation in {None, asked.operation}
            and (self.path == asked.template or _like(self.path, asked.path))
            and _like(self.key, asked.key)
            and _like(self.model, asked.model)
            and (self.text is None or self.text in asked.text)
        )


NAMES = tuple(Match.__dataclass_fields__)
EVERYTHING = Match()


def _like(pattern: str | None, text: str) -> bool:
    return pattern is None or pattern == text or fnmatchcase(text, pattern)
