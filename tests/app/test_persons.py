"""Personal data under her own key: who sees it, what is released under which consent, what is said, and erasure."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from hengdai.adapters.evidence.masking_pool import MaskingHere
from hengdai.adapters.evidence.vault import FileVault
from hengdai.app.actor import Actor, Role
from hengdai.app.answer_overlap import FIELD, Asked, admit_asker, answer_overlap
from hengdai.app.command import Outcome, Status
from hengdai.app.contact_person import Contacting, contact_person
from hengdai.app.erase_person import erase_person
from hengdai.app.give_consent import Consenting, give_consent
from hengdai.app.offer import Application, offer
from hengdai.app.pay import pay
from hengdai.app.read_person import read_person
from hengdai.app.register_person import PersonalData, register_person
from hengdai.app.rotate_keys import rotate_keys
from hengdai.app.share_release import Sharing, share_release
from hengdai.app.withdraw_consent import withdraw_consent
from hengdai.base.identity import LoanId
from hengdai.evidence.overlap import mask, overlap
from hengdai.evidence.record import Attachment
from hengdai.evidence.sealing import CannotOpen
from hengdai.evidence.sharing import Receiver, open_share, public_of, read_mark
from hengdai.product.terms import Intent
from tests.app.desk import BANK, Desk, body, code, terms, yuan

pytestmark = pytest.mark.asyncio

HER = {"name": "钱小满", "id_number": "11010519491231002X", "phone": "13800138000", "address": "某市某路 1 号"}
AGENCY_KEY = b"\x21" * 32
AGENCY = Receiver("agency", public_of(AGENCY_KEY))
ASKING = Consenting("borrower-1", "collection", "agency", ("name", "phone"), "v1", separate=True)
SHARING = Sharing("borrower-1", "collection", AGENCY, ("name", "phone"), pack="toy")
CALL = Contacting("call", "collection", "debtor", "clerk-7", "请按期还款")


async def registered(desk: Desk, **fields: str) -> dict[str, Any]:
    data = PersonalData("borrower-1", {**HER, **fields})
    return body(await register_person(desk.office, desk.bank, desk.key(), data))


async def rows(desk: Desk, table: str) -> list[Any]:
    async with desk.store._engine.connect() as connection:
        return list((await connection.exec_driver_sql(f"SELECT * FROM {table}")).mappings())


async def test_what_is_registered_is_read_for_a_purpose_and_each_reading_is_on_record(desk: Desk) -> None:
    assert await registered(desk) == {"person": "borrower-1", "version": 1, "fields": sorted(HER)}
    assert (await registered(desk, phone="13900139000"))["version"] == 2
    outcome, data = await read_person(desk.office, desk.bank, "r1", "borrower-1", "collection", ("phone", "name"))
    assert body(outcome)["version"] == 2
    assert data == {"name": "钱小满", "phone": "13900139000"}
    (access,) = await rows(desk, "person_access")
    assert (access["person"], access["purpose"], access["fields"]) == ("borrower-1", "collection", ["name", "phone"])
    again, nothing = await read_person(desk.office, desk.bank, "r1", "borrower-1", "collection", ("phone", "name"))
    assert (code(again), nothing) == ("GIVEN_ONCE", None)


async def test_nobody_reads_more_than_the_purpose_takes_or_another_organisation_s(desk: Desk) -> None:
    await registered(desk)
    for actor, fields, purpose, expected in (
        (desk.bank, ("id_number",), "collection", "MORE_THAN_NEEDED"),
        (desk.bank, ("bank_account",), "payment", "NOT_HELD"),
        (desk.bank, ("name",), "curiosity", "UNKNOWN_PURPOSE"),
        (desk.other, ("name",), "collection", "NOT_FOUND"),
        (desk.plat, ("name",), "collection", "NOT_FOUND"),
        (desk.examiner, ("name",), "collection", "FORBIDDEN"),
        (Actor(BANK, Role.VIEWER), ("name",), "collection", "FORBIDDEN"),
    ):
        outcome, data = await read_person(desk.office, actor, desk.key(), "borrower-1", purpose, fields)
        assert (code(outcome), data) == (expected, None)
    assert await rows(desk, "person_access") == []


async def test_the_record_of_a_registration_holds_no_digest_that_could_be_tried(desk: Desk) -> None:
    data = PersonalData("borrower-1", HER, (Attachment("id card", "image/png", 9, "a" * 64),))
    first = await register_person(desk.office, desk.bank, "k", data)
    assert (await register_person(desk.office, desk.bank, "k", data)).status is Status.REPLAYED
    changed = replace(data, fields={**HER, "phone": "13800138001"})
    assert code(await register_person(desk.office, desk.bank, "k", changed)) == "KEY_REUSED"
    assert first.status is Status.DONE
    (row,) = await rows(desk, "person")
    assert not any(value.encode() in row["sealed"] for value in HER.values())


async def test_a_release_opens_for_its_receiver_alone_with_the_fields_and_nothing_more(desk: Desk) -> None:
    await registered(desk)
    body(await give_consent(desk.office, desk.bank, desk.key(), ASKING))
    outcome, file = await share_release(desk.office, desk.bank, "s1", SHARING)
    said = body(outcome)
    assert file is not None
    receipt, fields = open_share(file, AGENCY_KEY)
    assert receipt == said["receipt"]
    assert fields == {"name": "钱小满", "phone": "13800138000"}
    with pytest.raises(CannotOpen):
        open_share(file, b"\x22" * 32)
    (row,) = await rows(desk, "release")
    assert (row["receiver"], row["receiver_key"], row["file_sha256"]) == (
        "agency", AGENCY.public.hex(), said["file_sha256"]
    )  # fmt: skip
    assert code((await share_release(desk.office, desk.bank, "s1", SHARING))[0]) == "GIVEN_ONCE"


async def test_free_text_carries_the_watermark_of_its_release(desk: Desk) -> None:
    await registered(desk)
    wish = replace(ASKING, purpose="dispute", fields=("name", "address"))
    body(await give_consent(desk.office, desk.bank, desk.key(), wish))
    wanted = replace(SHARING, purpose="dispute", fields=("name", "address"))
    outcome, file = await share_release(desk.office, desk.bank, desk.key(), wanted)
    assert file is not None
    fields = open_share(file, AGENCY_KEY)[1]
    assert read_mark(str(fields["address"])) == body(outcome)["receipt"]["watermark"]
    assert read_mark(str(fields["name"])) is None


async def test_nothing_is_released_without_a_consent_that_fits_at_that_instant(desk: Desk) -> None:
    await registered(desk)

    async def refused(wanted: Sharing = SHARING) -> str:
        outcome, file = await share_release(desk.office, desk.bank, desk.key(), wanted)
        assert file is None
        return code(outcome)

    assert await refused() == "NEVER_GIVEN"
    short = replace(ASKING, until=desk.clock.now() + timedelta(hours=1))
    consent = body(await give_consent(desk.office, desk.bank, desk.key(), short))["consent"]
    assert await refused(replace(SHARING, receiver=Receiver("other", AGENCY.public))) == "OTHER_RECEIVER"
    assert await refused(replace(SHARING, purpose="payment", fields=("name",))) == "OTHER_PURPOSE"
    assert await refused(replace(SHARING, fields=("id_number",))) == "MORE_THAN_NEEDED"
    body(await withdraw_consent(desk.office, desk.bank, desk.key(), "borrower-1", consent))
    assert await refused() == "WITHDRAWN"
    body(await give_consent(desk.office, desk.bank, desk.key(), short))
    desk.clock.put(date(2026, 1, 7))
    assert await refused() == "EXPIRED"
    assert await rows(desk, "release") == []


async def test_the_law_has_the_last_word_on_a_release(desk: Desk) -> None:
    await registered(desk)
    body(await give_consent(desk.office, desk.bank, desk.key(), replace(ASKING, separate=False)))
    for pack in ("toy", "cn"):
        outcome, _ = await share_release(desk.office, desk.bank, desk.key(), replace(SHARING, pack=pack))
        assert code(outcome) == "law_forbids"
    assert outcome.refusal is not None
    assert outcome.refusal.figures["rules"] == "cn.pi-003"
    body(await give_consent(desk.office, desk.bank, desk.key(), ASKING))
    assert body((await share_release(desk.office, desk.bank, desk.key(), replace(SHARING, pack="cn")))[0])


async def test_a_withdrawal_beside_a_release_comes_wholly_before_or_after_it(desk: Desk) -> None:
    await registered(desk)
    for _ in range(6):
        consent = body(await give_consent(desk.office, desk.bank, desk.key(), ASKING))["consent"]
        release, withdrawal = await asyncio.gather(
            share_release(desk.office, desk.bank, desk.key(), SHARING),
            withdraw_consent(desk.office, desk.bank, desk.key(), "borrower-1", consent),
        )
        withdrawn = json.loads(withdrawal.body)["withdrawn"]
        if release[0].status is Status.DONE:
            released = body(release[0])["receipt"]["at"]
            assert released < withdrawn
        else:
            assert code(release[0]) == "WITHDRAWN"


async def test_a_contact_is_judged_before_it_is_made_and_the_words_are_kept_nowhere(desk: Desk) -> None:
    await registered(desk)
    await desk.active()
    made = body(await contact_person(desk.office, desk.call("L1"), CALL))
    assert made["outcomes"] == {"toy.quiet-hours": "holds", "toy.no-threats": "holds"}
    threat = replace(CALL, words="钱小满, 不还就坐牢")
    assert code(await contact_person(desk.office, desk.call("L1"), threat)) == "law_forbids"
    night = replace(CALL, utc_offset=-600)  # 01:00 UTC is 15:00 of the day before there
    assert body(await contact_person(desk.office, desk.call("L1"), night))["day"] == "2026-01-04"
    early = replace(CALL, utc_offset=0)  # one in the morning
    assert code(await contact_person(desk.office, desk.call("L1"), early)) == "law_forbids"
    unknown = replace(CALL, words="")
    assert code(await contact_person(desk.office, desk.call("L1"), unknown)) == "law_forbids"
    kept = await rows(desk, "contact")
    assert [sorted(row["stopping"]) for row in kept] == [
        [], ["toy.no-threats"], [], ["toy.quiet-hours"], ["toy.no-threats"]
    ]  # fmt: skip
    assert "钱小满" not in str(kept)
    assert kept[0]["content"] == desk.vault.digest(BANK, "borrower-1", CALL.words.encode())


async def test_nobody_contacts_a_borrower_who_is_not_kept_or_whose_loan_is_another_s(desk: Desk) -> None:
    await desk.active()
    assert code(await contact_person(desk.office, desk.call("L1"), CALL)) == "NOT_FOUND"
    await registered(desk)
    assert code(await contact_person(desk.office, desk.call("L1", actor=desk.other), CALL)) == "NOT_FOUND"
    assert code(await contact_person(desk.office, desk.call("L1", actor=desk.plat), CALL)) == "NOT_FOUND"


async def test_a_consent_about_a_loan_is_of_its_borrower(desk: Desk) -> None:
    await registered(desk)
    await desk.active()
    body(await give_consent(desk.office, desk.bank, desk.key(), replace(ASKING, loan=LoanId("L1"))))
    body(await register_person(desk.office, desk.bank, desk.key(), PersonalData("somebody", HER)))
    wrong = replace(ASKING, person="somebody", loan=LoanId("L1"))
    assert code(await give_consent(desk.office, desk.bank, desk.key(), wrong)) == "UNREADABLE"


async def paid_off(desk: Desk) -> None:
    """A loan that is disbursed and paid off the same day."""
    await registered(desk)
    await desk.active()
    body(await pay(desk.office, desk.call("L1"), yuan("12000.00"), Intent.SETTLE))


async def test_erasure_is_refused_while_a_loan_runs_and_while_the_law_has_her_kept(desk: Desk) -> None:
    await registered(desk)
    await desk.active()

    async def refusal() -> str:
        return code(await erase_person(desk.office, desk.bank, desk.key(), "borrower-1", "asked"))

    assert await refusal() == "STILL_RUNNING"
    body(await pay(desk.office, desk.call("L1"), yuan("12000.00"), Intent.SETTLE))
    assert await refusal() == "MUST_BE_KEPT"
    desk.clock.put(date(2028, 1, 4))
    outcome = await erase_person(desk.office, desk.bank, desk.key(), "borrower-1", "asked")
    assert outcome.refusal is not None
    assert ("玩具国放贷法" in outcome.refusal.text.zh, "2028-01-05" in outcome.refusal.text.en) == (True, True)
    desk.clock.put(date(2028, 1, 5))
    body(await erase_person(desk.office, desk.bank, desk.key(), "borrower-1", "asked"))
    assert await refusal() == "ALREADY_ERASED"


async def test_what_was_erased_opens_nowhere_and_nothing_new_is_sealed_for_her(desk: Desk) -> None:
    await paid_off(desk)
    body(await give_consent(desk.office, desk.bank, desk.key(), ASKING))
    desk.clock.put(date(2028, 1, 5))
    body(await erase_person(desk.office, desk.bank, desk.key(), "borrower-1", "asked"))
    outcome, data = await read_person(desk.office, desk.bank, desk.key(), "borrower-1", "collection", ("name",))
    assert (code(outcome), data) == ("ALREADY_ERASED", None)
    assert code((await share_release(desk.office, desk.bank, desk.key(), SHARING))[0]) == "ALREADY_ERASED"
    again = await register_person(desk.office, desk.bank, desk.key(), PersonalData("borrower-1", HER))
    assert code(again) == "ALREADY_ERASED"
    (row,) = await rows(desk, "person")
    assert desk.vault.open(BANK, "borrower-1", "person 1", row["sealed"]) is None


async def test_a_killed_erasure_is_finished_by_asking_again(desk: Desk) -> None:
    class Dies(FileVault):
        """Killed before the key is destroyed."""

        def erase(self, org: str, person: str) -> None:
            raise KeyboardInterrupt(f"{org} {person}")

    await registered(desk)
    office = replace(desk.office, vault=Dies(desk.vault._root))
    with pytest.raises(KeyboardInterrupt):
        await erase_person(office, desk.bank, "e1", "borrower-1", "asked")
    outcome, _ = await read_person(desk.office, desk.bank, desk.key(), "borrower-1", "collection", ("name",))
    assert code(outcome) == "ALREADY_ERASED"
    assert (await erase_person(desk.office, desk.bank, "e1", "borrower-1", "asked")).status is Status.REPLAYED
    (row,) = await rows(desk, "person")
    assert desk.vault.open(BANK, "borrower-1", "person 1", row["sealed"]) is None


OTHERS = ["11010519491231002X", "440524188001010014"]  # the first one is hers


async def asked_for(desk: Desk, identifiers: list[str], asker: str = "bank-b") -> tuple[Outcome, list[str]]:
    """Ask the bank which of these it knows, as another institution would; what that learns."""
    here, mine = MaskingHere(), b"\x11" * 32
    asked = Asked(asker, mask(mine, here.points(FIELD, identifiers)))
    outcome, answer = await answer_overlap(desk.office, desk.bank, desk.key(), asked, b"\x12" * 32, here)
    if answer is None:
        return outcome, []
    # Another institution holds the other half of the answerer's secret.
    split = b"\x13" * 32
    answered, theirs = mask(split, answer.answered), mask(split, answer.theirs)
    return outcome, overlap(identifiers, answered, mask(mine, theirs))


async def test_a_known_institution_learns_what_is_common_within_its_quota_and_each_question_is_on_record(
    desk: Desk,
) -> None:
    await registered(desk)
    assert code((await asked_for(desk, OTHERS))[0]) == "NOT_FOUND"
    assert code(await admit_asker(desk.office, desk.plat, desk.key(), "bank-b", 9)) == "FORBIDDEN"
    body(await admit_asker(desk.office, desk.bank, desk.key(), "bank-b", 3))
    outcome, both = await asked_for(desk, OTHERS)
    assert (body(outcome)["held"], both) == (1, OTHERS[:1])
    assert code((await asked_for(desk, OTHERS))[0]) == "QUOTA_SPENT"
    assert (await asked_for(desk, OTHERS[1:]))[1] == []
    desk.clock.put(date(2026, 1, 6))
    body(await erase_person(desk.office, desk.bank, desk.key(), "borrower-1", "asked"))
    assert (await asked_for(desk, OTHERS))[1] == []
    body(await admit_asker(desk.office, desk.bank, desk.key(), "bank-b", 0))
    assert code((await asked_for(desk, OTHERS))[0]) == "QUOTA_SPENT"
    assert [(row["asked"], row["held"]) for row in await rows(desk, "overlap_query")] == [(2, 1), (1, 1), (2, 0)]


async def test_a_borrower_goes_by_no_identity_number_and_no_phone(desk: Desk) -> None:
    for reference in ("11010519491231002X", "13800138000", "8613800138000"):
        data = PersonalData(reference, HER)
        assert code(await register_person(desk.office, desk.bank, desk.key(), data)) == "NAMES_A_PERSON"
        application = Application(terms(), reference, LoanId("L9"))
        assert code(await offer(desk.office, desk.bank, desk.key(), application)) == "NAMES_A_PERSON"
    for reference in (
        "110105194912310021",
        "12345678901",
        "1000000000000000001",
    ):  # no such numbers
        data = PersonalData(reference, HER)
        assert body(await register_person(desk.office, desk.bank, desk.key(), data))["version"] == 1


async def test_a_facilitator_works_with_its_own_persons_on_the_loans_it_facilitates(desk: Desk) -> None:
    await desk.active()
    body(await register_person(desk.office, desk.plat, desk.key(), PersonalData("borrower-1", HER)))
    body(await give_consent(desk.office, desk.plat, desk.key(), ASKING))
    about = replace(SHARING, loan=LoanId("L1"))
    body((await share_release(desk.office, desk.plat, desk.key(), about))[0])
    body(await contact_person(desk.office, desk.call("L1", actor=desk.plat), CALL))
    await registered(desk)
    body(await contact_person(desk.office, desk.call("L1"), CALL))
    async with desk.store.begin(desk.plat) as work:
        assert await work.calls_on(BANK, LoanId("L1"), date(2026, 1, 5)) == 2
    kept = [(row["org"], row["via"], row["loan_id"]) for row in await rows(desk, "release")]
    assert kept == [("bank", "plat", "L1")]
    for keeper in (desk.plat.org, BANK):
        desk.vault.erase(keeper, "borrower-1")
    assert code((await share_release(desk.office, desk.plat, desk.key(), about))[0]) == "ALREADY_ERASED"


async def test_after_a_rotation_everything_opens_as_before(desk: Desk) -> None:
    await registered(desk)
    assert code(await rotate_keys(desk.office, desk.plat, desk.key())) == "FORBIDDEN"
    for _ in range(2):
        assert body(await rotate_keys(desk.office, desk.bank, desk.key())) == {"organisation": "bank", "erased": 0}
        _, data = await read_person(desk.office, desk.bank, desk.key(), "borrower-1", "collection", ("name",))
        assert data == {"name": "钱小满"}
