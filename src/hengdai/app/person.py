"""What the verbs about persons share: finding one, opening what is kept of her, and their refusals."""

import json

from hengdai.app.actor import Actor, Role
from hengdai.app.command import Declined, No, Turned
from hengdai.app.persons import PersonRow
from hengdai.app.ports import Vault
from hengdai.app.work import Work
from hengdai.base.text import Text
from hengdai.evidence.sealing import ErasureRefusal


def place_of(version: int) -> str:
    """Where a state of a person's data is sealed; it opens nowhere else."""
    return f"person {version}"


def because(code: str, text: Text, **figures: object) -> No:
    """A refusal of the evidence's own rules, as a verb's."""
    return No(code, text, {name: str(value) for name, value in figures.items()})


def erased_already(person: str) -> No:
    """The refusal about a person who was erased."""
    refusal = ErasureRefusal.ALREADY_ERASED
    return because(refusal.name, refusal.value.fill(person=person), person=person)


def may_not(actor: Actor) -> No | None:
    """The refusal of an actor who may not work with persons, for what happens before the command is claimed."""
    if actor.may(Role.OPERATOR):
        return None
    return No.because(Turned.FORBIDDEN, role=actor.role, needed=Role.OPERATOR)


async def kept(work: Work, person: str) -> PersonRow:
    """What the actor's organisation keeps of the person; refused when it keeps nothing, or she was erased.

    No other transaction decides about her until this one has ended.
    """
    await work.hold_person(person)
    row = await work.person(person)
    if row is None:
        raise Declined(No.because(Turned.NOT_FOUND, what=person))
    if person in await work.erased_persons():
        raise Declined(erased_already(person))
    return row


def opened(vault: Vault, actor: Actor, row: PersonRow) -> dict[str, str]:
    """Her data in the clear; refused when her key is gone."""
    plain = vault.open(actor.org, row.person, place_of(row.version), row.sealed)
    if plain is None:
        raise Declined(erased_already(row.person))
    data: dict[str, str] = json.loads(plain)
    return data
