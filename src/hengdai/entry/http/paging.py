"""Cursor paging: a page ends where the next begins, and rows written meanwhile shift nothing."""

import base64
import binascii
import json
from typing import Annotated

from fastapi import Query

from hengdai.entry.http.errors import Turn
from hengdai.entry.http.turned import Edge

MOST = 200

Cursor = Annotated[
    str | None,
    Query(max_length=400, description="上一页的 next / the `next` of the page before; leave it out for the first page"),
]
Limit = Annotated[int, Query(ge=1, le=MOST, description="每页条数 / rows a page")]


def encode(*keys: str) -> str:
    """An opaque cursor of the sort keys of the last row shown."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def decode(cursor: str | None, count: int) -> tuple[str, ...] | None:
    """The sort keys of a cursor of ours; None for the first page, else 422 when it is not one."""
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise Turn(Edge.BAD_CURSOR) from None
    if not isinstance(keys, list) or len(keys) != count or not all(isinstance(key, str) for key in keys):
        raise Turn(Edge.BAD_CURSOR)
    return tuple(keys)
