"""One value, one sequence of bytes: the JSON Canonicalization Scheme (RFC 8785), and its digest.

Money and rates are integers here; a float is refused, because two machines may
print it differently and no figure of ours is one.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime

_SAFE = 2**53 - 1  # RFC 8785 §3.2.2.3: numbers are IEEE 754 doubles; larger integers would not survive
# Python's encoder writes strings as RFC 8785 §3.2.2.2 asks: short escapes, \u00xx for other controls, the rest bare.
_QUOTED = json.JSONEncoder(ensure_ascii=False).encode


class NotCanonical(TypeError):
    """The value has no canonical form: a float, a set, an unsafe integer, a key that is no string."""


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of `value`: null, bool, int, str, date (ISO 8601), list, tuple or mapping of these.

    Raises :class:`NotCanonical` with what was found and what would be right.
    """
    text = usual(value)
    return (plain(value) if text is None else text).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def usual(value: object) -> str | None:
    """What :func:`plain` writes, by the encoder in C; None for anything unusual, of which :func:`plain` then decides.

    That encoder agrees but for what is looked for here: names that are no text, floats, integers beyond 2^53 - 1, and
    characters beyond U+D7FF, which it sorts by code point.
    """
    try:
        _demand_usual([value])
        text = _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return None
    return None if not text.isascii() and _HIGH.search(text) else text


def _demand_usual(value: dict[str, object] | list[object] | tuple[object, ...]) -> None:
    """Raise `TypeError` for a name inside that is no text, a float, or an integer that is not safe."""
    if isinstance(value, dict):
        "".join(value)  # the quickest look at every name
    items = value.values() if isinstance(value, dict) else value
    if _SIMPLE.issuperset(map(type, items)):
        return
    for item in items:
        if isinstance(item, dict | list | tuple):
            _demand_usual(item)
        elif isinstance(item, int):
            if not -_SAFE <= item <= _SAFE:
                raise TypeError(item)
        elif item is not None and not isinstance(item, str | date | Mapping):
            raise TypeError(item)


def _other(value: object) -> object:
    """What the encoder does not know by itself, as something it does."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        inside = dict(value)
        _demand_usual(inside)
        return inside
    raise TypeError(value)


_SIMPLE = frozenset({str, bool, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_other)
_HIGH = re.compile("[\ud800-\U0010ffff]")


def plain(value: object) -> str:
    """The canonical text, written out step by step; what `canonical` means."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return _string(value.isoformat())
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return "[" + ",".join(plain(item) for item in value) + "]"
    raise NotCanonical(
        f"{type(value).__name__} {value!r} has no canonical form; use int, str, bool, date, list or dict"
    )


def _integer(value: int) -> str:
    if not -_SAFE <= value <= _SAFE:
        raise NotCanonical(f"integer {value} is beyond 2^53 - 1; write it as a string")
    return str(int(value))


def _string(value: str) -> str:
    return _QUOTED(value)


def _object(value: Mapping[object, object]) -> str:
    members = []
    # RFC 8785 §3.2.3: names are sorted by their UTF-16 code units, not by code points.
    for name in sorted(value, key=_utf16):
        members.append(f"{_string(str(name))}:{plain(value[name])}")
    return "{" + ",".join(members) + "}"


def _utf16(name: object) -> bytes:
    if not isinstance(name, str):
        raise NotCanonical(f"an object's name must be a string, found {name!r}")
    return name.encode("utf-16-be", "surrogatepass")
