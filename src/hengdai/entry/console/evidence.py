"""存证: how the log has grown, who vouches for it, what is not sealed yet, and what the monitor found."""

from collections.abc import Sequence

from nicegui import ui
from starlette.requests import Request

from hengdai.adapters.postgres.evidence_records import EVERYBODY
from hengdai.app.actor import Role
from hengdai.entry.console.charts import growth
from hengdai.entry.console.evidence_words import CONCERNS, LEAVES, moment
from hengdai.entry.console.figures import figure, strip
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.evidence_desk import LogState, WitnessState, YearState
from hengdai.entry.markup import EMPTY, Column, Html, Row, section, table, tag
from hengdai.evidence.monitor import Alarm, Concern
from hengdai.evidence.record import RecordKind

_LAST = 12


async def show(visit: Visit, _request: Request) -> None:
    """Build the page."""
    head(f"{visit.say('存证', 'Evidence')} · 衡贷", visit.language)
    desk = visit.platform.evidence
    state = None if desk is None else await desk.state()
    with frame_around(visit, "/evidence"):
        if state is None or not state.years:
            ui.html(str(_heading(visit) + _nothing(visit, begun=desk is not None)), sanitize=False)
            return
        year = state.years[-1]
        ui.html(str(_heading(visit) + _figures(visit, state, year)), sanitize=False)
        _growth(visit, year)
        left = tag("div", _witnesses(visit, year), _rounds(visit, year), _checkpoint(visit, year))
        right = tag("div", _alarms(visit, state), _kinds(visit, state), _tools(visit, year))
        ui.html(str(tag("div", left, right, class_="grid")), sanitize=False)


def _heading(visit: Visit) -> Html:
    words = visit.say(
        "账簿的每条命令, 判定, 事件与凭证是一份只增日志中的一叶",
        "every command, judgement, event and entry of the book is a leaf of one log that only grows",
    )
    return tag("div", tag("h1", visit.say("存证", "Evidence")), tag("span", words, class_="soft"), class_="head")


def _nothing(visit: Visit, *, begun: bool) -> Html:
    if begun:
        words = visit.say("尚未封存; 服务旁的封存进程会很快写入第一批", "nothing is sealed yet; the sealer begins soon")
    else:
        words = visit.say(
            "此服务未指定存证目录; 请用 --evidence 目录 启动",
            "this server has no evidence directory; start it with --evidence",
        )
    return tag("p", words, class_="empty")


def _figures(visit: Visit, state: LogState, year: YearState) -> Html:
    beyond = year.size - year.sealed
    signed = sum(one.cosigned is not None for one in year.witnesses)
    alarms = len(state.watched.alarms) if state.watched else None
    sealed_at = moment(year.sealed_at) if year.sealed_at else "–"
    day, _, clock = sealed_at.partition(" ")
    return strip(
        figure(visit.say("日志条数", "Leaves in the log"), f"{year.size:,}", year.origin),
        figure(visit.say("检查点以内", "Under the checkpoint"), f"{year.sealed:,}", _seal_words(visit, year)),
        figure(
            visit.say("尚未封存", "Not sealed yet"),
            f"{beyond + state.waiting:,}",
            visit.say(f"日志 {beyond:,}, 账簿 {state.waiting:,}", f"log {beyond:,}, book {state.waiting:,}"),
        ),
        figure(
            visit.say("见证签署", "Witnesses signed"),
            f"{signed} / {len(year.witnesses)}",
            _quorum_words(visit, year),
        ),
        figure(visit.say("最近封存", "Last seal"), day, clock),
        figure(
            visit.say("监看警报", "Alarms"),
            "–" if alarms is None else tag("span", str(alarms), class_="stop" if alarms else "state-ok"),
            _watched_words(visit, state),
        ),
    )


def _seal_words(visit: Visit, year: YearState) -> str:
    if year.met is None:
        return visit.say("只有日志自己签名", "signed by the log alone")
    return visit.say("达到见证人数", "with its quorum") if year.met else visit.say("未达见证人数", "without quorum")


def _quorum_words(visit: Visit, year: YearState) -> Html:
    if year.met is None:
        return tag("span", visit.say("尚无独立见证", "no independent witness yet"), class_="stop")
    if year.met:
        return tag("span", visit.say("人数足够", "quorum met"), class_="state-ok")
    return tag("span", visit.say("人数不足", "quorum not met"), class_="stop")


