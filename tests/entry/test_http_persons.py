"""A person over HTTP: kept, read for a purpose, released as consented, contacted; the record holds nothing personal."""

from hengdai.evidence.sharing import open_share, public_of
from tests.entry.front import Front

HER = {"name": "钱小满", "phone": "13800138000", "address": "某市某路 1 号"}
KEY = b"\x21" * 32


async def test_a_person_is_kept_read_released_contacted_and_on_record(front: Front) -> None:
    loan = await front.disbursed()
    kept = await front.post("/persons/b-1", HER)
    assert (kept.status_code, kept.json()) == (201, {"person": "b-1", "version": 1, "fields": sorted(HER)})
    read = await front.post("/persons/b-1/reading", {"purpose": "collection", "fields": ["name", "name"]}, key="r")
    assert (read.json()["data"], read.headers["cache-control"]) == ({"name": "钱小满"}, "no-store")
    again = await front.post("/persons/b-1/reading", {"purpose": "collection", "fields": ["name", "name"]}, key="r")
    assert (again.status_code, again.json()["code"]) == (409, "given_once")

    wish = {"purpose": "collection", "receiver": "agency", "fields": ["name", "phone"], "loan": loan}
    release = {**wish, "receiver_key": public_of(KEY).hex()}
    assert (await front.post("/persons/b-1/releases", release)).json()["code"] == "never_given"
    consent = (await front.post("/persons/b-1/consents", {**wish, "version": "v1", "separate": True})).json()["consent"]
    released = await front.post("/persons/b-1/releases", release)
    assert released.status_code == 201, released.text
    receipt, fields = open_share(released.json()["file"].encode(), KEY)
    assert (receipt["consent"], fields) == (consent, {"name": "钱小满", "phone": "13800138000"})
    withdrawn = await front.post(f"/persons/b-1/consents/{consent}/withdrawal", {})
    assert withdrawn.status_code == 201, withdrawn.text
    assert (await front.post("/persons/b-1/releases", release)).json()["code"] == "withdrawn"

    contact = {"channel": "call", "purpose": "collection", "by_whom": "clerk-7", "words": "请按期还款"}
    assert (await front.post(f"/loans/{loan}/contacts", contact)).status_code == 201
    threat = await front.post(f"/loans/{loan}/contacts", {**contact, "words": "不还就坐牢"})
    assert (threat.status_code, threat.json()["figures"]["rules"]) == (422, "toy.no-threats")
    made = (await front.get(f"/loans/{loan}/contacts", "examiner")).json()["items"]
    assert [each["stopping"] for each in made] == [[], ["toy.no-threats"]]

    record = await front.get("/persons/b-1", "viewer")
    counts = {name: len(record.json()[name]) for name in ("consents", "releases", "accesses")}
    assert counts == {"consents": 1, "releases": 1, "accesses": 1}
    assert record.json()["consents"][0]["withdrawn"] == withdrawn.json()["withdrawn"]
    assert not any(value in record.text for value in HER.values())
    assert (await front.get("/persons/b-1", "stranger")).status_code == 404
    assert (await front.get("/persons/b-1?keeper=bank-a", "stranger")).status_code == 404
    assert (await front.get("/persons/b-1?keeper=bank-a", "examiner")).json()["fields"] == sorted(HER)

    erased = await front.post("/persons/b-1/erasure", {"ground": "本人请求"}, "admin")
    assert (erased.status_code, erased.json()["code"]) == (409, "still_running")


async def test_a_receiver_s_key_that_would_open_to_anybody_is_refused_and_so_is_nothing_to_keep(front: Front) -> None:
    assert (await front.post("/persons/b-1", {})).status_code == 422
    await front.post("/persons/b-1", HER)
    wish = {"purpose": "collection", "receiver": "agency", "fields": ["name"], "version": "v1", "separate": True}
    await front.post("/persons/b-1/consents", wish)
    weak = {"purpose": "collection", "receiver": "agency", "fields": ["name"], "receiver_key": "0" * 64, "pack": "toy"}
    refused = await front.post("/persons/b-1/releases", weak)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable")


async def test_a_person_is_erased_and_the_keys_are_rotated_by_an_admin(front: Front) -> None:
    await front.post("/persons/b-7", HER)
    assert (await front.post("/persons/b-7/erasure", {"ground": "本人请求"}, "admin")).status_code == 201
    assert (await front.post("/vault/rotation", {}, "admin")).json() == {"organisation": "bank-a", "erased": 1}
    read = await front.post("/persons/b-7/reading", {"purpose": "collection", "fields": ["name"]})
    assert (read.status_code, read.json()["code"]) == (409, "already_erased")
    assert (await front.get("/persons/b-7")).json()["erased"] == "2026-11-02"
