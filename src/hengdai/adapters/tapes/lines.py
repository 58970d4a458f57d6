"""CSV as bytes that a fast reader cannot lose its way in: UTF-8, and every record stands for itself.

A quote that is never closed would swallow the rows behind it, and one byte of another encoding would end the whole
file. Such a line is replaced by one that the reader counts as torn, under its own number; all others go through.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hengdai.adapters.tapes.unreadable import TapeUnreadable
from hengdai.base.text import Text

MARK = "\x1a"
"""The substitute character (ECMA-48): begins the line that stands for one that could not be read."""
BLOCK = 16 << 20
_LONGEST_LINE = 64 << 20
_SNIFF_BYTES = 1 << 20
_LONGEST = 64
"""A quoted value spans at most so many lines; beyond it a quote was left open."""
_SHOWN = 60
_DELIMITERS = ",\t;|"
_BY_LINE = ("utf-8", "gb18030")
"""Encodings in which a line end and a quote are one byte that is part of no other character."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the bytes of a CSV are to be read, and the headers of its first line."""

    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    returns: bool
    """Lines end with a carriage return alone, as old spreadsheets write them."""


def form_of(path: Path, encoding: str | None = None) -> Form:
    """The form of a CSV by its first megabyte; raises :class:`TapeUnreadable` for bytes that are no text."""
    head = head_bytes(path)
    known = encoding or sniff_encoding(path, head)
    try:
        text = codecs.lookup(known).incrementaldecoder("ignore").decode(head).removeprefix("\ufeff")
    except LookupError as error:
        raise TapeUnreadable(path, Text(f"没有此编码: {known}", f"no such encoding: {known}")) from error
    if not text.strip():
        raise TapeUnreadable(path, Text("文件为空", "the file is empty"))
    first = text.lstrip("\r\n").splitlines()[0]
    delimiter = max(_DELIMITERS, key=first.count)
    headers = next(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter), [])
    return Form(known, delimiter, tuple(headers), "\n" not in text and "\r" in text)


def head_bytes(path: Path) -> bytes:
    """The first megabyte of the file, unpacked."""
    with opened(path) as stream:
        return stream.read(_SNIFF_BYTES)


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked when its name ends in .gz."""
    return pa.input_stream(str(path))  # type: ignore[return-value]  # Arrow's file is a binary file in all but name


def sniff_encoding(path: Path, head: bytes) -> str:
    """UTF-8 when the sample is, else GB18030, which every Chinese system can write; UTF-16 by its mark.

    Where single lines are neither, the encoding that fits more of the lines. Raises :class:`TapeUnreadable` for bytes
    of which most lines are no text.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # The sample may end inside a line: that one is not asked.
    lines = head.splitlines()[: -1 if len(head) == _SNIFF_BYTES else None]
    for encoding in _BY_LINE:
        if not _unread(lines, encoding):
            return encoding
    fewest = min(_BY_LINE, key=lambda encoding: _unread(lines, encoding))
    if _unread(lines, fewest) * 2 <= len(lines):
        return fewest
    raise TapeUnreadable(path, Text("编码既非 UTF-8 也非 GB18030", "the bytes are neither UTF-8 nor GB18030"))


def _unread(lines: list[bytes], encoding: str) -> int:
    return sum(_decoded(line, encoding) is None for line in lines)


def mended_blocks(path: Path, form: Form, size: int = BLOCK) -> Iterator[bytes]:
    """The CSV as UTF-8 in pieces of whole records, the header first, its broken lines replaced.

    Memory holds a few pieces of about `size` bytes. Raises :class:`TapeUnreadable` for a line beyond 64 MB.
    """
    carried = b""
    with opened(path) as stream:
        for block in _blocks(stream, form, size):
            if len(block) > _LONGEST_LINE:
                raise TapeUnreadable(path, Text("一行超过 64 MB", "a line is longer than 64 MB"))
            part, carried = _closed(carried + _as_utf8(block, form), form, last=False)
            if part:
                yield part
    if carried:
        yield _closed(carried, form, last=True)[0]


