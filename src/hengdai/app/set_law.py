"""How a funder's book is judged beside the text itself: what it switched on, and a text that runs on trial (shadow)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Call, Declined, No, Outcome, Turned, refused, run
from hengdai.app.laws import LawRows, SettingRow
from hengdai.app.live_law import live_law
from hengdai.app.ports import Office
from hengdai.app.propose_law import not_a_pack
from hengdai.app.work import Work
from hengdai.law.errors import PackRefused
from hengdai.law.load import load_pack


async def set_switches(
    office: Office, actor: Actor, key: str, pack_id: str, switches: frozenset[str], lender_kind: str | None = None
) -> Outcome:
    """Set all that is switched on in the actor's own book, as ADMIN; what is not named is off.

    From then on the book lends under the jurisdictions it has set alone. `lender_kind` says by which licence it lends;
    terms that name another are refused. It is kept when it is not said again.
    """
    asked = {"pack": pack_id, "switches": sorted(switches), "lender_kind": lender_kind}

    async def verb(work: Work) -> Mapping[str, object]:
        law = await live_law(office.packs, work, actor.org, pack_id, opening=True)
        strange = switches - law.pack.known_switches
        if strange:
            known = ", ".join(sorted(law.pack.known_switches))
            problem = f"未知开关 / unknown switch {', '.join(sorted(strange))}; known: {known}"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem))
        kinds = law.pack.facts["lender_kind"].values if "lender_kind" in law.pack.facts else ()
        if lender_kind is not None and lender_kind not in kinds:
            problem = f"lender_kind {lender_kind}; {', '.join(kinds)}"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem))
        return await _set(
            office, work, actor, pack_id,
            lambda rows: replace(rows, switches=switches, lender_kind=lender_kind or rows.lender_kind),
        )  # fmt: skip

    return await run(office, Call(actor, "set_law_switches", key, asked, Role.ADMIN), verb)


async def begin_shadow(office: Office, actor: Actor, key: str, texts: Mapping[str, str]) -> Outcome:
    """Let a text run beside the one in force in the actor's own book, as ADMIN. It is recorded and stops nothing."""
    try:
        candidate = load_pack(texts)
    except PackRefused as wrong:
        return refused(not_a_pack(wrong))
    asked = {"pack": candidate.id, "digest": candidate.digest}

    async def verb(work: Work) -> Mapping[str, object]:
        law = await live_law(office.packs, work, actor.org, candidate.id, opening=True)
        if law.pack.digest == candidate.digest:
            problem = "与现行文本相同 / the same as the text in force"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem))
        await work.keep_pack(candidate.digest, candidate.id, texts)
        return await _set(office, work, actor, candidate.id, lambda rows: replace(rows, shadow=candidate.digest))

    return await run(office, Call(actor, "begin_shadow", key, asked, Role.ADMIN), verb)


async def end_shadow(office: Office, actor: Actor, key: str, pack_id: str) -> Outcome:
    """End what runs beside the text in force; what it said stays."""

    async def verb(work: Work) -> Mapping[str, object]:
        rows = await work.law_of(actor.org, pack_id)
        if rows.shadow is None:
            raise Declined(No.because(Turned.NOT_FOUND, what=f"{pack_id} shadow"))
        return await _set(office, work, actor, pack_id, lambda rows: replace(rows, shadow=None))

    return await run(office, Call(actor, "end_shadow", key, {"pack": pack_id}, Role.ADMIN), verb)


async def _set(
    office: Office, work: Work, actor: Actor, pack_id: str, change: Callable[[LawRows], LawRows]
) -> Mapping[str, object]:
    # Counted before the rows are read: a setting that comes in between takes the number, and this one is made anew.
    number = len(await work.settings(actor.org, pack_id)) + 1
    rows = change(await work.law_of(actor.org, pack_id))
    today, now = office.clock.today(), office.clock.now()
    await work.add_setting(
        SettingRow(pack_id, number, rows.switches, rows.shadow, rows.lender_kind, actor.key_id, today, now)
    )
    return {
        "pack": pack_id,
        "setting": number,
        "switches": sorted(rows.switches),
        "shadow": rows.shadow,
        "lender_kind": rows.lender_kind,
        "key": actor.key_id,
        "day": today,
    }
