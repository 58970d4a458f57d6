"""The shape of a bundle: canonical JSON with exactly these members and types, or it is unreadable."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from hengdai.base.canonical import NotCanonical, canonical
from hengdai.evidence.anchor import Anchor

FORMAT = "hengdai.evidence/1"
_SALT = re.compile(r"[0-9a-f]{64}")
_TOP = ("anchors", "format", "logs", "made_at", "operators", "policies", "records", "seal", "subject")


class Unreadable(ValueError):
    """The bytes are no bundle: where, what was found, what would be right."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record's place in a bundle. `salt` is empty when it was spelled wrongly, None when it is not shown."""

    log: int
    index: int
    leaf: Mapping[str, object]
    proof: tuple[str, ...]
    record: Mapping[str, object] | None
    salt: bytes | None


@dataclass(frozen=True, slots=True)
class Form:
    """A bundle whose shape is right; nothing in it is verified yet."""

    subject: str
    made_at: str
    seal: str
    checkpoints: tuple[str, ...]
    policies: tuple[str, ...]
    operators: tuple[str, ...]
    records: tuple[Item, ...]
    anchors: tuple[tuple[int, Anchor], ...]
    unsealed: bytes


def read_form(data: bytes) -> Form:
    """The form of those bytes; raises :class:`Unreadable`."""
    try:
        text = data.decode("utf-8")
        whole = json.loads(text, parse_int=_safe, parse_float=_no_float, parse_constant=_no_float)
        spelled = spell(whole)
    except (ValueError, RecursionError, NotCanonical) as error:
        raise Unreadable(f"文件不是 JSON / not JSON of integers and text: {error}") from None
    if spelled != data:
        place = next((at for at, (one, two) in enumerate(zip(spelled, data, strict=False)) if one != two), len(spelled))
        raise Unreadable(f"非规范写法 / not the canonical spelling from byte {place} on")
    top = _members(whole, _TOP, "bundle")
    if _text(top["format"], "format") != FORMAT:
        raise Unreadable(f"格式未知 / another format: {top['format']!r}, expected {FORMAT}")
    form = Form(
        subject=_text(top["subject"], "subject"),
        made_at=_text(top["made_at"], "made_at"),
        seal=_text(top["seal"], "seal"),
        checkpoints=tuple(
            _text(_members(one, ("checkpoint",), f"logs[{at}]")["checkpoint"], f"logs[{at}].checkpoint")
            for at, one in enumerate(_list(top["logs"], "logs"))
        ),
        policies=_texts(top["policies"], "policies"),
        operators=_texts(top["operators"], "operators"),
        records=tuple(_item(one, f"records[{at}]") for at, one in enumerate(_list(top["records"], "records"))),
        anchors=tuple(_anchor(one, f"anchors[{at}]") for at, one in enumerate(_list(top["anchors"], "anchors"))),
        unsealed=_without_seal(data, str(top["seal"])),
    )
    _logs_exist(form)
    return form


def spell(value: object) -> bytes:
    """The canonical bytes of values read from JSON.

    The C encoder spells as RFC 8785 does but for the order of names beyond U+D7FF, which is left to `canonical`.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8") if text.isascii() or max(text) < "\ud800" else canonical(value)


def _without_seal(data: bytes, seal: str) -> bytes:
    """The canonical bytes of the bundle without its seal.

    The last such member is the bundle's own: after it stands only `subject`, a text whose quotation marks are escaped.
    """
    before, _, after = data.rpartition(f',"seal":"{seal}"'.encode())
    return before + after


def _logs_exist(form: Form) -> None:
    count = len(form.checkpoints)
    if not count or len(form.policies) != count:
        raise Unreadable(
            f"每份日志一条策略 / one policy for each log, found {count} logs, {len(form.policies)} policies"
        )
    for log in (*(item.log for item in form.records), *(log for log, _ in form.anchors)):
        if not 0 <= log < count:
            raise Unreadable(f"日志序号越界 / log {log} of {count}")


def _item(value: object, where: str) -> Item:
    found = _members(value, ("index", "leaf", "log", "proof", "record", "salt"), where)
    leaf = _members(found["leaf"], ("commitment", "kind", "previous", "thread", "v"), f"{where}.leaf")
    for name in ("commitment", "kind", "thread"):
        _text(leaf[name], f"{where}.leaf.{name}")
    if leaf["previous"] is not None:
        _text(leaf["previous"], f"{where}.leaf.previous")
    _whole(leaf["v"], f"{where}.leaf.v")
    index, record, salt = _whole(found["index"], f"{where}.index"), found["record"], found["salt"]
    if index < 0 or (record is None) != (salt is None):
        raise Unreadable(f"{where}: an index below 0, or a record without salt")
    if record is not None and not isinstance(record, dict):
        raise Unreadable(f"{where}.record: expected an object or null")
    spelled = None if salt is None else _text(salt, f"{where}.salt")
    return Item(
        log=_whole(found["log"], f"{where}.log"),
        index=index,
        leaf=leaf,
        proof=_texts(found["proof"], f"{where}.proof"),
        record=record,
        salt=None if spelled is None else bytes.fromhex(spelled) if _SALT.fullmatch(spelled) else b"",
    )


def _anchor(value: object, where: str) -> tuple[int, Anchor]:
    found = _members(value, ("kind", "log", "value"), where)
    log = _whole(found["log"], f"{where}.log")
    return log, Anchor(_text(found["kind"], f"{where}.kind"), log, _text(found["value"], f"{where}.value"))


def _members(value: object, names: tuple[str, ...], where: str) -> dict[str, object]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise Unreadable(f"{where}: expected an object of exactly {', '.join(names)}")
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise Unreadable(f"{where}: expected a list")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"{where}: expected text")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(one, f"{where}[{at}]") for at, one in enumerate(_list(value, where)))


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"{where}: expected an integer")
    return value


def _safe(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise ValueError(f"{text[:30]} is beyond 2^53 - 1")
    return int(text)


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")
