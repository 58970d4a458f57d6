"""`hengdai synth`: write a synthetic Chinese facilitation book from a seed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hengdai.adapters.synthetic.book import write_book
from hengdai.base.text import Text
from hengdai.entry.cli.talk import data, say


def synth(
    loans: Annotated[int, typer.Option(min=1, max=10_000_000, help="申请笔数 / number of applications")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / seed")] = 1,
    out: Annotated[Path | None, typer.Option(help="输出目录 / folder to write, else synthetic-LOANS-SEED")] = None,
    format: Annotated[Literal["parquet", "csv"], typer.Option(help="文件格式 / format of the tables")] = "parquet",
) -> None:
    """按种子生成合成助贷账本, 同一种子逐字节相同. Write a synthetic book; the same seed gives the same bytes.

    机构与借款人均为虚构, 埋入的违规见 truth 表. Everybody in it is invented; planted violations stand in `truth`.

    例 Example: hengdai synth --loans 5000 --seed 1 --out mybook
    """
    folder = out or Path(f"synthetic-{loans}-{seed}")
    told = Text("已写 {done} / {loans} 笔", "wrote {done} of {loans} loans")
    digest = write_book(folder, loans, seed, format, lambda done: say(told.fill(done=f"{done:,}", loans=f"{loans:,}")))
    say(Text("账本摘要 {digest}", "digest of the book {digest}").fill(digest=digest))
    data(str(folder))