def _blocks(stream: BinaryIO, form: Form, size: int) -> Iterator[bytes]:
    """The bytes in pieces of whole lines, each line ended by a line feed."""
    # Where a line feed may be half of another character, all is decoded first.
    decoder = None if form.encoding in _BY_LINE else codecs.getincrementaldecoder(form.encoding)()
    rest, ended = b"", False
    while not ended:
        block = stream.read(size)
        ended = not block
        if decoder is not None:
            block = decoder.decode(block, final=ended).encode()
        block = rest + (block.replace(b"\r", b"\n") if form.returns else block)
        cut = len(block) if ended else block.rfind(b"\n") + 1
        cut = cut or (len(block) if len(block) > _LONGEST_LINE else 0)
        whole, rest = block[:cut], block[cut:]
        if whole:
            yield whole if whole.endswith(b"\n") else whole + b"\n"


def _as_utf8(block: bytes, form: Form) -> bytes:
    """The lines in UTF-8; one that is not in its encoding is replaced."""
    encoding = form.encoding if form.encoding in _BY_LINE else "utf-8"
    text = _decoded(block, encoding)
    if text is not None:
        return block if encoding == "utf-8" else text.encode()
    lines = []
    for line in block.splitlines(keepends=True):
        text = _decoded(line, encoding)
        lines.append(_torn(line.decode(encoding, "replace"), form) if text is None else text.encode())
    return b"".join(lines)


def _closed(block: bytes, form: Form, *, last: bool) -> tuple[bytes, bytes]:
    """The lines with those replaced that leave a quote open, and the beginning of a value that may go on behind them.

    A value over several lines is one record of as many fields as the header; anything else is a quote left open.
    """
    odd = _odd_lines(block)
    if not len(odd):
        return block, b""
    lines, done = block.split(b"\n")[:-1], 0
    out: list[bytes] = []
    at = 0
    while at < len(odd):
        begin = int(odd[at])
        out += lines[done:begin]
        end = int(odd[at + 1]) if at + 1 < len(odd) else len(lines)
        if end == len(lines) and not last and end - begin < _LONGEST:
            return _joined(out), _joined(lines[begin:])
        if end < len(lines) and end - begin < _LONGEST and _is_record(lines[begin : end + 1], form):
            out += lines[begin : end + 1]
            done, at = end + 1, at + 2
        else:
            out.append(_torn(lines[begin].decode(), form).rstrip(b"\n"))
            done, at = begin + 1, at + 1
    return _joined([*out, *lines[done:]]), b""


def _odd_lines(block: bytes) -> npt.NDArray[np.intp]:
    """The lines with an odd number of quotes."""
    if b'"' not in block:
        return np.empty(0, np.intp)
    codes = np.frombuffer(block, np.uint8)
    starts = np.concatenate(([0], np.flatnonzero(codes == 10)[:-1] + 1))
    return np.flatnonzero(np.bitwise_xor.reduceat((codes == 34).view(np.uint8), starts))


def _is_record(lines: list[bytes], form: Form) -> bool:
    """Whether the lines are one record of the header's width; a line inside that is a whole record speaks against."""
    width, text = len(form.headers), _joined(lines).decode()
    if width > 1 and any(line.count(form.delimiter.encode()) == width - 1 for line in lines[1:-1]):
        return False
    try:
        records = list(csv.reader(io.StringIO(text), delimiter=form.delimiter, strict=True))
    except csv.Error:
        return False
    return len(records) == 1 and len(records[0]) == width


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _torn(line: str, form: Form) -> bytes:
    """A line of another number of fields than the header, which shows what stood there."""
    shown = " ".join(line.replace('"', "'").replace(form.delimiter, " ").split())[:_SHOWN]
    return (MARK + shown + (form.delimiter if len(form.headers) == 1 else "") + "\n").encode()


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
