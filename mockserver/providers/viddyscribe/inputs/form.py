"""Multipart forms, read while they come: the file goes to disk, the other parts are short texts."""

from dataclasses import dataclass, field
from typing import NoReturn

from msgspec import json
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from mockserver.core.refusals import BadBody, MediaTooLarge
from mockserver.media.files import Spool
from mockserver.providers.viddyscribe.catalogue import MB, MULTIPART_LIMIT
from mockserver.web.call import Call

TEXTS_AT_MOST = 4 * MB
PARTS_AT_MOST = 100
HEAD_AT_MOST = 16 * 1024


@dataclass(slots=True)
class Form:
    """A form's texts by name, and whether a file came with it (into the spool that was given): what it is called."""

    texts: dict[str, str] = field(default_factory=dict)
    has_file: bool = False
    file_name: str = ""
    file_type: str = ""


def is_form(call: Call) -> bool:
    """Tell whether a request says that it is a multipart form."""
    return call.headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data")


async def read_form(call: Call, spool: Spool, largest: int) -> Form:
    """Read a form, its part `file` into the spool.

    Raises BadBody for what is no form, MediaTooLarge for a file of more than `largest` bytes, or than 32 MB.
    """
    _, options = parse_options_header(call.header("content-type") or "")
    boundary = options.get(b"boundary")
    if not boundary:
        raise BadBody("the form has no boundary")
    parts = _Parts(boundary, spool, min(largest, MULTIPART_LIMIT))
    async for chunk in call.chunks(MULTIPART_LIMIT + 2 * TEXTS_AT_MOST):
        parts.feed(chunk)
    form = parts.end()
    call.note(_summary(form, spool))
    return form


def _summary(form: Form, spool: Spool) -> bytes:
    """What the journal shows of a form, and where directives are looked for: its texts, and what the file is."""
    parts: list[dict[str, str | int]] = [{"name": name, "value": value} for name, value in form.texts.items()]
    if form.has_file:
        file: dict[str, str | int] = {"name": "file", "filename": form.file_name, "type": form.file_type}
        parts.append({**file, "size": spool.size, "sha256": spool.digest})
    return json.encode(parts)


class _Parts:
    """Sorts what the parser finds into texts and the file."""

    def __init__(self, boundary: bytes, spool: Spool, largest: int) -> None:
        self._form = Form()
        self._spool = spool
        self._largest = largest
        self._texts: dict[str, bytearray] = {}
        self._held = 0
        self._parts = 0
        self._ended = False
        self._header = bytearray()
        self._value = bytearray()
        self._name = ""
        callbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # callbacks are a TypedDict
        except FormParserError as error:
            self._refuse(error)

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            self._refuse(error)

    def end(self) -> Form:
        """All has come: give the form."""
        if not self._ended:
            raise BadBody("the form ends in the middle")
        self._form.texts = {name: text.decode("utf-8", "replace") for name, text in self._texts.items()}
        return self._form

    def _refuse(self, error: FormParserError) -> NoReturn:
        raise BadBody("the body is no multipart form") from error

    def _begin(self) -> None:
        self._name = ""
        self._parts += 1
        if self._parts > PARTS_AT_MOST:
            raise BadBody(f"the form has more than {PARTS_AT_MOST} parts")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._bound()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound()

    def _bound(self) -> None:
        if len(self._header) + len(self._value) > HEAD_AT_MOST:
            raise BadBody("the header of a part is too long")

    def _header_end(self) -> None:
        name = bytes(self._header).lower()
        if name == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._open(options.get(b"name", b"").decode("utf-8", "replace"))
            if self._name == "file":
                self._form.file_name = options.get(b"filename", b"").decode("utf-8", "replace")
        elif name == b"content-type" and self._name == "file":
            self._form.file_type = bytes(self._value).decode("latin-1")
        self._header.clear()
        self._value.clear()

    def _open(self, name: str) -> None:
        self._name = name
        if name != "file":
            self._texts[name] = bytearray()
        elif self._form.has_file:
            raise BadBody("the form has two files")
        else:
            self._form.has_file = True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == "file":
            if self._spool.size + end - start > self._largest:
                raise MediaTooLarge("file", self._largest)
            self._spool.write(data[start:end])
            return
        self._held += end - start
        if self._held > TEXTS_AT_MOST:
            raise BadBody("the texts of the form are too long")
        self._texts.setdefault(self._name, bytearray()).extend(data[start:end])

    def _end(self) -> None:
        self._ended = True
