"""Parquet files of findings: many columns of figures and few of texts, read whole or by column."""

import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

_ELEMENT = ".list.element"


def open_parquet(
    path: str, schema: pa.Schema, filesystem: pa_fs.FileSystem | None = None, *, ranged: bool = False
) -> pq.ParquetWriter:
    """A file for rows of the schema; `ranged` when readers ask for ranges of values and are helped by their bounds.

    Texts repeat and are told by a dictionary. Figures hardly do: they are told by their differences, which any reader
    since 2013 knows, and small so before Snappy has seen them.
    """
    texts = [each.name for each in schema if pa.types.is_large_string(each.type)]
    figures = [each.name for each in schema if pa.types.is_int64(each.type)]
    listed = [
        each.name + _ELEMENT
        for each in schema
        if pa.types.is_large_list(each.type) and pa.types.is_int64(each.type.value_type)
    ]
    return pq.ParquetWriter(
        path, schema, filesystem=filesystem, compression="snappy", write_statistics=ranged,
        use_dictionary=texts,  # type: ignore[arg-type]  # the stubs know only yes and no
        column_encoding=dict.fromkeys(figures + listed, "DELTA_BINARY_PACKED"),
    )  # fmt: skip


__all__ = ["open_parquet"]
