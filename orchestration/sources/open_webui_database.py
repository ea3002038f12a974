"""The rows of Open WebUI's database as events: each is accounted for once, whatever the passes before learn from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from orchestration.sources.byte_source import CAPS
from orchestration.sources.documents import Item
from orchestration.sources.fields import FieldError, latest_time, needed_text, text
from orchestration.sources.json_text import object_in, value_in
from orchestration.sources.open_webui_messages import Answers, cloned_at, feedback_of, prompt, prompts_of, users_of
from orchestration.sources.records import EventRecord, Parsed, Reject
from orchestration.sources.review_values import events_of
from orchestration.sources.sqlite_file import rows_of, tables_of

_LEARNT_FROM = ("user", "chat", "chat_message")
_READ = ("user", "chat_message", "chat", "feedback")


def read_database(path: Path, now: datetime | None) -> Iterator[Parsed]:
    """The prompts and feedback of a database; its rows are the lines. `now` as in Parser."""
    tables = tables_of(path)
    if "chat" not in tables:
        reason = "no database with chats can be read here; copy it again, and do not compress it"
        yield Reject(1, 0, 1, "unknown_shape", reason, b"")
        return
    known, latest, number = _Known(), latest_time(now), 0
    for table in _LEARNT_FROM:
        with suppress(FieldError):  # said below, when the same rows are read
            for row in rows_of(path, table):
                known.learn(table, row)
    for table in (name for name in _READ if name in tables):
        try:
            for row in rows_of(path, table):
                number += 1
                yield from _row(known, table, row, number, latest)
        except FieldError as error:
            number += 1
            yield Reject(number, 0, 1, error.code, error.reason, b"")


def _row(known: _Known, table: str, row: dict[str, Any], number: int, latest: datetime) -> list[Parsed]:
    try:
        return events_of(Item(number, 0, 1, row, {}, b""), latest, lambda found: known.events(table, found))
    except FieldError as error:
        raw = orjson.dumps(row, default=str)[: CAPS.kept]
        return [Reject(number, 0, 1, error.code, error.reason, raw)]


class _Known:
    """What rows say of one another: addresses of users, clones of chats, answers to prompts."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._clones: dict[str, datetime | None] = {}
        self._answers: dict[tuple[str, str], Answers] = {}
        self._with_rows: set[str] = set()
        """Chats whose messages stand in a table of their own."""

    def learn(self, table: str, row: Mapping[str, Any]) -> None:
        """Remembers what a row says of others; a row that cannot be read says nothing."""
        with suppress(FieldError):
            if table == "user":
                self._user(row)
            elif table == "chat":
                self._clones[needed_text(row, "id")] = cloned_at(row, object_in(row, "chat"))
            else:
                self._message_learnt(row)

    def _user(self, row: Mapping[str, Any]) -> None:
        user_id, email = needed_text(row, "id"), text(row.get("email"), "email")
        if email:
            self._addresses[user_id] = email

    def _message_learnt(self, row: Mapping[str, Any]) -> None:
        chat_id = needed_text(row, "chat_id")
        self._with_rows.add(chat_id)
        if row.get("role") == "assistant":
            self._answers.setdefault((chat_id, str(row.get("parent_id"))), Answers()).add(row)

    def events(self, table: str, row: Mapping[str, Any]) -> Iterable[EventRecord]:
        """The events of a row; none of one that only says something about others. FieldError when it is broken."""
        if table == "feedback":
            return [feedback_of(row, self._addresses)]
        if table == "chat_message":
            return self._message(row)
        if table == "user":
            self._user(row)
        elif needed_text(row, "id") not in self._with_rows:
            return prompts_of(row, self._addresses)
        return []

    def _message(self, row: Mapping[str, Any]) -> Iterable[EventRecord]:
        users, chat_id = users_of(row, self._addresses), needed_text(row, "chat_id")
        if row.get("role") == "assistant":
            Answers().add(row)  # one that cannot be read is said
        if row.get("role") != "user" or users is None:
            return []
        message_id = needed_text(row, "id").removeprefix(f"{chat_id}-")
        found = self._answers.get((chat_id, message_id), Answers())
        return prompt(
            {**row, "content": _unquoted(row.get("content"))},
            message_id,
            chat_id,
            users,
            found,
            self._clones.get(chat_id),
        )


def _unquoted(content: Any) -> Any:
    """A text that the database keeps as JSON, in quotes; older rows have it plain."""
    with suppress(FieldError):
        return value_in(content)
    return content
