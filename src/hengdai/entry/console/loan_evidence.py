"""A loan's evidence: each record with its leaf and its proof drawn, the file for others, the check in the browser."""

import json
from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request

from hengdai.entry.console.evidence_words import LEAVES
from hengdai.entry.console.figures import loan_name
from hengdai.entry.console.proof_picture import picture
from hengdai.entry.console.shell import Visit, frame_around, head
from hengdai.entry.console.words import KINDS, STAGES
from hengdai.entry.evidence_desk import LoanLeaf, viewer_of
from hengdai.entry.markup import EMPTY, Column, Html, Row, join, section, table, tag
from hengdai.entry.reading import Reading
from hengdai.evidence.record import RecordKind, commit, record_bytes
from hengdai.evidence.tree import leaf_hash, way_up
from hengdai.loan.state import Kind


async def show(visit: Visit, request: Request, loan_id: str) -> None:
    """Build the page; a loan of another organisation looks like one that does not exist."""
    head(f"{loan_id} · {visit.say('存证', 'Evidence')} · 衡贷", visit.language)
    record = await Reading(visit.platform.office, visit.actor).loan(loan_id)
    desk = visit.platform.evidence
    leaves = [] if record is None or desk is None else await desk.of_loan(record.org, loan_id, viewer_of(visit.actor))
    with frame_around(visit, "/loans"):
        ui.html(str(_page(visit, loan_id, leaves, request.query_params.get("leaf", ""))), sanitize=False)


def _page(visit: Visit, loan_id: str, leaves: list[LoanLeaf], asked: str) -> Html:
    back = tag("a", visit.say("← 借款", "← the loan"), href=f"/loans/{quote(loan_id)}")
    heading = tag("div", tag("h1", loan_name(loan_id)), tag("span", visit.say("存证", "evidence"), class_="soft"), back,
                  class_="head")  # fmt: skip
    if not leaves:
        words = visit.say("这笔借款还没有存证, 或它不属于您", "this loan has no evidence yet, or it is not yours")
        return heading + tag("p", words, class_="empty")
    chosen = next((one for one in leaves if str(one.standing.position) == asked), leaves[0])
    grid = tag("div", _proof(visit, chosen), _records(visit, loan_id, leaves, chosen), class_="grid")
    return heading + _actions(visit, loan_id, leaves) + grid


def _actions(visit: Visit, loan_id: str, leaves: list[LoanLeaf]) -> Html:
    at = f"/loans/{quote(loan_id)}"
    again = tag("a", visit.say("重演这笔借款", "replay this loan"), href=f"{at}/replay")
    open_ = [one for one in leaves if one.proof is None]
    if open_:
        words = visit.say(
            f"{len(leaves)} 条记录中有 {len(open_)} 条尚未封存, 封存后方可导出",
            f"{len(open_)} of {len(leaves)} records are not sealed yet; the file can be made after that",
        )
        return tag("div", tag("span", words, class_="stop"), again, class_="actions")
    check = tag("a", visit.say("在本浏览器检验", "check in this browser"), href=f"{at}/evidence/check", class_="go")
    file = tag("a", visit.say("下载存证文件", "download the bundle"), href=f"{at}/evidence/file", download=True)
    words = visit.say(f"{len(leaves)} 条记录", f"{len(leaves)} records")
    return tag("div", check, file, again, tag("span", words, class_="faint"), class_="actions")


def _records(visit: Visit, loan_id: str, leaves: list[LoanLeaf], chosen: LoanLeaf) -> Html:
    title = visit.say("记录", "Records")
    columns = (
        Column("#", figures=True),
        Column(visit.say("记录", "Record")),
        Column(visit.say("归属日", "For")),
        Column(""),
    )
    rows = [
        Row(
            (
                str(one.index),
                tag("a", _what(visit, one), href=f"/loans/{quote(loan_id)}/evidence?leaf={one.standing.position}"),
                tag("span", one.found.record.counts_for.isoformat(), class_="num") if one.found else EMPTY,
                _sealed(visit, one),
            ),
            "chosen" if one is chosen else None,
        )
        for one in leaves
    ]
    note = visit.say("按日志次序; 点按看证明", "in the order of the log; click for the proof")
    return section(title, table(columns, rows, label=title), note=note, id_="records")


