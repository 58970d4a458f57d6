"""`hengdai person`: personal data under a key of the person's own, consents, contacts, erasure.

Personal data is never given as an argument, which other users of the machine could read: it comes from a file.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hengdai.app.actor import Actor
from hengdai.app.change import LoanCall
from hengdai.app.command import Outcome
from hengdai.app.contact_person import Contacting, contact_person
from hengdai.app.erase_person import erase_person
from hengdai.app.give_consent import Consenting, give_consent
from hengdai.app.ports import Office
from hengdai.app.read_person import read_person
from hengdai.app.register_person import PersonalData, register_person
from hengdai.app.rotate_keys import rotate_keys
from hengdai.app.withdraw_consent import withdraw_consent
from hengdai.base.identity import LoanId
from hengdai.entry.cli.acting import Key, acting, fresh, shown
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Org
from hengdai.entry.cli.talk import data_json, stop
from hengdai.evidence.purpose import PERSONAL_FIELDS, PURPOSES

person = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="个人信息: 登记, 查阅, 台账, 同意, 联系, 抹除. Persons: register, read, record, consent, contact, erase.",
)
_Person = Annotated[str, typer.Argument(help="借款人编号 / the borrower's opaque reference")]
_Purpose = Annotated[str, typer.Option(help=f"目的 / what for: {', '.join(PURPOSES)}")]
_Field = Annotated[list[str], typer.Option("--field", help="字段, 可重复 / a field, may repeat")]


@person.command()
def register(
    person: _Person,
    file: Annotated[Path, typer.Argument(help="JSON 文件, 字段到文本 / a JSON file, texts by field")],
    org: Org,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """登记或更新个人信息, 以本人专属密钥加密. Keep personal data, sealed with the person's own key.

    例 Example: hengdai person register b-1 her.json --org bank-a
    """
    fields = _texts(file)
    wanted = PersonalData(person, fields)
    shown(acting(data_dir, dsn, org, lambda office, actor: register_person(office, actor, fresh(key), wanted)))


def _texts(file: Path) -> dict[str, str]:
    found = json.loads(file.read_text(encoding="utf-8"))
    good = isinstance(found, dict) and found and all(isinstance(each, str) for each in found.values())
    strange = sorted(set(found) - set(PERSONAL_FIELDS)) if good else ["?"]
    if strange:
        known = ", ".join(PERSONAL_FIELDS)
        stop(Exit.UNREADABLE, f"应为字段到文本的对象, 字段为 / an object of texts by field is expected: {known}")
    return dict(found)


@person.command()
def read(
    person: _Person,
    org: Org,
    purpose: _Purpose,
    field: _Field,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """查阅目的所需字段, 查阅留痕. Show the fields that the purpose takes; the access is on record.

    例 Example: hengdai person read b-1 --org bank-a --purpose collection --field name --field phone
    """
    found = acting(
        data_dir, dsn, org, lambda office, actor: read_person(office, actor, fresh(key), person, purpose, tuple(field))
    )
    if found[1] is None:
        shown(found[0])
    data_json(found[1])


@person.command()
def record(person: _Person, org: Org, data_dir: Data = None, dsn: Dsn = None) -> None:
    """台账: 同意, 对外提供, 查阅; 不含个人信息. What is on record about a person, none of it personal.

    例 Example: hengdai person record b-1 --org bank-a
    """

    async def work(office: Office, actor: Actor) -> dict[str, Any]:
        asked = {"keeper": actor.org, "person": person}
        async with office.store.begin(actor) as transaction:
            named = ("states", "consents", "releases", "accesses")
            return {name: [dict(row) for row in await transaction.rows(f"person_{name}", **asked)] for name in named}

    found = acting(data_dir, dsn, org, work)
    if not found["states"]:
        stop(Exit.REFUSED, f"未找到 {person} / {person} was not found")
    data_json({"person": person, **found})


@person.command()
def consent(
    person: _Person,
    org: Org,
    purpose: _Purpose,
    field: _Field,
    receiver: Annotated[str, typer.Option(help="接收方 / to whom")],
    version: Annotated[str, typer.Option(help="所同意的文本版本 / the wording that was agreed to")],
    separate: Annotated[bool, typer.Option("--separate", help="单独同意 / asked for by itself")] = False,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M:%S%z"], help="至何时 / until when, with time zone")
    ] = None,
    loan: Annotated[str | None, typer.Option(help="所涉借款 / the loan it is about")] = None,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """记录同意: 目的, 接收方, 字段, 版本, 期限. Record a consent: purpose, receiver, fields, wording, time.

    例 Example: hengdai person consent b-1 --org bank-a --purpose collection --receiver agency --field phone
    --version v3 --separate
    """
    about = None if loan is None else LoanId(loan)
    wanted = Consenting(person, purpose, receiver, tuple(field), version, separate, until, about)
    shown(acting(data_dir, dsn, org, lambda office, actor: give_consent(office, actor, fresh(key), wanted)))


@person.command()
def withdraw(
    person: _Person,
    consent: Annotated[str, typer.Argument(help="同意编号 / the consent")],
    org: Org,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """撤回同意, 自此不再对外提供. Withdraw a consent; nothing is released under it from now on.

    例 Example: hengdai person withdraw b-1 01936d1e-… --org bank-a
    """
    shown(
        acting(data_dir, dsn, org, lambda office, actor: withdraw_consent(office, actor, fresh(key), person, consent))
    )


@person.command()
def contact(
    loan: Annotated[str, typer.Argument(help="借款编号 / id of the loan")],
    words: Annotated[Path, typer.Argument(help="所说文字的文件 / a file with the words that will be said")],
    org: Org,
    by_whom: Annotated[str, typer.Option(help="由谁联系 / who speaks")],
    channel: Annotated[str, typer.Option(help="call, message, letter, visit, app, other")] = "call",
    purpose: Annotated[str, typer.Option(help="目的 / what for")] = "collection",
    whom: Annotated[str, typer.Option(help="debtor, guarantor, related, unrelated")] = "debtor",
    utc_offset: Annotated[int, typer.Option(min=-720, max=840, help="对方时区, 分钟 / their clock, minutes")] = 480,
    fact: Annotated[
        list[str] | None, typer.Option(help="他人证明的事实, 名=JSON值 / an attested fact, name=JSON value; may repeat")
    ] = None,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """联系前判定并留痕; 法律不许的联系被拒绝. Judge a contact before it is made; one that the law stops is refused.

    例 Example: hengdai person contact L-1 script.txt --org bank-a --by-whom clerk-7 --fact debt_told=true
    """
    attested = _facts(fact or [])
    wanted = Contacting(channel, purpose, whom, by_whom, words.read_text(encoding="utf-8").strip(), utc_offset,
                        attested=attested)  # fmt: skip

    async def work(office: Office, actor: Actor) -> Outcome:
        return await contact_person(office, LoanCall(actor, fresh(key), LoanId(loan)), wanted)

    shown(acting(data_dir, dsn, org, work))


def _facts(given: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in given:
        name, _, value = each.partition("=")
        try:
            found[name] = json.loads(value)
        except ValueError:
            stop(Exit.UNREADABLE, f"应为 名=JSON值 / name=JSON value is expected, found {each!r}")
    return found


@person.command()
def erase(
    person: _Person,
    org: Org,
    ground: Annotated[str, typer.Option(help="理由 / why")],
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """抹除: 销毁其密钥; 借款未结清或法定留存期内被拒绝. Erase a person; refused while the law has her kept.

    此后请轮换机构密钥, 使旧备份失效. Rotate afterwards, so that older copies open nothing.

    例 Example: hengdai person erase b-1 --org bank-a --ground 本人请求
    """
    shown(acting(data_dir, dsn, org, lambda office, actor: erase_person(office, actor, fresh(key), person, ground)))


@person.command()
def rotate(org: Org, key: Key = None, data_dir: Data = None, dsn: Dsn = None) -> None:
    """轮换机构密钥并销毁旧密钥. Draw a new organisation key and destroy the old one.

    例 Example: hengdai person rotate --org bank-a
    """
    shown(acting(data_dir, dsn, org, lambda office, actor: rotate_keys(office, actor, fresh(key))))
