"""Frozen records as JSON and back, strictly: a missing, unknown or ill-typed field is an error that names its place.

The field types of the dataclass are the whole specification: int, str, bool, date (ISO 8601), enum (its value),
dataclass, tuple of one type, and any of these or None. What is read back equals what was written.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hengdai.base.reason import Problem
from hengdai.base.text import Text

R = TypeVar("R")
Json = dict[str, Any]
Reader = Callable[[Any, str], Any]
Writer = Callable[[Any], Any]


class Unreadable(ValueError):
    """A JSON value is not what it claims to be; `problem` says where, what was found and what would be right."""

    def __init__(self, where: str, found: object, zh: str, en: str) -> None:
        self.problem = Problem(where, repr(found), Text(zh, en))
        super().__init__(str(self.problem))


def write(record: object) -> Json:
    """The record as a mapping of plain JSON values, every field present."""
    form: Any = type(record)
    return {name: value(getattr(record, name)) for name, value in _writers(form)}


def read(kind: type[R], value: object, where: str = "$") -> R:
    """A record of `kind` from plain JSON values; raises :class:`Unreadable`."""
    if not isinstance(value, Mapping):
        raise Unreadable(where, value, "一个对象", "an object")
    form: Any = kind
    readers = _readers(form)
    for name in value:
        if name not in readers:
            raise Unreadable(f"{where}.{name}", value[name], "没有这个字段", f"one of {', '.join(readers)}")
    for name in readers:
        if name not in value:
            raise Unreadable(where, sorted(value), f"包含字段 {name}", f"the field {name}")
    return kind(**{name: reader(value[name], f"{where}.{name}") for name, reader in readers.items()})


@lru_cache(maxsize=256)
def _writers(kind: Any) -> tuple[tuple[str, Writer], ...]:
    hints = get_type_hints(kind)  # the classes of a record are few; their forms are worked out once
    return tuple((each.name, _writer(hints[each.name])) for each in _fields(kind))


@lru_cache(maxsize=256)
def _readers(kind: Any) -> dict[str, Reader]:
    hints = get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in _fields(kind)}


def _fields(kind: Any) -> tuple["Field[Any]", ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is not a record")
    return tuple(each for each in fields(kind) if each.init or each.default is MISSING)


def _optional(hint: Any) -> Any | None:
    """The other half of `X | None`, or None when the hint is no such union."""
    if get_origin(hint) not in (Union, types.UnionType):
        return None
    others = [each for each in get_args(hint) if each is not type(None)]
    return others[0] if len(others) == 1 and len(get_args(hint)) == 2 else None


def _plain(value: Any) -> Any:
    return value


def _writer(hint: Any) -> Writer:
    inner = _optional(hint)
    if inner is not None:
        some = _writer(inner)
        return lambda value: None if value is None else some(value)
    if get_origin(hint) is tuple:
        item = _writer(get_args(hint)[0])
        return lambda value: [item(each) for each in value]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return lambda value: value.value
    if hint is date:
        return date.isoformat
    return write if is_dataclass(hint) else _plain


def _reader(hint: Any) -> Reader:
    inner = _optional(hint)
    if inner is not None:
        some = _reader(inner)
        return lambda value, where: None if value is None else some(value, where)
    if get_origin(hint) is tuple:
        return _list_reader(_reader(get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum_reader(hint)
    if hint is date:
        return _read_date
    if is_dataclass(hint):
        record: Any = hint
        return lambda value, where: read(record, value, where)
    # NewTypes of str carry their base; bool is an int to Python and is not one here.
    return _scalar_reader(getattr(hint, "__supertype__", hint))


def _scalar_reader(kind: type) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise Unreadable(where, value, f"类型 {kind.__name__}", f"a value of type {kind.__name__}")
        return value

    return reader


def _list_reader(item: Reader) -> Reader:
    def reader(value: Any, where: str) -> Any:
        if not isinstance(value, list | tuple):
            raise Unreadable(where, value, "一个列表", "a list")
        return tuple(item(each, f"{where}[{place}]") for place, each in enumerate(value))

    return reader


def _enum_reader(kind: type[Enum]) -> Reader:
    def reader(value: Any, where: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(each.value) for each in kind)
            raise Unreadable(where, value, f"其中之一: {known}", f"one of {known}") from None

    return reader


def _read_date(value: Any, where: str) -> date:
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Unreadable(where, value, "日期 YYYY-MM-DD", "a date YYYY-MM-DD")
