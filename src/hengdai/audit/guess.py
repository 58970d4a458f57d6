"""A first mapping drafted from headers and a sample of cells, with its evidence beside each line.

A guess is a draft for a person: where the sample does not settle a unit, the line is left
without one, and the audit refuses the mapping until somebody has said it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hengdai.audit.clean import EXCEL
from hengdai.audit.tape import COLUMNS, Column, Type

_MARKS = re.compile(r"[\s_\-/()（）.:：%％#]+")
_DATE_FORMS = (
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "%Y-%m-%d"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2}"), "%Y/%m/%d"),
    (re.compile(r"\d{8}"), "%Y%m%d"),
    (re.compile(r"\d{4}年\d{1,2}月\d{1,2}日"), "%Y年%m月%d日"),
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}:\d{2}"), "%Y-%m-%d %H:%M:%S"),
    (re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}"), "%Y/%m/%d %H:%M:%S"),
)
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""1954 to 2091."""
_METHOD_WORDS = {
    "等额本息": "equal_instalment",
    "等额本金": "equal_principal",
    "先息后本": "interest_first",
    "按月付息到期还本": "interest_first",
    "一次还本付息": "bullet",
    "到期一次还本付息": "bullet",
    "等本等费": "flat_fee",
}
_KIND_WORDS = {
    "银行": "bank",
    "消费金融公司": "consumer_finance",
    "消费金融": "consumer_finance",
    "消金": "consumer_finance",
    "小额贷款公司": "microloan",
    "小贷": "microloan",
    "信托公司": "trust",
    "信托": "trust",
}
_CLASS_WORDS = {"正常": "normal", "关注": "special_mention", "次级": "substandard", "可疑": "doubtful", "损失": "loss"}
_UNITS = {
    Type.MONEY: ("major", "minor"),
    Type.RATE: ("percent", "fraction", "percent_month", "percent_day"),
    Type.SHARE: ("percent", "fraction"),
}
_UNIT_WORDS = {"月": "month", "个月": "month", "M": "month", "天": "day", "日": "day", "D": "day"}
_WORDS = {"term_unit": _UNIT_WORDS, "method": _METHOD_WORDS, "lender_kind": _KIND_WORDS, "class5": _CLASS_WORDS}


@dataclass(frozen=True, slots=True)
class Guess:
    """One line of a draft: the column, the header it was found under, what was inferred and from what."""

    column: Column
    header: str
    unit: str | None
    format: str | None
    words: Mapping[str, str]
    evidence: str


def plain_header(header: str) -> str:
    """A header for comparing: lower case, without spaces, underscores and marks."""
    return _MARKS.sub("", header.strip().lower().removeprefix("\ufeff"))


def guess(headers: Sequence[str], sample: Mapping[str, Sequence[str]]) -> list[Guess]:
    """One guess for each column of the tape whose words match a header; each header is used once.

    `sample` holds some cells (text) of each header. An exact word wins over one that is only contained.
    """
    plain = {header: plain_header(header) for header in headers}
    chosen: dict[str, str] = {}
    for exact in (True, False):
        for column in COLUMNS:
            header = None if column.name in chosen else _header_of(column, plain, set(chosen.values()), exact=exact)
            if header is not None:
                chosen[column.name] = header
    cells = {header: [cell.strip() for cell in sample.get(header, ()) if cell.strip()] for header in headers}
    return [_infer(c, chosen[c.name], cells[chosen[c.name]]) for c in COLUMNS if c.name in chosen]