def _what(visit: Visit, one: LoanLeaf) -> str:
    kind = visit.text(LEAVES[one.standing.key.kind])
    if one.found is None:
        return kind
    body = one.found.record.body
    if one.standing.key.kind is RecordKind.EVENT and body.get("kind") in set(Kind):
        return visit.text(KINDS[Kind(str(body["kind"]))])
    if one.standing.key.kind is RecordKind.VERDICT and body.get("stage") in STAGES:
        return f"{kind} · {visit.text(STAGES[str(body['stage'])])}"
    return kind


def _sealed(visit: Visit, one: LoanLeaf) -> Html:
    if _closed(one):
        return tag("span", visit.say("已抹除", "erased"), class_="tag plain")
    if not _opens(one):
        return tag("span", visit.say("已被改动", "altered"), class_="tag stop")
    if one.proof is None:
        return tag("span", visit.say("未封存", "not sealed"), class_="tag plain")
    return tag("span", visit.say("已证", "proven"), class_="tag")


def _closed(one: LoanLeaf) -> bool:
    """Whether the record is about a person who was erased: the salt went with her key, and nobody can open it."""
    return one.found is not None and one.standing.salt is None


def _opens(one: LoanLeaf) -> bool:
    """Whether the row is still what it was when its leaf was drawn."""
    if one.found is None or one.standing.salt is None:
        return False
    stated: str = json.loads(one.standing.leaf)["commitment"]
    return commit(one.standing.salt, record_bytes(one.found.record)) == stated


def _proof(visit: Visit, one: LoanLeaf) -> Html:
    leaf = leaf_hash(one.standing.leaf)
    parts = [_steps(visit, one)]
    if one.proof is not None and one.checkpoint is not None:
        way = list(way_up(one.index, one.checkpoint.size, leaf, one.proof))
        parts.append(picture(visit, one.index, leaf, way, one.checkpoint))
    parts.append(
        _text(visit.say("叶 (公开)", "the leaf (public)"), json.dumps(json.loads(one.standing.leaf), indent=1))
    )
    if one.found is not None:
        shown = json.dumps(one.found.record.value(), indent=1, ensure_ascii=False)
        parts.append(_text(visit.say("记录 (当事人所见)", "the record (as the parties see it)"), shown))
    if one.checkpoint is not None:
        parts.append(_text(visit.say("检查点", "the checkpoint"), str(one.checkpoint)))
    title = f"{_what(visit, one)} · #{one.index}"
    return section(title, join(parts), note=one.standing.key.ref, id_="proof")


def _steps(visit: Visit, one: LoanLeaf) -> Html:
    """What was compared to say so, each with its outcome."""
    opens, proven = _opens(one), one.proof is not None
    opening = visit.say(
        "记录打开叶中的承诺: HMAC-SHA256(盐, 记录)", "the record opens the commitment: HMAC-SHA256(salt, record)"
    )
    inside = visit.say(
        "叶在日志中: 路径通向检查点的树根", "the leaf is in the log: the path leads to the checkpoint's root"
    )
    gone = visit.say("本人已抹除: 盐随其密钥销毁", "she is erased: the salt went with her key")
    lines = ((True, gone) if _closed(one) else (opens, opening), (proven, inside))
    items = (
        tag("li", tag("span", "✓" if good else "✗", class_="state-ok" if good else "stop"), f" {words}")
        for good, words in lines
    )
    words = visit.say(
        "以上由服务器给出; 不必相信它: 在本浏览器检验, 或下载后离线检验.",
        "The server says so; you need not believe it: check in this browser, or offline from the file.",
    )
    return tag("ul", *items, class_="plain") + tag("p", words, class_="faint")


def _text(title: str, text: str) -> Html:
    return tag("details", tag("summary", title), tag("pre", text, class_="note"), class_="unfold")
