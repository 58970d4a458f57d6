"""What the workers write counts when it was told and moved; texts and lists cross to Spark as it knows them."""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from hengdai.spark.parts import FINDINGS, REJECTS, FolderTaken, Part, PartWriter, Place, address, new_run, read_part
from hengdai.spark.work import arrow, digests_of, first_of

FRAME = pl.DataFrame({"loan_id": ["A1", "A2"], "early": [[1, 2], []], "rules": [["a"], None], "row": [1, 2]})


def place(folder: Path) -> Place:
    made = Place(str(folder), new_run())
    made.begin()
    return made


def test_only_what_was_told_counts(tmp_path: Path) -> None:
    run = place(tmp_path)
    for name in ("told", "not_told"):
        with PartWriter(run, name) as writer:
            writer.write(FINDINGS, FRAME)
    run.commit([Part(FINDINGS, "told", 2)])
    run.clear()
    left = sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file())
    assert left == ["_SUCCESS", "findings/told"]
    assert pl.read_parquet(tmp_path / "findings" / "told").equals(FRAME)


def test_a_part_is_told_with_its_rows_and_read_in_pieces(tmp_path: Path) -> None:
    run = place(tmp_path)
    with PartWriter(run, "part") as writer:
        writer.write(FINDINGS, FRAME)
        writer.write(FINDINGS, FRAME)
        writer.write(REJECTS, FRAME.head(1))
    assert writer.parts == [Part(FINDINGS, "part", 4), Part(REJECTS, "part", 1)]
    assert [each.height for each in read_part(run, writer.parts[0], ["row"], 3)] == [3, 1]


def test_a_folder_that_holds_something_is_refused_and_what_broke_off_is_not_in_the_way(tmp_path: Path) -> None:
    place(tmp_path)
    run = place(tmp_path)
    (tmp_path / "findings").mkdir()
    with pytest.raises(FolderTaken):
        place(tmp_path)
    with pytest.raises(FolderTaken):
        run.commit([])


def test_an_address_of_hadoop_is_one_of_the_store_and_a_path_is_made_whole(tmp_path: Path) -> None:
    assert address("s3a://lake/audit") == "s3://lake/audit"
    assert address("hdfs://node:8020/audit") == "hdfs://node:8020/audit"
    assert address(f"{tmp_path}/a/../b") == str(tmp_path.resolve() / "b")


def test_texts_and_lists_cross_as_spark_knows_them() -> None:
    kinds = {each.name: each.type for each in arrow(FRAME).schema}
    assert kinds["loan_id"] == pa.string() and kinds["row"] == pa.int64()
    assert kinds["early"] == pa.list_(pa.int64()) and kinds["rules"] == pa.list_(pa.string())
    assert arrow(FRAME)["early"].to_pylist() == [[1, 2], []]


def test_a_short_digest_is_the_head_of_the_long_one() -> None:
    ids = pl.Series([f"A{n}" for n in range(1000)])
    assert (digests_of(ids, 8) == digests_of(ids) >> np.uint64(56)).all()
    assert len(set(digests_of(ids, 8).tolist())) <= 256 < len(set(digests_of(ids).tolist()))


def test_only_numbers_that_come_twice_have_a_first_row() -> None:
    assert first_of(pl.DataFrame({"loan_id": ["A", "B", "A"], "row": [9, 1, 4]})) == {"A": 4}
