"""`hengdai keys`: API keys, by whoever owns the machine."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from hengdai.app.actor import Role
from hengdai.app.work import Organisation
from hengdai.base.identity import OrgId
from hengdai.base.text import Text
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Json, Org, settings_of
from hengdai.entry.cli.talk import console, data, data_json, say, stop, table
from hengdai.entry.wiring import installation

keys = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="接口密钥: 发放, 列出, 吊销. API keys: create, list, revoke.",
)
_ONCE = Text("密钥只显示这一次, 库中只存摘要", "the key is shown this once; only a digest of it is stored")


@keys.command()
def create(
    org: Org,
    role: Annotated[Role, typer.Option(help="viewer 查看, operator 经办, admin 管理, examiner 检查")] = Role.VIEWER,
    label: Annotated[str, typer.Option(help="用途 / what it is for")] = "",
    name: Annotated[
        str | None, typer.Option(help="机构尚未登记时的名称 / its name, to enter a new organisation")
    ] = None,
    kind: Annotated[
        str, typer.Option(help="新机构的类别 / kind of a new one: funder, facilitator, guarantor, merchant, examiner")
    ] = "funder",
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """发放密钥, 在标准输出显示一次. Issue a key and print it once on stdout.

    例 Example: hengdai keys create --org bank-a --name 甲银行 --kind funder --role operator
    """

    async def work() -> str:
        now = datetime.now(UTC)
        async with installation(settings_of(data_dir, dsn)) as platform:
            if name is not None:
                await platform.door.found(Organisation(OrgId(org), name, kind), now)
            return await platform.door.issue(OrgId(org), role, label, now)

    try:
        key = asyncio.run(work())
    except LookupError as unknown:
        stop(Exit.REFUSED, f"{unknown.args[0]}; 登记请加 --name / to enter it add --name")
    say(_ONCE)
    data(key)


@keys.command("list")
def list_(org: Org, json: Json = False, data_dir: Data = None, dsn: Dsn = None) -> None:
    """列出一个机构的密钥, 不含秘密部分. List an organisation's keys, without their secrets.

    例 Example: hengdai keys list --org bank-a
    """

    async def work() -> list[dict[str, str | None]]:
        async with installation(settings_of(data_dir, dsn)) as platform:
            return [
                {
                    "id": key.key_id,
                    "role": key.role.value,
                    "label": key.label,
                    "issued": key.issued.isoformat(timespec="seconds"),
                    "revoked": None if key.revoked is None else key.revoked.isoformat(timespec="seconds"),
                }
                for key in await platform.door.keys(OrgId(org))
            ]

    found = asyncio.run(work())
    if json:
        data_json(found)
        return
    headings = {"编号 id": False, "角色 role": False, "用途 label": False, "发放 issued": False, "吊销 revoked": False}
    console().print(table(headings, [[value or "" for value in key.values()] for key in found]))


@keys.command()
def revoke(
    org: Org,
    key_id: Annotated[str, typer.Argument(help="密钥编号 / id of the key")],
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """立即吊销密钥. Revoke a key at once.

    例 Example: hengdai keys revoke --org bank-a 0123456789ab
    """

    async def work() -> bool:
        async with installation(settings_of(data_dir, dsn)) as platform:
            return await platform.door.revoke(OrgId(org), key_id, datetime.now(UTC))

    if not asyncio.run(work()):
        stop(
            Exit.REFUSED,
            Text("机构 {org} 没有密钥 {key}", "organisation {org} has no key {key}").fill(org=org, key=key_id),
        )
    say(Text("已吊销 {key}", "revoked {key}").fill(key=key_id))
