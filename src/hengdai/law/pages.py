"""A pack as static pages: every rule with its clause, history and cases; lists by theme, force, lender and date.

Plain HTML that needs no script and no server. Chinese first, English beside it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from html import escape

from hengdai.base.text import Text
from hengdai.law.kinds import Unit
from hengdai.law.pack import Pack
from hengdai.law.report import Explanation, Figure, Line, WorkedCase, explain, facts, show
from hengdai.law.rule import Rule

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ddd}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0}
tr+tr td{border-top:1px solid #eee}code{background:#f4f4f4;padding:.1rem .3rem}nav a{margin-right:1rem}
.en{color:#666}.mark{background:#fff3d6;padding:.1rem .4rem}
"""
_PAGES = (
    ("index.html", Text("全部规则", "all rules")),
    ("by-theme.html", Text("按主题", "by theme")),
    ("by-force.html", Text("按效力", "by force")),
    ("by-lender.html", Text("按放贷机构", "by lender")),
    ("by-date.html", Text("按施行日", "by date")),
    ("facts.html", Text("事实", "facts")),
    ("duties.html", Text("义务", "duties")),
)


def pages(pack: Pack, on: date, stopped: Mapping[str, int] | None = None) -> dict[str, str]:
    """File name → HTML of the whole pack as it stands on `on`. `stopped` counts loans by the rule that stopped them."""
    counted = stopped or {}
    every = [_rule_line(pack, rule, on) for rule in pack.rules]
    now = {line.id for line in show(pack, on)}
    kinds = pack.facts["lender_kind"].values if "lender_kind" in pack.facts else ()
    by_lender = {kind: show(pack, on, lender_kind=kind) for kind in kinds}
    bodies = {
        "index.html": _table(pack, every, now, counted),
        "by-theme.html": _grouped(pack, _by(every, lambda line: line.theme), now, counted),
        "by-force.html": _grouped(pack, _by(every, lambda line: line.force.value), now, counted),
        "by-lender.html": _grouped(pack, by_lender, now, counted),
        "by-date.html": _grouped(pack, _by(sorted(every, key=_start), lambda line: str(line.start)), now, counted),
        "facts.html": _facts(pack),
        "duties.html": _duties(pack),
    }
    found = {name: _page(pack, on, title, bodies[name]) for name, title in _PAGES}
    for rule in pack.rules:
        told = explain(pack, rule.id, on)
        found[_file(rule.id)] = _page(
            pack, on, told.line.title, _explained(told, counted.get(rule.id, 0)), title_id=rule.id
        )
    return found


def _file(rule_id: str) -> str:
    return f"{rule_id}.html"


def _start(line: Line) -> date:
    return line.start


def _rule_line(pack: Pack, rule: Rule, on: date) -> Line:
    return explain(pack, rule.id, on).line


