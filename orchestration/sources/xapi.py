"""`xapi`: completions of training as xAPI statements, of which a learning record store gives an array, pages or lines.

A statement is a completion when its verb is `completed` or `passed` and its result denies neither completion nor
success. A statement that voids another takes it back for good, in whichever order and files the two come (xAPI,
"Voiding"); statements that void cannot be voided, and have no completion to take back. Every other statement (launched,
answered, failed, ...) counts as blank: it was read and is no completion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.fields import FieldError, candidates, flag, moment, needed_text, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import Blank, Identity, Parsed, TrainingRecord, VoidingRecord
from orchestration.sources.review_values import an_object
from orchestration.sources.rosters import plain
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=("statements",), marks=frozenset({"actor", "verb", "object"}), enough=2)
_DONE = frozenset({"completed", "passed"})
_VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_MAIL = "mailto:"


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The completions of one file. `now` is not used: a time in the future proves nothing before it comes."""
    del now
    for item in read_documents(path, SHAPE):
        if not isinstance(item, Item):
            yield item
            continue
        try:
            yield _read(item) or Blank(item.lines)
        except FieldError as error:
            yield item.rejected(error)


def recognise(sight: Sight) -> str | None:
    """Statements have an actor, a verb with an id, and an object."""
    for statement in sight.records(*SHAPE.lists):
        verb = statement.get("verb")
        if {"actor", "object"} <= statement.keys() and isinstance(verb, dict) and "id" in verb:
            version = statement.get("version")
            return version if isinstance(version, str) and version else "1.0"
    return None


def _read(item: Item) -> TrainingRecord | VoidingRecord | None:
    """What a statement says of completions; None when it tells of something else."""
    statement = item.value
    if not isinstance(statement, dict):
        raise FieldError("unknown_shape", "the record is not a JSON object")
    verb = needed_text(an_object(statement, "verb"), "id", "verb.")
    return _voiding(item, statement) if verb == _VOIDED else _completion(item, statement, _last(verb))


def _voiding(item: Item, statement: Mapping[str, Any]) -> VoidingRecord | None:
    voided = an_object(statement, "object")
    if voided.get("objectType") != "StatementRef":
        return None
    return VoidingRecord(item.number, item.lines, _same(needed_text(voided, "id", "object.")), {})


def _same(statement_id: str) -> str:
    """Ids of statements are UUIDs, of which upper and lower case are one."""
    return statement_id.strip().lower()


def _completion(item: Item, statement: Mapping[str, Any], verb: str) -> TrainingRecord | None:
    result = an_object(statement, "result")
    completion, success = flag(result.get("completion"), "result.completion"), flag(result.get("success"), "success")
    if verb not in _DONE or completion is False or success is False:
        return None
    object_id = needed_text(an_object(statement, "object"), "id", "object.")
    score = an_object(result, "score")
    statement_id = text(statement.get("id"), "id")
    return TrainingRecord(
        line_no=item.number,
        lines=item.lines,
        users=_users(an_object(statement, "actor")),
        module=_last(object_id),
        completed_at=moment(statement.get("timestamp") or statement.get("stored"), "timestamp"),
        attributes=plain(
            {
                "verb": verb,
                "object_id": object_id,
                "success": success,
                "score_scaled": number(score.get("scaled"), "result.score.scaled"),
                "score_raw": number(score.get("raw"), "result.score.raw"),
            }
        ),
        statement_id=_same(statement_id) if statement_id else None,
    )


def _last(iri: str) -> str:
    """The last part of an identifier, with its query: `safe-use` of https://lms.example.com/courses/safe-use."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return iri
    name = parts.fragment or parts.path.rstrip("/").rpartition("/")[2].rpartition(":")[2]
    return (f"{name}?{parts.query}" if parts.query and not parts.fragment else name) or iri


def _users(actor: Mapping[str, Any]) -> tuple[Identity, ...]:
    if actor.get("objectType") == "Group":
        raise FieldError("unknown_shape", "the actor is a group, not a person")
    mail = text(actor.get("mbox"), "actor.mbox")
    hashed = text(actor.get("mbox_sha1sum"), "actor.mbox_sha1sum")
    name = text(an_object(actor, "account").get("name"), "actor.account.name")
    found = [Identity("email", mail[len(_MAIL) :] if mail.startswith(_MAIL) else mail)] if mail else []
    found += candidates(name) if name else ()
    found += [Identity("email_sha1", hashed)] if hashed else []
    if not found:
        raise FieldError("missing_field", "the actor has neither mbox nor account")
    return tuple(dict.fromkeys(found))


XAPI = SourceFormat(
    name="xapi",
    dataset="training",
    grain="snapshot",
    namespaces=("email", "upn", "person_id", "email_sha1"),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="Training completions, xAPI",
    recognise=recognise,
    proves="It says who completed or passed which module and when; it proves no use.",
    also=("voidings",),
    fields=(
        Field("actor.mbox", "users (email)"),
        Field("actor.account", "users (person_id, email, upn)", "its name; an address is an e-mail or a UPN"),
        Field("actor.mbox_sha1sum", "users (email_sha1)"),
        Field("actor.*", "", "a name, or an identity that no roster knows; groups are rejected"),
        Field("verb", "attributes.verb", "completed and passed count, voided takes back; other statements are blank"),
        Field("object", "module, attributes.object_id", "the last part of its id is the module"),
        Field(
            "object.id", "statement_id", "of a voiding: the completion of this id does not count, whichever comes first"
        ),
        Field("id", "statement_id", "what a voiding names; a keyed digest of it is kept"),
        Field("timestamp, stored", "completed_at", "stored when there is no timestamp"),
        Field("result.success", "attributes.success", "false: no completion"),
        Field("result.completion", "", "false: no completion"),
        Field("result.score", "attributes.score_scaled, attributes.score_raw"),
        Field("result.*", "", "answers and durations: no figure needs them"),
        Field("more", "", "of the page"),
        Field("version, authority, context, attachments", "", "says nothing about the completion"),
    ),
)
