"""Where a request carries its API key."""

from collections.abc import Callable, Mapping

RawHeaderMap = Mapping[bytes, bytes]
KeySource = Callable[[RawHeaderMap], str | None]


def header(name: str) -> KeySource:
    """Look for the whole key in one header, as in `x-api-key: KEY`."""
    raw = name.lower().encode()

    def find(headers: RawHeaderMap) -> str | None:
        value = headers.get(raw)
        return value.decode("latin-1").strip() or None if value else None

    return find


def bearer(headers: RawHeaderMap) -> str | None:
    """Look for `Authorization: Bearer KEY`; the scheme's name in any case."""
    value = headers.get(b"authorization")
    if value is None or value[:7].lower() != b"bearer ":
        return None
    return value[7:].decode("latin-1").strip() or None


def first_key(headers: RawHeaderMap, sources: tuple[KeySource, ...]) -> str | None:
    """Find the first key that one of the sources has."""
    for source in sources:
        key = source(headers)
        if key is not None:
            return key
    return None