def draft(guesses: Sequence[Guess], *, pack: str, currency: str) -> str:
    """The guesses as the text of a mapping file, evidence in comments."""
    lines = [
        "# 映射草稿: 请核对每一行, 尤其是单位 / A draft: check each line, units above all.",
        "[tape]",
        f'pack = "{pack}"',
        f'currency = "{currency}"',
        "",
        "[constants]",
        "# 带上没有而每笔相同的, 在此写明; 缺了它们, 上限无法判定",
        "# what the tape has no column for and is the same for every loan; without these no cap can be judged",
        '# lender_kind = "bank"',
        '# product_kind = "consumer"',
        '# method = "equal_instalment"',
        "# internet_loan = true",
    ]
    for one in guesses:
        lines += [
            "",
            f"[columns.{one.column.name}]  # {one.column.meaning}",
            f"# {one.evidence}",
            f"header = {_quoted(one.header)}",
        ]
        if one.column.type in _UNITS:
            options = " | ".join(_UNITS[one.column.type])
            lines.append(
                f'unit = "{one.unit}"'
                if one.unit
                else f'# unit = "?"   # 样本不足以判断 / the sample does not settle it: {options}'
            )
        if one.format:
            lines.append(f'format = "{one.format}"')
        if one.words:
            lines.append("words = { " + ", ".join(f"{_quoted(k)} = {_quoted(v)}" for k, v in one.words.items()) + " }")
    return "\n".join(lines) + "\n"


def _header_of(column: Column, plain: Mapping[str, str], taken: set[str], *, exact: bool) -> str | None:
    """A free header that is one of the column's words, or contains one; exact ones of all columns go first."""
    words = (plain_header(column.name), *column.words)
    for word in words:
        for header, text in plain.items() if exact else ():
            if header not in taken and text == word:
                return header
    for word in () if exact else words:
        for header, text in plain.items():
            # A word of two Chinese characters or six letters is long enough to be meant when contained.
            long_enough = len(word) >= 6 or (len(word) >= 3 and not word.isascii())
            if header not in taken and long_enough and word in text:
                return header
    return None


def _infer(column: Column, header: str, cells: Sequence[str]) -> Guess:
    shown = f"样本 / sample: {', '.join(cells[:3]) or '(空 / empty)'}"
    if column.type is Type.MONEY:
        return _infer_money(column, header, cells, shown)
    if column.type in (Type.RATE, Type.SHARE):
        return _infer_rate(column, header, cells, shown)
    if column.type in (Type.DATE, Type.INSTANT):
        if cells and all(_SERIAL.fullmatch(cell) for cell in cells):
            said = "五位数, 疑为 Excel 日期序号 / five digits, probably day numbers of Excel"
            return Guess(column, header, None, EXCEL, {}, f"{shown}; {said}")
        form = next((form for mark, form in _DATE_FORMS if cells and all(mark.fullmatch(cell) for cell in cells)), None)
        return Guess(column, header, None, form, {}, shown)
    words = {cell: _WORDS[column.name][cell] for cell in dict.fromkeys(cells) if cell in _WORDS.get(column.name, {})}
    return Guess(column, header, None, None, words, shown)


def _infer_money(column: Column, header: str, cells: Sequence[str], shown: str) -> Guess:
    if any("分" in part for part in (header,)):
        return Guess(column, header, "minor", None, {}, f"{shown}; 表头含“分” / the header says fen")
    if any("." in cell or "元" in cell for cell in cells) or "元" in header:
        return Guess(column, header, "major", None, {}, f"{shown}; 含小数或“元” / decimals or 元")
    return Guess(column, header, None, None, {}, f"{shown}; 皆为整数, 元或分不明 / whole numbers only: yuan or fen?")


def _infer_rate(column: Column, header: str, cells: Sequence[str], shown: str) -> Guess:
    numbers = [Decimal(cell.rstrip("%％ ")) for cell in cells if re.fullmatch(r"-?\d+(\.\d+)?\s*[%％]?", cell)]
    if cells and all(cell.endswith(("%", "％")) for cell in cells):
        return Guess(column, header, "percent", None, {}, f"{shown}; 皆带百分号 / every cell has a percent sign")
    if numbers and min(numbers) > 1:
        return Guess(
            column, header, "percent", None, {}, f"{shown}; 最小值 {min(numbers)} > 1 / the smallest is above 1"
        )
    if numbers and max(numbers) < 1 and max(numbers) > Decimal("0.02"):
        return Guess(
            column, header, "fraction", None, {}, f"{shown}; 最大值 {max(numbers)} < 1 / the largest is below 1"
        )
    return Guess(column, header, None, None, {}, f"{shown}; 无法判断 / not clear")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