def _watched_words(visit: Visit, state: LogState) -> str:
    if state.watched is None:
        return visit.say("尚未逐行对照", "not compared yet")
    compared = state.watched.compared
    return visit.say(f"对照 {compared:,} 行", f"{compared:,} rows compared")


def _growth(visit: Visit, year: YearState) -> None:
    note = visit.say("每轮封存后的条数", "leaves after each sealing round")
    with ui.element("section").classes("sec"):
        title = tag("h2", visit.say("日志的增长", "Growth of the log"))
        ui.html(str(tag("header", title, tag("span", note, class_="faint"))), sanitize=False)
        names = visit.say("已达见证人数", "with quorum"), visit.say("无见证", "without")
        points = [(one.time * 1000, one.size, one.sealed) for one in year.rounds]
        ui.echart(growth(points, names, visit.say("条", "leaves"))).classes("chart")


def _witnesses(visit: Visit, year: YearState) -> Html:
    title = visit.say("见证方", "Witnesses")
    if not year.witnesses:
        words = visit.say(
            "还没有独立见证: 目前只有运营方自己签名, 对外人不证明任何事. 请出资方, 增信方, 检查机构各运行一个见证方 "
            "(hengdai witness new, run), 再用 hengdai evidence seal --policy 记下见证策略.",
            "No independent witness yet: only the operator signs, which proves nothing to a stranger. Let funder, "
            "guarantor and examiner each run a witness (hengdai witness new, run), then keep the policy with "
            "hengdai evidence seal --policy.",
        )
        return section(title, tag("p", words, class_="empty"), id_="witnesses")
    columns = (
        Column(visit.say("名称", "Name")),
        Column(visit.say("最近检查点", "Last checkpoint")),
        Column(visit.say("最后一次签署", "Last seen"), wide_only=True),
        Column(visit.say("公钥", "Key"), wide_only=True),
    )
    rows = [_witness(visit, one) for one in year.witnesses]
    note = _quorum_words(visit, year)
    return section(title, table(columns, rows, label=title), note=note, id_="witnesses")


def _witness(visit: Visit, one: WitnessState) -> Row:
    whose = tag("span", visit.say(" · 运营方", " · operator's own"), class_="faint") if one.operator else EMPTY
    if one.cosigned is not None:
        signed = tag("span", visit.say("已签", "signed"), class_="tag")
    else:
        signed = tag("span", visit.say("未签", "not signed"), class_="tag stop") + tag(
            "div", one.why_not, class_="cite"
        )
    seen = "–" if one.last_seen is None else moment(one.last_seen)
    key = tag("span", f"{one.key[:28]}…", class_="mono faint", title=one.key)
    return Row((tag("span", one.name) + whose, signed, tag("span", seen, class_="num"), key))


def _rounds(visit: Visit, year: YearState) -> Html:
    title = visit.say("封存轮次", "Sealing rounds")
    columns = (
        Column(visit.say("时间", "When")),
        Column(visit.say("条数", "Leaves"), figures=True),
        Column(visit.say("新增", "New"), figures=True),
        Column(visit.say("结果", "Outcome")),
    )
    sizes = [0, *(one.size for one in year.rounds)]
    recent = list(zip(year.rounds, sizes, strict=False))[-_LAST:]
    rows = []
    for one, before in reversed(recent):
        signed = ", ".join(sorted(one.signed)) or visit.say("日志自己", "the log alone")
        state = visit.say("已封存 · ", "sealed · ") if one.sealed else visit.say("未封存 · ", "not sealed · ")
        rows.append(
            Row((
                tag("span", moment(one.time), class_="num"), f"{one.size:,}", f"+{max(0, one.size - before):,}",
                tag("span", state, class_="" if one.sealed else "faint") + tag("span", signed, class_="soft"),
            ))
        )  # fmt: skip
    note = visit.say(f"最近 {len(rows)} 轮, 共 {len(year.rounds)} 轮", f"last {len(rows)} of {len(year.rounds)}")
    return section(title, table(columns, rows, label=title), note=note, id_="rounds")


