"""Looks at the skeleton of an MP4 or QuickTime file, and refuses one that ends too early or lies about its size.

libav believes what an index says: a hundred bytes that claim two thousand million pictures cost it gigabytes.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

FIRST = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}  # what such files begin with
WAY = (b"moov", b"trak", b"mdia", b"minf", b"stbl")  # from the file to the lists of its samples
MOST = 100_000  # boxes: a fragmented film of a day has fewer
LARGEST_INDEX = 64 * 2**20  # bytes


class Box(NamedTuple):
    """One box: its four letters, where its content starts, and where it ends, in bytes."""

    kind: bytes
    start: int
    end: int


class NotMedia(Exception):  # noqa: N818 - a verdict on a file, not a fault of ours
    """The bytes are no video or audio file that could be played to its end."""


def check(file: BinaryIO, size: int) -> None:
    """Raise NotMedia for an MP4 whose boxes do not fit into its `size` in bytes; other formats pass."""
    head = file.read(8)
    if head[4:8] not in FIRST:
        return
    for number, box in enumerate(_boxes(file, 0, size)):
        if number > MOST:
            raise NotMedia("This file has more boxes than a film could have.")
        _check_box(file, box, size)


def _boxes(file: BinaryIO, start: int, end: int, way: tuple[bytes, ...] = WAY) -> Iterator[Box]:
    """Go through the boxes between two places, and into those that lead to the lists of samples."""
    while start + 8 <= end:
        box = _box(file, start, end)
        yield box
        if way and box.kind == way[0]:
            yield from _boxes(file, box.start, box.end, way[1:])
        start = box.end


def _box(file: BinaryIO, start: int, end: int) -> Box:
    file.seek(start)
    head = file.read(16)
    length, kind = struct.unpack(">I4s", head[:8])
    content = start + 8
    if length == 1 and len(head) == 16:
        (length,) = struct.unpack(">Q", head[8:])
        content += 8
    stop = start + length if length else end
    if not content <= stop <= end:
        message = f"The {kind.decode('latin-1')!r} box of this file is cut off."
        raise NotMedia(message)
    return Box(kind, content, stop)


def _check_box(file: BinaryIO, box: Box, size: int) -> None:
    if box.kind == b"cmov":
        raise NotMedia("The index of this file is compressed.")
    if box.kind == b"moov" and box.end - box.start > LARGEST_INDEX:
        raise NotMedia("The index of this file is larger than that of any film.")
    if box.kind == b"stsz":
        file.seek(box.start)
        head = file.read(12)
        if len(head) < 12:
            raise NotMedia("The list of samples in this file is cut off.")
        _, each, count = struct.unpack(">III", head)
        if count * (each or 4) > (size if each else box.end - box.start):
            raise NotMedia("This file lists more samples than it has.")
