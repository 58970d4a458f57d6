"""Terms as canonical JSON and their digest: what the disclosure, the signature and the law's judgement speak of."""

from functools import lru_cache

from hengdai.base.canonical import digest
from hengdai.product.record import Json, Unreadable, read, write
from hengdai.product.terms import Terms

TERMS_VERSION = 1
"""The form of the JSON; a later form gets a new number and a reader of its own, and this one stays readable."""


def terms_to_json(terms: Terms) -> Json:
    """The terms as plain JSON values, with the version of the form under `v`."""
    return {"v": TERMS_VERSION, **write(terms)}


def terms_from_json(value: Json) -> Terms:
    """The terms that were written; another version, a missing or unknown field raise :class:`Unreadable`."""
    body = dict(value)
    version = body.pop("v", None)
    if version != TERMS_VERSION:
        raise Unreadable("$.v", version, f"版本 {TERMS_VERSION}", f"version {TERMS_VERSION}")
    return read(Terms, body)


@lru_cache(maxsize=4096)
def terms_digest(terms: Terms) -> str:
    """SHA-256 of the canonical bytes of the terms, in hex. Remembered, since every gate asks for it again."""
    return digest(terms_to_json(terms))
