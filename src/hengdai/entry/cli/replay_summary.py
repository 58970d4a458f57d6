"""The summary of a replay for people: Chinese first, English beside it, amounts in major units."""

from collections.abc import Mapping
from typing import Any

from hengdai.base.money import Currency, Money, currency
from hengdai.base.text import Text
from hengdai.entry.cli.talk import console, table

Summary = Mapping[str, Any]

_FLOW = (
    (Text("申请", "applications"), "applications", None),
    (Text("被拒", "refused"), "steps", "refused"),
    (Text("签约", "signed"), "steps", "signed"),
    (Text("放款", "disbursed"), "steps", "disbursed"),
    (Text("撤回", "withdrawn"), "steps", "withdrawn"),
    (Text("重组", "restructured"), "steps", "restructured"),
    (Text("核销", "charged off"), "steps", "charged_off"),
    (Text("核销后有回收", "with recoveries"), "steps", "recovered"),
    (Text("结清", "repaid in full"), "states", "closed"),
    (Text("在贷", "still running"), "states", "active"),
)
_MONEY = {
    "disbursed": Text("放款金额", "disbursed"),
    "outstanding": Text("在贷本金", "outstanding principal"),
    "principal": Text("收回本金", "principal repaid"),
    "interest": Text("收到利息", "interest received"),
    "fees": Text("收到费用", "fees received"),
    "penalty": Text("收到罚息", "penalty received"),
    "prepayment_fees": Text("提前还款违约金", "prepayment fees"),
    "written_off": Text("核销本金", "written off"),
    "recovered": Text("核销后回收", "recovered"),
    "surplus": Text("应退借款人", "owed to borrowers"),
}
_TAPE = {
    "paid": Text("收款合计", "paid in all"),
    "principal": Text("本金", "principal"),
    "interest": Text("利息", "interest"),
    "penalty": Text("罚息 / 滞纳金", "penalty / late fees"),
    "recovered": Text("回收", "recovered"),
    "last_payment": Text("最后一笔还款", "last payment"),
}


def show(summary: Summary) -> None:
    """Print the summary on stdout."""
    unit = currency(summary["book"]["currency"])
    out = console()
    book = summary["book"]
    out.print(
        f"\n账本 Book  {book['name']}   {book['digest'][:12]}   法律 law {book['pack']} {book['pack_digest'][:12]}"
    )
    for note in book["notes"]:
        out.print(f"注 Note  {note['zh']}\n         {note['en']}", soft_wrap=True)
    _flow(summary, unit)
    _refused(summary)
    _arrears(summary, unit)
    _tape(summary, unit)
    _rejects(summary)
    _books(summary, unit)
    out.print(_last_line(summary))


def _plain(minor: int, unit: Currency) -> str:
    return f"{Money(minor, unit).decimal():,.{unit.digits}f}"


def _flow(summary: Summary, unit: Currency) -> None:
    rows = []
    for text, group, name in _FLOW:
        count = summary[group] if name is None else summary[group].get(name, 0)
        rows.append([str(text), f"{count:,}"])
    console().print(table({"笔数 Loans": False, "": True}, rows))
    money = [[str(text), _plain(summary["money"].get(name, 0), unit)] for name, text in _MONEY.items()]
    console().print(table({f"金额 Money ({unit})": False, "": True}, money))


def _refused(summary: Summary) -> None:
    if summary["refused_by"]:
        by_count = sorted(summary["refused_by"].items(), key=lambda item: (-item[1], item[0]))
        rows = [[rule, f"{count:,}"] for rule, count in by_count]
        console().print(
            table({"拒绝依据 Refused by clause (一笔可有多条 several may apply)": False, "笔数 Loans": True}, rows)
        )
    if summary["turned"]:
        rows = [[name, f"{count:,}"] for name, count in summary["turned"].items()]
        console().print(table({"被业务规则拒绝的步骤 Steps that a rule refused": False, "次数 Times": True}, rows))


def _arrears(summary: Summary, unit: Currency) -> None:
    rows = [
        [bucket, f"{found['loans']:,}", _plain(found["outstanding"], unit)]
        for bucket, found in summary["arrears"].items()
    ]
    console().print(table({"逾期档 Arrears": False, "笔数 Loans": True, f"在贷本金 Outstanding ({unit})": True}, rows))


def _tape(summary: Summary, unit: Currency) -> None:
    if not summary["tape"]:
        return
    rows = []
    for figure, text in _TAPE.items():
        found = summary["tape"].get(figure)
        if found:
            amounts = [_plain(found[name], unit) for name in ("stated", "recomputed", "apart")]
            rows.append([str(text), *amounts, f"{found['equal']:,} / {found['loans']:,}"])
    headings = {
        "文件与重算 Tape vs recomputed": False, "文件 Stated": True, "重算 Recomputed": True,
        "逐笔差额之和 Sum apart": True, "相等 Equal": True,
    }  # fmt: skip
    console().print(table(headings, rows))


def _rejects(summary: Summary) -> None:
    found = summary["rejects"]
    if found["file"] is not None:
        text = _LEFT_OUT.fill(**{name: found[name] for name in ("loans", "fields", "steps", "file")})
        console().print(f"{text.zh}\n{text.en}", soft_wrap=True)


_LEFT_OUT = Text(
    "未读入贷款 {loans:,} 笔 ({fields:,} 处错误), 被拒步骤 {steps:,} 个; 清单见 {file}",
    "{loans:,} loans left out ({fields:,} errors), {steps:,} steps refused; listed in {file}",
)


def _books(summary: Summary, unit: Currency) -> None:
    found = summary["trial_balance"]
    rows = [
        [line["account"], f"{line['zh']} {line['en']}", _plain(line["debit"], unit), _plain(line["credit"], unit)]
        for line in found["lines"]
    ]
    made = table({"科目 Account": False, "试算平衡 Trial balance": False, "借 Debit": True, "贷 Credit": True}, rows)
    made.add_section()
    made.add_row("", "合计 Total", _plain(found["debit"], unit), _plain(found["credit"], unit))
    console().print(made)
    second = summary["second_bookkeeper"]
    verdict = "认可 agrees" if second["agrees"] else "不认可 DISAGREES"
    console().print(f"第二记账人 Second bookkeeper: {verdict}, 凭证 entries {second['entries']:,}")
    for line in second["discrepancies"]:
        console().print(f"  {line}")


def _last_line(summary: Summary) -> str:
    resumed = summary["done_before"]
    before = f", 其中此前已完成 done before {resumed:,}" if resumed else ""
    return (
        f"用时 {summary['seconds']:.1f} s{before}   借款天数 loan-days {summary['loan_days']:,}"
        f"   每秒 per second {summary['loan_days_per_second']:,}"
    )
