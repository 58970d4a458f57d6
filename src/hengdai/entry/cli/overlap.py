"""`hengdai overlap`: which applicants two institutions have in common (多头借贷), and nothing else, by files exchanged.

asker                                   answerer                        [a second institution]
overlap ask     ──  question.json  ──▶  overlap answer  ──▶ answer.json ──▶  overlap second ──▶ …
overlap read    ◀───────────────────────────────────────────────────────────────┘
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from hengdai.adapters.evidence.key_files import UnsafeKey, make_seed, read_seed
from hengdai.adapters.evidence.masking_pool import masking
from hengdai.app.answer_overlap import FIELD, Asked, admit_asker, answer_overlap
from hengdai.entry.cli.acting import Key, acting, fresh, shown
from hengdai.entry.cli.exits import Exit
from hengdai.entry.cli.options import Data, Dsn, Org
from hengdai.entry.cli.talk import data, say, stop
from hengdai.evidence.keys import BadKey, decode_base64, encode_base64
from hengdai.evidence.overlap import BadPoint
from hengdai.evidence.overlap import overlap as common

overlap = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="多头比对: 提问, 准入, 作答, 第二方, 读取. Overlap: ask, admit, answer, second, read.",
)
_FORMAT = "hengdai.overlap/1"
_Out = Annotated[Path, typer.Option("-o", "--output", help="写入的文件 / the file to write")]
_Ids = Annotated[Path, typer.Argument(help="证件号码, 每行一个 / identity numbers, one a line")]
_Secret = Annotated[Path, typer.Option(help="本次提问的私密文件 / the secret of this question")]
_Workers = Annotated[int, typer.Option(min=1, help="进程数 / processes")]


@overlap.command()
def ask(
    identifiers: _Ids,
    output: _Out,
    secret: _Secret,
    asker: Annotated[str, typer.Option(help="本机构编号 / who asks")],
    workers: _Workers = 2,
) -> None:
    """把证件号码变为只有自己能还原的点. Turn identity numbers into points that nobody else can read.

    例 Example: hengdai overlap ask ids.txt -o question.json --secret question.key --asker bank-a
    """
    drawn = make_seed(secret)
    with masking(workers) as pool:
        points = pool.mask(drawn, pool.points(FIELD, _lines(identifiers)))
    _write(output, {"asker": asker, "points": points})
    say(f"{len(points)} 个标识 / identifiers")


@overlap.command()
def admit(
    asker: Annotated[str, typer.Argument(help="可以提问的机构 / who may ask")],
    org: Org,
    daily: Annotated[int, typer.Option(min=0, help="每日额度, 0 为终止 / identifiers a day; 0 ends it")],
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """准入提问机构并定每日额度. Let an institution ask, within a quota a day.

    例 Example: hengdai overlap admit bank-b --org bank-a --daily 1000
    """
    shown(acting(data_dir, dsn, org, lambda office, actor: admit_asker(office, actor, fresh(key), asker, daily)))


@overlap.command()
def answer(
    question: Annotated[Path, typer.Argument(help="问题文件 / the question")],
    output: _Out,
    org: Org,
    workers: _Workers = 2,
    key: Key = None,
    data_dir: Data = None,
    dsn: Dsn = None,
) -> None:
    """以账簿中的申请人作答, 计入额度并留痕. Answer from the applicants of the book, within the quota and on record.

    例 Example: hengdai overlap answer question.json -o answer.json --org bank-a
    """
    found = _read(question, "points")
    asked = Asked(str(found["asker"]), found["points"])
    with masking(workers) as pool:
        outcome, made = acting(
            data_dir,
            dsn,
            org,
            lambda office, actor: answer_overlap(office, actor, fresh(key), asked, os.urandom(32), pool),
        )
    if made is not None:
        _write(output, {"asker": asked.asker, "answered": made.answered, "theirs": made.theirs})
    shown(outcome)


@overlap.command()
def second(
    file: Annotated[Path, typer.Argument(help="第一方的答复 / the first institution's answer")],
    output: _Out,
    workers: _Workers = 2,
) -> None:
    """密钥分持: 第二方再掩一次, 任何一方单独都不能枚举. Split keys: mask once more, so that neither alone can guess.

    例 Example: hengdai overlap second answer.json -o final.json
    """
    found, drawn = _read(file, "answered", "theirs"), os.urandom(32)
    try:
        with masking(workers) as pool:
            masked = {name: pool.mask(drawn, found[name]) for name in ("answered", "theirs")}
    except BadPoint as bad:
        stop(Exit.UNREADABLE, str(bad))
    _write(output, {"asker": found["asker"], **masked})


@overlap.command()
def read(
    file: Annotated[Path, typer.Argument(help="答复文件 / the answer")],
    identifiers: _Ids,
    secret: _Secret,
    workers: _Workers = 2,
) -> None:
    """读出共有的证件号码. Print the identity numbers that both have, one a line.

    例 Example: hengdai overlap read final.json ids.txt --secret question.key
    """
    found = _read(file, "answered", "theirs")
    try:
        with masking(workers) as pool:
            theirs = pool.mask(read_seed(secret), found["theirs"])
        both = common(_lines(identifiers), found["answered"], theirs)
    except (BadPoint, UnsafeKey) as bad:
        stop(Exit.UNREADABLE, str(bad))
    for each in both:
        data(each)
    say(f"{len(both)} 个共有 / in common")


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _write(path: Path, content: dict[str, Any]) -> None:
    plain = {
        name: value if isinstance(value, str) else [encode_base64(each) for each in value]
        for name, value in content.items()
    }
    path.write_text(json.dumps({"format": _FORMAT, **plain}, indent=0) + "\n", encoding="utf-8")


def _read(path: Path, *lists: str) -> dict[str, Any]:
    """The asker and the named lists of points; anything else ends the command."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        points: dict[str, Sequence[bytes]] = {name: [decode_base64(each) for each in found[name]] for name in lists}
        if found["format"] != _FORMAT or not all(len(each) == 32 for name in lists for each in points[name]):
            raise ValueError(_FORMAT)
        return {"asker": str(found["asker"]), **points}
    except (ValueError, KeyError, TypeError, BadKey) as error:
        stop(Exit.UNREADABLE, f"不是比对文件 / {path} is no file of an overlap: {error}")
