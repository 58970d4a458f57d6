"""Release personal data to one receiver: what the purpose takes, as consented at this instant, sealed, on a receipt."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hengdai.app.actor import Actor
from hengdai.app.change import said_no
from hengdai.app.command import Call, Declined, No, Outcome, Turned, run_giving
from hengdai.app.give_consent import about_whom
from hengdai.app.live_law import LiveLaw, live_law
from hengdai.app.person import because, kept, opened
from hengdai.app.persons import ConsentRow, ReleaseRow, book_of
from hengdai.app.ports import Office
from hengdai.app.work import Work
from hengdai.base.identity import LoanId, OrgId
from hengdai.evidence.consent import Refused, Wish, permission
from hengdai.evidence.purpose import PURPOSES, too_much
from hengdai.evidence.sharing import Receiver, release
from hengdai.law.errors import LawIsSilent
from hengdai.law.judge import judge
from hengdai.law.kinds import Stage
from hengdai.loan.refusal import Refusal
from hengdai.loan.refusal import no as loan_no

_MARKED = ("address", "employer")
"""Free texts that carry the watermark invisibly; names and numbers have to compare equal where they arrive."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What is to be released: of whom, why, to whom (with the X25519 key of the receiver), which fields.

    The law is that of the loan's pack, or of `pack` when it is about no loan.
    """

    person: str
    purpose: str
    receiver: Receiver
    fields: tuple[str, ...]
    loan: LoanId | None = None
    pack: str = "cn"

    def asked(self) -> dict[str, object]:
        """Canonical JSON values."""
        return {
            "person": self.person,
            "purpose": self.purpose,
            "receiver": self.receiver.name,
            "receiver_key": self.receiver.public.hex(),
            "fields": sorted(self.fields),
            "loan": self.loan,
            "pack": self.pack,
        }


async def share_release(office: Office, actor: Actor, key: str, wanted: Sharing) -> tuple[Outcome, bytes | None]:
    """The outcome with the receipt, and the sealed file, which is kept nowhere here and so is given once."""

    async def verb(work: Work) -> tuple[Mapping[str, object], bytes]:
        row = await kept(work, wanted.person)
        beyond = too_much(wanted.purpose, wanted.fields, frozenset(row.fields))
        if beyond is not None:
            raise Declined(because(beyond[0].name, beyond[1]))
        about = await about_whom(work, actor, wanted.person, wanted.loan)
        consents = await work.consents(wanted.person)
        # The instant of release is taken after her row is held: a withdrawal comes wholly before it or after.
        at, book = office.clock.now(), book_of(consents)
        wish = Wish(wanted.person, wanted.purpose, wanted.receiver.name, tuple(sorted(wanted.fields)), at)
        allowed = permission(book, wish)
        if isinstance(allowed, Refused):
            raise Declined(because(allowed.why.name, allowed.text))
        law = await _law_of(office, work, wanted, about.org)
        consent = next(each for each in consents if each.given == allowed)
        _demand_lawful(law, wanted.purpose, consent, office.clock.today())
        try:
            made = release(
                book, wish, opened(office.vault, actor, row), wanted.receiver, office.ids.next(),
                office.vault.watermark_key(actor.org), _MARKED,
            )  # fmt: skip
        except ValueError:  # a point of small order: whoever sent it would open what is sealed to anybody
            problem = "receiver_key 不是可用的 X25519 公钥 / is no usable X25519 public key"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem)) from None
        assert not isinstance(made, Refused)
        digest = hashlib.sha256(made.file).hexdigest()
        await work.keep_pack(law.pack.digest, law.pack.id, office.packs.texts(law.pack.digest))
        receiver_key = wanted.receiver.public.hex()
        await work.add_release(ReleaseRow(about, made.receipt, at, receiver_key, digest, law.pack.digest))
        return {"receipt": made.receipt.body(), "file_sha256": digest}, made.file

    return await run_giving(office, Call(actor, "share_release", key, wanted.asked()), verb)


async def _law_of(office: Office, work: Work, wanted: Sharing, org: OrgId) -> LiveLaw:
    record = None if wanted.loan is None else await work.loan(wanted.loan)
    return await live_law(office.packs, work, org, record.loan.terms.pack if record else wanted.pack)


def _demand_lawful(law: LiveLaw, purpose: str, consent: ConsentRow, day: date) -> None:
    """Hold the release against the law's own rules about consent, by facts that the ledger knows."""
    facts: dict[str, object] = {
        "consent_or_basis": True,
        "needs_separate_consent": True,  # to another institution, PIPL art. 23
        "separate_consent": consent.separate,
        "shares_c3_data": False,  # no field of ours holds any
    }
    if PURPOSES[purpose].credit:
        facts["credit_consent"] = True
    try:
        said = judge(law.pack, facts, stage=Stage.DATA, days=day, settings=law.settings)
    except LawIsSilent as silence:
        raise Declined(No.because(Turned.LAW_SILENT, problem=silence)) from None
    stopping = [each.rule_id for each in said.stopping if set(each.rule.facts) <= facts.keys()]
    if stopping:
        raise Declined(said_no(loan_no(Refusal.LAW_FORBIDS, rules=", ".join(stopping))))
