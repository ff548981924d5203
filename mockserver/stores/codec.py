"""Values as bytes, and back: what a store keeps outside of this process's memory.

Values are pickled, since they are this project's own frozen classes and nothing is faster for them. They are read by a
reader that knows classes of this project and a few of the standard library, and calls nothing else: bytes that somebody
else wrote can be refused, but cannot run anything.
"""

import importlib
import io
import pickle
from collections.abc import Iterable, Mapping
from copyreg import dispatch_table
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PosixPath, WindowsPath
from types import MappingProxyType
from typing import Any

from msgspec import Struct

PROTOCOL = 5

VERSION = 2
"""The version of what is stored: which classes, of which fields, under which names. Whatever changes one of them raises
it, and brings files of the version before along (`stores.migrations`); a Redis has the versions side by side."""


class _Sample(Struct, kw_only=True):
    """A struct, to learn how msgspec has its structs put together again."""

    field: int = 0


REBUILD: Any = _Sample().__reduce__()[0]


def frozen_mapping(values: dict[Any, Any]) -> "MappingProxyType[Any, Any]":
    """Give a mapping that nobody changes."""
    return MappingProxyType(values)


PLAIN: dict[tuple[str, str], Any] = {
    (one.__module__, one.__name__): one
    for one in (
        datetime, timedelta, timezone, Decimal, Fraction, frozenset, set, PosixPath, WindowsPath,
        REBUILD, frozen_mapping,
    )
}  # fmt: skip
"""What a value may be made of besides classes of our own: module and name, and what they stand for."""

MOVED: dict[tuple[str, str], tuple[str, str]] = {}
"""Classes that lived elsewhere when older state was written: their old module and name, and the new ones."""


NO_STAND_INS: Mapping[tuple[str, str], type] = MappingProxyType({})


class UnreadableError(ValueError):
    """Bytes that are no value of this version's; the message says why."""


class Codec:
    """Turns values into bytes and back; classes of `packages` are values, besides those of this project."""

    def __init__(self, packages: Iterable[str] = (), stand_ins: Mapping[tuple[str, str], type] = NO_STAND_INS) -> None:
        self._packages = frozenset({"mockserver", *packages})
        self._stand_ins = stand_ins

    def older(self, stand_ins: Mapping[tuple[str, str], type]) -> "Codec":
        """Give a codec that reads what an older version wrote: these classes instead of those that are named."""
        return Codec(self._packages, stand_ins)

    def packed(self, value: Any) -> bytes:  # noqa: ANN401 - each shelf has its own type of value
        """Turn a value into bytes."""
        stream = io.BytesIO()
        pickler = pickle.Pickler(stream, PROTOCOL)
        pickler.dispatch_table = TABLE
        pickler.dump(value)
        return stream.getvalue()

    def unpacked(self, raw: bytes) -> Any:  # noqa: ANN401 - as above
        """Turn bytes into the value they were made from; raises UnreadableError for others."""
        try:
            return _Reader(raw, self._packages, self._stand_ins).load()
        except UnreadableError:
            raise
        except Exception as error:
            raise UnreadableError(f"a stored value cannot be read: {error}") from error


def _mapping(value: "MappingProxyType[Any, Any]") -> tuple[Any, ...]:
    return frozen_mapping, (dict(value),)


TABLE = dispatch_table | {MappingProxyType: _mapping}


class _Reader(pickle.Unpickler):
    """Reads values, and refuses to look up anything that is none."""

    def __init__(self, raw: bytes, packages: frozenset[str], stand_ins: Mapping[tuple[str, str], type]) -> None:
        super().__init__(io.BytesIO(raw))
        self._packages = packages
        self._stand_ins = stand_ins

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as pickle has it
        """Give the class of this name, if values are made of it."""
        stand_in = self._stand_ins.get((module, name))
        if stand_in is not None:
            return stand_in
        module, name = MOVED.get((module, name), (module, name))
        plain = PLAIN.get((module, name))
        if plain is not None:
            return plain
        if module.partition(".")[0] in self._packages:
            found = getattr(importlib.import_module(module), name, None)
            if isinstance(found, type) and found.__module__ == module and _is_value(found):
                return found
        raise UnreadableError(f"{module}.{name} is no value that is stored")


def _is_value(found: type) -> bool:
    """Tell whether values are made of a class: it holds facts, and making one does nothing else."""
    return issubclass(found, tuple | Struct | Enum) or hasattr(found, "__dataclass_fields__")