def _checkpoint(visit: Visit, year: YearState) -> Html:
    title = visit.say("已公布的检查点", "The published checkpoint")
    if year.note is None:
        return section(title, tag("p", visit.say("还没有", "none yet"), class_="empty"))
    text = str(year.note)
    lines = [line if len(line) < 200 else f"{line[:120]}…" for line in text.splitlines()]
    note = visit.say("名称, 条数, 树根, 签名", "name, size, root, signatures")
    return section(
        title, tag("pre", "\n".join(lines), class_="note"), _anchors(visit, year), note=note, id_="checkpoint"
    )


def _anchors(visit: Visit, year: YearState) -> Html:
    """Who outside has seen this very checkpoint."""
    if not year.anchors:
        words = visit.say("未在外部锚定 (anchors.toml)", "anchored nowhere outside (anchors.toml)")
        return tag("p", words, class_="faint")
    items = (tag("dt", one.kind) + tag("dd", f"{one.value[:80]}", class_="mono") for one in year.anchors)
    return tag("dl", *items, class_="stacked")


def _alarms(visit: Visit, state: LogState) -> Html:
    title = visit.say("监看", "Monitor")
    if state.watched is None:
        words = visit.say(
            "尚未对照过; 首次封存完毕后进行", "not compared yet; it begins when the first sealing is done"
        )
        return section(title, tag("p", words, class_="empty"), id_="monitor")
    note = moment(state.watched.time)
    if not state.watched.alarms:
        words = visit.say(
            f"逐行对照 {state.watched.compared:,} 叶: 账簿中的每一行仍是存证时的内容, 没有多出或少掉一行; "
            "每个账户的余额与存证凭证的合计一致.",
            f"{state.watched.compared:,} leaves compared: every row of the book is what it was when its leaf was "
            "drawn; none is missing and none was slipped in; every balance is what the postings in the log add up to.",
        )
        return section(title, tag("p", words, class_="soft"), note=note, id_="monitor")
    mine = [one for one in state.watched.alarms if _may_see(visit, one)]
    items = [
        tag("li", tag("div", tag("span", visit.text(CONCERNS[one.concern]), class_="tag stop")),
            tag("div", tag("div", one.where, class_="mono"), tag("p", visit.text(one.text), class_="cite")))
        for one in mine[:100]
    ]  # fmt: skip
    others = len(state.watched.alarms) - len(mine)
    rest = tag("p", visit.say(f"另有 {others} 处属于其他机构", f"{others} more are of others"), class_="faint")
    return section(title, tag("ul", *items, class_="clauses"), rest if others else EMPTY, note=note, id_="monitor")


def _may_see(visit: Visit, alarm: Alarm) -> bool:
    """Alarms that name a row or a balance belong to its organisation; those of the log are everybody's."""
    if visit.actor.role is Role.EXAMINER or alarm.concern not in (Concern.ENTRY, Concern.BALANCE):
        return True
    return alarm.where.startswith((f"{visit.actor.org}/", f"{visit.actor.org} ", f"{EVERYBODY} "))


def _kinds(visit: Visit, state: LogState) -> Html:
    title, most = visit.say("日志里有什么", "What stands in it"), max(state.kinds.values(), default=1)
    order: Sequence[tuple[RecordKind, int]] = sorted(state.kinds.items(), key=lambda pair: -pair[1])
    items = [
        tag(
            "li", _line(visit.text(LEAVES[kind]), f"{count:,}"), tag("i", style=f"width:{max(1, count * 100 // most)}%")
        )
        for kind, count in order
    ]
    return section(title, tag("ul", *items, class_="bars"), id_="kinds")


def _line(name: str, figure: str) -> Html:
    return tag("div", tag("span", name), tag("span", figure, class_="num"), class_="row")


def _tools(visit: Visit, year: YearState) -> Html:
    rows = [
        (visit.say("日志公钥", "Key of the log"), tag("span", year.key, class_="mono")),
        (visit.say("策略指纹", "Policy fingerprint"), tag("span", year.policy_fingerprint, class_="mono")),
        (
            visit.say("检验页 (可离线)", "Verifier page (works offline)"),
            tag("a", "verify.html", href="/verify.html"),
        ),
        (visit.say("检验程序 (单文件)", "Verifier program (one file)"), tag("a", "verify.py", href="/verify.py")),
    ]
    words = visit.say("借款的存证在各借款页下载", "a loan's bundle is at its page")
    items = tag("dl", *(tag("dt", name) + tag("dd", value) for name, value in rows), class_="stacked")
    return section(visit.say("任何人可核验", "Anyone can check"), items, note=words, id_="check")
