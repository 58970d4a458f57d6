"""`hengdai share`: release what was consented to one receiver; make a receiver's key; open what was released."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hengdai.adapters.evidence.key_files import UnsafeKey, make_seed, read_seed
from hengdai.app.share_release import Sharing, share_release
from hengdai.base.identity import LoanId
from hengdai.entry.cli.acting import Key, acting, fresh, shown
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Org
from hengdai.entry.cli.talk import data, data_json, say, stop
from hengdai.evidence.purpose import PURPOSES
from hengdai.evidence.sealing import CannotOpen
from hengdai.evidence.sharing import Receiver, open_share, public_of

share = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="数据共享: 对外提供, 接收方密钥, 打开文件. Sharing: release, a receiver's key, open what was released to you.",
)


@share.command("release")
def release_file(
    person: Annotated[str, typer.Argument(help="借款人编号 / the borrower's opaque reference")],
    output: Annotated[Path, typer.Option("-o", "--output", help="共享文件 / the sealed file to write")],
    org: Org,
    purpose: Annotated[str, typer.Option(help=f"目的 / what for: {', '.join(PURPOSES)}")],
    receiver: Annotated[str, typer.Option(help="接收方 / to whom")],
    receiver_key: Annotated[str, typer.Option(help="接收方公钥, 十六进制 / the receiver's public key, hex")],
    field: Annotated[list[str], typer.Option("--field", help="字段, 可重复 / a field, may repeat")],
    loan: Annotated[str | None, typer.Option(help="所涉借款 / the loan it is about")] = None,
    pack: Annotated[str, typer.Option(help="无借款时依哪个法律包 / the law, when it is about no loan")] = "cn",
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """把已同意的字段加密提供给一个接收方, 留回执. Release the consented fields, sealed to one receiver, on a receipt.

    例 Example: hengdai share release b-1 -o out.share --org bank-a --purpose collection --receiver agency
    --receiver-key 8520f009… --field name --field phone
    """
    try:
        public = bytes.fromhex(receiver_key)
    except ValueError:
        public = b""
    if len(public) != 32:
        stop(Exit.UNREADABLE, "接收方公钥应为 64 位十六进制 / the receiver's key is 64 hex digits")
    about = None if loan is None else LoanId(loan)
    wanted = Sharing(person, purpose, Receiver(receiver, public), tuple(field), about, pack)
    outcome, file = acting(data_dir, dsn, org, lambda office, actor: share_release(office, actor, fresh(key), wanted))
    if file is not None:
        output.write_bytes(file)
    shown(outcome)


@share.command("key")
def new_key(
    path: Annotated[Path, typer.Argument(help="私钥文件, 仅本人可读 / where the private key goes, mode 0600")],
) -> None:
    """生成接收方密钥, 在标准输出给出公钥. Draw a receiver's key; the public half goes to stdout.

    例 Example: hengdai share key my.key
    """
    try:
        data(public_of(make_seed(path)).hex())
    except OSError as error:
        stop(Exit.REFUSED, f"未生成密钥 / no key was made: {error}")


@share.command("open")
def open_file(
    file: Annotated[Path, typer.Argument(help="共享文件 / the released file")],
    key: Annotated[Path, typer.Option(help="接收方私钥文件 / the receiver's private key")],
) -> None:
    """打开发给您的数据. Open what was released to you; the fields go to stdout, the receipt to stderr.

    例 Example: hengdai share open release.share --key my.key
    """
    try:
        receipt, fields = open_share(file.read_bytes(), read_seed(key))
    except (OSError, UnsafeKey) as error:
        stop(Exit.UNREADABLE, str(error))
    except CannotOpen as error:
        stop(Exit.REFUSED, str(error))
    say(f"回执 / receipt: {json.dumps(receipt, ensure_ascii=False, sort_keys=True)}")
    data_json(fields)