def _by(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, tuple[Line, ...]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return {name: tuple(group) for name, group in groups.items()}


def _both(text: Text) -> str:
    return f'{escape(text.zh)} <span class="en">{escape(text.en)}</span>'


def _page(pack: Pack, on: date, title: Text, body: str, title_id: str = "") -> str:
    links = " ".join(f'<a href="{name}">{escape(text.zh)} {escape(text.en)}</a>' for name, text in _PAGES)
    head = f"{title_id} · " if title_id else ""
    return (
        f'<!doctype html>\n<html lang="zh"><head><meta charset="utf-8"><title>{escape(head + title.zh)}</title>'
        f"<style>{_STYLE}</style></head><body><nav>{links}</nav><h1>{escape(head)}{_both(title)}</h1>"
        f'<p class="en">{escape(str(pack.title))} · {escape(pack.version)} · {on} · <code>{pack.digest[:16]}</code></p>'
        f"{body}</body></html>\n"
    )


def _grouped(pack: Pack, groups: Mapping[str, Iterable[Line]], now: set[str], stopped: Mapping[str, int]) -> str:
    return "".join(f"<h2>{escape(name)}</h2>{_table(pack, lines, now, stopped)}" for name, lines in groups.items())


def _table(pack: Pack, lines: Iterable[Line], now: set[str], stopped: Mapping[str, int]) -> str:
    rows = "".join(_row(pack, line, now, stopped) for line in lines)
    head = "<th>规则 rule<th>内容 what<th>自 from<th>效果 effect<th>条文 clause<th>拦截 stopped"
    return f"<table><tr>{head}</tr>{rows}</table>"


def _row(pack: Pack, line: Line, now: set[str], stopped: Mapping[str, int]) -> str:
    mark = "" if line.id in now else ' <span class="mark">今日不施行 not in force</span>'
    figures = ", ".join(escape(value) for _, value in line.figures)
    name = escape(line.id.removeprefix(pack.id + "."))
    clause = escape(line.clause)
    return (
        f'<tr><td><a href="{_file(line.id)}">{name}</a><td>{_both(line.title)}{mark}<br>{figures}'
        f"<td>{line.start}<td>{line.effect.value}<td>{clause}<td>{stopped.get(line.id, 0)}</tr>"
    )


def _explained(told: Explanation, stopped: int) -> str:
    parts = [
        f"<p>{escape(told.line.clause)}<br>{told.line.force.value} · {told.line.stage.value} · {told.line.effect.value}"
        f" · {told.line.start} – {told.line.end or ''}</p>",
        *_marks(told),
        "<h2>条件 Condition</h2>",
        f"<p>适用 when <code>{escape(told.when or 'TRUE')}</code></p><p>须 holds <code>{escape(told.holds)}</code></p>",
        f"<p>当日 that day <code>{escape(told.bound)}</code></p>",
        "<h2>沿革 History</h2><table>",
        *(_figure(each) for each in told.figures),
        "</table><h2>案例 Cases</h2><table>",
        *(_case(case) for case in told.cases),
        f"</table><h2>拦截 Stopped</h2><p>{stopped}</p>",
        f'<p class="en">来源 source {escape(told.source)} · 把握 confidence {told.confidence}'
        f" · 核对 checked {told.checked_on}</p>",
    ]
    return "".join(parts)


def _marks(told: Explanation) -> Iterator[str]:
    for label, text in (
        ("未定 uncertain", told.uncertain),
        ("未查到 open", told.open),
        ("例外 exception", told.ranked),
    ):
        if text is not None:
            yield f'<p><span class="mark">{label}</span> {_both(text)}</p>'
    if told.beside:
        links = ", ".join(f'<a href="{_file(id)}">{escape(id)}</a>' for id in told.beside)
        yield f"<p>同问 beside {links}</p>"


def _figure(each: Figure) -> str:
    now = ' <span class="mark">当日 now</span>' if each.now else ""
    value = f"<b>{escape(each.value)}</b>{now}"
    return f"<tr><td>{_both(each.title)}<td>{each.start} – {each.end or ''}<td>{value}<td>{escape(each.clause)}</tr>"


def _case(case: WorkedCase) -> str:
    given = ", ".join(f"{escape(name)} = {escape(value)}" for name, value in case.given.items())
    answer, why = f"<b>{case.answer.value}</b>", _both(case.why)
    return f"<tr><td>{case.on}<td>{answer}<td>{given}<td>{why}<td>{_both(case.message)}</tr>"


def _facts(pack: Pack) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(entry.id)}</code><td>{_both(entry.meaning)}<td>{entry.unit.value}"
        f"<td>{escape(', '.join(entry.values) if entry.unit is Unit.CODE else '')}"
        f"<td>{escape(', '.join(entry.attested_by))}</tr>"
        for entry in facts(pack)
    )
    head = "<th>事实 fact<th>含义 meaning<th>单位 unit<th>值 values<th>证明 attested by"
    return f"<table><tr>{head}</tr>{rows}</table>"


def _duties(pack: Pack) -> str:
    rows = "".join(
        f"<tr><td>{escape(duty.id)}<td>{_both(duty.title)}<td>{_both(duty.evidence)}"
        f"<td>{duty.start}<td>{escape(str(duty.cite))}</tr>"
        for duty in pack.duties
    )
    return f"<table><tr><th>义务 duty<th>内容 what<th>证据 evidence<th>自 from<th>条文 clause</tr>{rows}</table>"
