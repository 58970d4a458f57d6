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


async def set_switches(office: Office, actor: Actor, key: str, pack_id: str, switches: frozenset[str]) -> Outcome:
    """Set all that is switched on in the actor's own book, as ADMIN; what is not named is off."""
    asked = {"pack": pack_id, "switches": sorted(switches)}

    async def verb(work: Work) -> Mapping[str, object]:
        law = await live_law(office.packs, work, actor.org, pack_id)
        strange = switches - law.pack.known_switches
        if strange:
            known = ", ".join(sorted(law.pack.known_switches))
            problem = f"未知开关 / unknown switch {', '.join(sorted(strange))}; known: {known}"
            raise Declined(No.because(Turned.UNREADABLE, problem=problem))
        return await _set(office, work, actor, pack_id, lambda rows: replace(rows, switches=switches))

    return await run(office, Call(actor, "set_law_switches", key, asked, Role.ADMIN), verb)


async def begin_shadow(office: Office, actor: Actor, key: str, texts: Mapping[str, str]) -> Outcome:
    """Let a text run beside the one in force in the actor's own book, as ADMIN. It is recorded and stops nothing."""
    try:
        candidate = load_pack(texts)
    except PackRefused as wrong:
        return refused(not_a_pack(wrong))
    asked = {"pack": candidate.id, "digest": candidate.digest}

    async def verb(work: Work) -> Mapping[str, object]:
        law = await live_law(office.packs, work, actor.org, candidate.id)
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
    rows = change(await work.law_of(actor.org, pack_id))
    number = len(await work.settings(actor.org, pack_id)) + 1
    today, now = office.clock.today(), office.clock.now()
    await work.add_setting(SettingRow(pack_id, number, rows.switches, rows.shadow, actor.key_id, today, now))
    return {
        "pack": pack_id,
        "setting": number,
        "switches": sorted(rows.switches),
        "shadow": rows.shadow,
        "key": actor.key_id,
        "day": today,
    }
