"""What is shown of an exchange without its secrets: keys, tokens and signatures, wherever they stand."""

import re
from collections.abc import Collection

from mockserver.core.journal import Headers, redacted_key

GONE = "[redacted]"
KEY_HEADERS = frozenset({b"authorization", b"x-api-key"})
SECRET_HEADERS = KEY_HEADERS | {b"cookie", b"set-cookie", b"proxy-authorization"}
SHORTEST_SECRET = 6
"""A shorter key is nobody's: to hide it everywhere would hide innocent text."""

NAMES = r"x-api-key|api[-_]?key|(?:access[-_]?)?token|(?:\w+[-_])?secret|password|signature|sig"
_IN_JSON = re.compile(rf'("(?:{NAMES}|authorization)"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)
_IN_QUERY = re.compile(rf"((?:^|[?&;])(?:{NAMES})=)[^&\s\"'<>#\\]+", re.IGNORECASE | re.MULTILINE)
_IN_DATA_URL = re.compile(r"(data:[\w.+-]+/[\w.+-]+(?:;[\w=-]+)*;base64,)([A-Za-z0-9+/_=-]{32,})")
_BASE64 = re.compile(r'(?<=")[A-Za-z0-9+/]{400,}={0,2}(?="|$)')


def redacted(headers: Headers, secrets: Collection[str] = ()) -> list[tuple[str, str]]:
    """Headers as text, secrets replaced."""
    return [
        (
            name.decode("latin-1"),
            GONE if name.lower() in SECRET_HEADERS else without_secrets(value.decode("latin-1"), secrets),
        )
        for name, value in headers
    ]


def secrets_of(key: str | None, headers: Headers) -> set[str]:
    """The keys that a request carried: the one it was known by, and what its headers say."""
    found = {key} if key else set()
    for name, value in headers:
        if name.lower() in KEY_HEADERS:
            found.add(value.decode("latin-1").rpartition(" ")[2].strip())
    return {secret for secret in found if len(secret) >= SHORTEST_SECRET}


def without_secrets(text: str, secrets: Collection[str]) -> str:
    """Replace known secrets, and the values of fields and parameters that are named like secrets."""
    for secret in secrets:
        text = text.replace(secret, redacted_key(secret))
    return _IN_QUERY.sub(rf"\1{GONE}", _IN_JSON.sub(rf"\1{GONE}", text))


def without_media(text: str) -> str:
    """Replace base64 inside of a text by its length."""
    text = _IN_DATA_URL.sub(lambda found: f"{found[1]}[{len(found[2])} characters]", text)
    return _BASE64.sub(lambda found: f"[{len(found[0])} characters of base64]", text)
