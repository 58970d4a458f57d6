"""`hengdai evidence`: seal and export, check bundles and logs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from hengdai.adapters.evidence.fsck import fsck as check_log
from hengdai.base.text import Text
from hengdai.entry.cli import evidence_book, evidence_replay
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.talk import data, data_json, say, stop
from hengdai.evidence.bundle import Verification, verify_bundle
from hengdai.evidence.keys import BadKey, VerifierKey

evidence = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="存证: 封存, 导出, 检验, 监看. Evidence: seal, export, verify, watch.",
)
evidence.command()(evidence_book.seal)
evidence.command()(evidence_book.export)
evidence.command("print")(evidence_book.print_bundle)
evidence.command()(evidence_book.monitor)
evidence.command()(evidence_replay.replay)
_VALID = Text("有效", "VALID")
_NOT_VALID = Text("无效", "NOT VALID")
_UNREADABLE = Text("无法读取", "UNREADABLE")


@evidence.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="存证文件 / the bundle")],
    policy: Annotated[
        list[Path] | None, typer.Option(help="自备的见证策略, 可重复 / a policy of your own; may be repeated")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """离线检验一份存证文件. Verify a bundle offline. 退出码 exit: 0 有效, 3 无效, 2 无法读取.

    例 Example: hengdai evidence verify loan.evidence --policy parties.policy
    """
    try:
        content = bundle.read_bytes()
        trusted = [path.read_text(encoding="utf-8") for path in policy] if policy else None
    except (OSError, UnicodeDecodeError) as error:
        stop(Exit.UNREADABLE, f"{_UNREADABLE}: {error}")
    found = verify_bundle(content, trusted)
    if as_json:
        data_json(_as_json(found))
    else:
        _tell(found)
    raise typer.Exit(found.exit)


@evidence.command()
def fsck(
    directory: Annotated[Path, typer.Argument(help="日志目录 / the log's directory")],
    key: Annotated[str | None, typer.Option(help="日志公钥 / the log's verifier key")] = None,
    workers: Annotated[int, typer.Option(help="进程数 / processes")] = 2,
) -> None:
    """核验整份日志: 条目, 瓦片, 树根, 检查点. Verify a whole log: entries, tiles, root, checkpoint.

    例 Example: hengdai evidence fsck data/evidence/2026
    """
    try:
        log = VerifierKey.parse(key) if key else None
    except BadKey as error:
        stop(Exit.UNREADABLE, str(error))
    if not directory.is_dir():
        stop(Exit.UNREADABLE, f"目录不存在 / no such directory: {directory}")
    if not any((directory / name).exists() for name in ("head", "checkpoint")):
        # A log not yet begun is whole, yet nobody who asks for a check wants to hear that of an empty folder.
        years = sorted(str(path) for path in directory.iterdir() if (path / "head").exists())
        hint = f"; 是否指 / is one of these meant: {', '.join(years)}" if years else ""
        stop(Exit.UNREADABLE, f"没有日志头也没有检查点 / neither a head nor a checkpoint in {directory}{hint}")
    checked = check_log(directory, log, workers)
    for fault in checked.faults:
        data(str(fault))
    say(
        Text(
            f"已核验 {checked.size} 条, 问题 {len(checked.faults)} 处",
            f"{checked.size} entries, {len(checked.faults)} faults",
        )
    )
    raise typer.Exit(int(Exit.REFUSED if checked.faults else Exit.DONE))


def _tell(found: Verification) -> None:
    for broken in found.broken:
        data(f"断裂 broken: {broken}")
    if found.subject:
        shown = sum(record is not None for record in found.records)
        say(Text(f"标的 {found.subject}, 记录 {len(found.records)} 条, 出示 {shown} 条",
                 f"subject {found.subject}, {len(found.records)} records, {shown} shown"))  # fmt: skip
        say(Text(f"策略指纹 {found.fingerprint}", f"policy fingerprint {found.fingerprint}"))
    data(str({0: _VALID, 2: _UNREADABLE}.get(found.exit, _NOT_VALID)))


def _as_json(found: Verification) -> Mapping[str, object]:
    return {
        "broken": [{"link": one.link.value, "where": one.where, "why": one.why} for one in found.broken],
        "exit": found.exit,
        "logs": [{"origin": tree.origin, "size": tree.size} for tree in found.checkpoints],
        "policy_fingerprint": found.fingerprint,
        "records": len(found.records),
        "subject": found.subject,
    }
