"""Who is to be erased: under which names and numbers they stand in this workspace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from orchestration.erased import bare_name, is_recognisable
from orchestration.errors import UsageError
from orchestration.identity_decisions import Taken
from orchestration.loading.session import Session
from orchestration.sources.identifiers import can_join, hashed_forms
from orchestration.sources.records import Identity
from orchestration.vault import Person, Vault
from orchestration.vault_erasure import Subject

# Accounts of other people, and those that stood on one record with one of them.
_FOREIGN = """
    select alias_no from raw.identity_alias where person_no <> $person_no
    union
    select linked_alias_no from raw.identity_link
    where alias_no in (select alias_no from raw.identity_alias where person_no <> $person_no)
    union
    select alias_no from raw.identity_link
    where linked_alias_no in (select alias_no from raw.identity_alias where person_no <> $person_no)
"""
# Accounts that stood on one record with these, and with nobody else's.
_LINKED = f"""
    with recursive both_ways as (
        select alias_no as one, linked_alias_no as other from raw.identity_link
        union
        select linked_alias_no, alias_no from raw.identity_link
    ),
    foreign_alias as ({_FOREIGN}),
    joined(alias_no) as (
        select unnest($numbers::bigint[])
        union
        select both_ways.other from joined join both_ways on both_ways.one = joined.alias_no
        where both_ways.other not in (select alias_no from foreign_alias)
    )
    select alias_no from joined
"""


def find_subjects(session: Session, identifiers: Iterable[str], why: str) -> list[Subject]:
    """Everybody whom the identifiers name, erasures that were begun before among them.

    UsageError: nobody, or more than one, has an identifier, or a decision about one of them stands.
    """
    begun = {one.person_key: one for one in session.vault.erasures.pending()}
    found: dict[str, Subject] = {}
    for identifier in identifiers:
        one = next((each for each in begun.values() if _is_called(each, identifier)), None)
        one = one or _subject(session, identifier, why)
        found[one.person_key] = one
    return list(found.values())


def with_met_names(session: Session, subject: Subject, met: Iterable[Identity]) -> Subject:
    """The subject with names that stood on one record with theirs, and on none with those of somebody else."""
    number = session.vault.pseudonymiser.alias_no
    known = {one: number(one.namespace, one.value) for one in met}
    foreign = session.connection.execute(
        f"select alias_no from ({_FOREIGN}) where alias_no in (select unnest($numbers::bigint[]))",
        {
            "person_no": session.vault.pseudonymiser.person_no(subject.person_id),
            "numbers": list(known.values()),
        },
    ).fetchall()
    return with_names(session.vault, subject, [one for one, no in known.items() if (no,) not in foreign])


def with_names(vault: Vault, subject: Subject, names: Iterable[Identity]) -> Subject:
    """The subject with further names, of which those that somebody else has as well are left out."""
    number = vault.pseudonymiser.alias_no
    own = {
        one: number(one.namespace, one.value)
        for one in (*subject.names, *names)
        if can_join(one) and not vault.is_of_others(number(one.namespace, one.value), subject.person_key)
    }
    texts = {bare_name(one.value) for one in own if is_recognisable(bare_name(one.value))}
    return replace(
        subject,
        names=tuple(sorted(own, key=lambda one: (one.namespace, one.value))),
        texts=tuple(sorted(texts | set(subject.texts))),
        numbers=subject.numbers | frozenset(own.values()),
    )


def _subject(session: Session, identifier: str, why: str) -> Subject:
    vault, names = session.vault, session.vault.pseudonymiser
    key = vault.lookup([identifier], why)[identifier]
    person = vault.reveal([key], why)[key] if key else None
    if key is None or person is None:
        raise UsageError(
            f"{identifier}: nobody on any roster has this identifier, or more than one person has - "
            "name the person by their person_id"
        )
    _refuse_decided(person, names.alias_no, vault.decisions.taken())
    said = [Identity("person_id", person.person_id), *(Identity(*alias) for alias in person.aliases)]
    hashed = [form for one in said if one.namespace == "email" for form in hashed_forms(one.value)]
    numbers = frozenset({names.person_no(person.person_id)})
    subject = with_names(
        vault, Subject(person.person_id, key, (), _full_name(vault, person, why), numbers), said + hashed
    )
    linked = session.connection.execute(
        _LINKED, {"numbers": sorted(subject.numbers), "person_no": names.person_no(person.person_id)}
    ).fetchall()
    return replace(subject, numbers=subject.numbers | {number for (number,) in linked})


def _full_name(vault: Vault, person: Person, why: str) -> tuple[str, ...]:
    """What they are called, if nobody else is and it can be told from ordinary words."""
    name = bare_name(person.name or "")
    called = [one for one in vault.everybody(why) if bare_name(one.name or "").casefold() == name.casefold()]
    return (name,) if " " in name and is_recognisable(name) and len(called) == 1 else ()


def _refuse_decided(person: Person, number: object, taken: Iterable[Taken]) -> None:
    own = {("person_id", person.person_id), *person.aliases}
    numbers = {number(*one) for one in own}  # type: ignore[operator]
    standing = [
        one.number
        for one in taken
        if not one.is_undone
        and (
            person.person_id in (one.decision.person.split("~")[0], one.decision.other.split("~")[0])
            or (one.decision.account and number(one.decision.account.namespace, one.decision.account.value) in numbers)  # type: ignore[operator]
        )
    ]
    if standing:
        listed = ", ".join(map(str, standing))
        raise UsageError(
            f"{person.person_id}: decisions about them stand ({listed}) - take them back first: takeup people undo"
        )


def _is_called(subject: Subject, identifier: str) -> bool:
    wanted = identifier.strip().casefold()
    return identifier == subject.person_id or any(
        one.namespace != "person_id" and one.value.casefold() == wanted for one in subject.names
    )
