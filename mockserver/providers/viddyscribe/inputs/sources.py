"""Where the video of an order comes from: flat `media_id` or `source_url`, nested `input`, or the file of a form."""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from mockserver.core.refusals import BadValue, MissingField

from .decoding import Body, decoded

SourceType = Literal["media_id", "url", "file", "signed_url"]

URL = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?")
URL_AT_MOST = 8192


class Source(msgspec.Struct, frozen=True):
    """Where a video comes from; `type`, a `SourceType` once it is checked, says which of the others is meant."""

    type: str
    media_id: str = ""
    url: str = ""
    filename: str = ""
    content_type: str = "video/mp4"


class Envelope(msgspec.Struct):
    """A body as far as it says where the video comes from."""

    input: msgspec.Raw | UnsetType = UNSET
    generation_config: msgspec.Raw | UnsetType = UNSET
    media_id: str = ""
    source_url: str = ""
    filename: str = ""


def envelope(body: Body) -> Envelope:
    """Read that part of a body."""
    if isinstance(body, bytes):
        return decoded(body, Envelope)
    return Envelope(
        input=_part(body, "input"),
        generation_config=_part(body, "generation_config"),
        media_id=body.get("media_id", ""),
        source_url=body.get("source_url", ""),
    )


def _part(form: Mapping[str, str], name: str) -> msgspec.Raw | UnsetType:
    """The JSON in a part of a form; an empty part counts as none."""
    return msgspec.Raw(form[name].encode()) if form.get(name) else UNSET


def source_of(body: Body, among: tuple[SourceType, ...], *, has_file: bool = False) -> Source:
    """Read where the video comes from, if that is `among` what the operation takes; the first of them is asked for."""
    found = envelope(body)
    if not isinstance(found.input, UnsetType):
        source = decoded(found.input, Source, "input")
        if source.type not in among:
            raise BadValue("input.type", source.type, " or ".join(among))
        return _checked(source, "input.", has_file=has_file)
    flat = _flat(found, among, has_file=has_file)
    if flat is None or flat.type not in among:
        raise MissingField(_asked_for(among, body))
    return _checked(flat, "source_", has_file=has_file)


def _flat(found: Envelope, among: tuple[SourceType, ...], *, has_file: bool) -> Source | None:
    if found.media_id:
        return Source("media_id", media_id=found.media_id)
    if found.source_url and "media_id" not in among:  # operations that take a media_id require it [doc 001, line 12]
        return Source("url", url=found.source_url)
    return Source("file") if has_file else None


def _asked_for(among: tuple[SourceType, ...], body: Body) -> str:
    """The field whose absence is told: a form lacks its file, where a file would do."""
    if among[0] == "file" or ("file" in among and isinstance(body, Mapping)):
        return "file"
    return "media_id" if among[0] == "media_id" else "source_url"


def _checked(source: Source, prefix: str, *, has_file: bool) -> Source:
    """Refuse a source without that which its type speaks of."""
    if source.type == "file":
        if not has_file:
            raise MissingField("file")
        return source
    field = "filename" if source.type == "signed_url" else source.type
    value: str = getattr(source, field)
    if not value:
        raise MissingField(prefix + field)
    if source.type == "signed_url" and not source.content_type:
        raise MissingField(prefix + "content_type")
    if source.type == "url":
        url = value.strip()
        if not URL.fullmatch(url) or len(url) > URL_AT_MOST:
            raise BadValue(prefix + field, url, "an http or https URL")
        return msgspec.structs.replace(source, url=url)
    return source
