"""The prompts of a chat and the ratings of its answers, whichever way Open WebUI hands them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from orchestration.sources.aggregates import known
from orchestration.sources.fields import FieldError, count, epoch, flag, needed_text, text, whole, wrong_type
from orchestration.sources.json_text import length_of, object_in, value_in
from orchestration.sources.records import EventRecord, Identity
from orchestration.sources.review_values import BARE, an_object

_SHARED = "shared-"
_SIZES = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""(a time at least this large, how many of its units are a second): nanoseconds, microseconds, milliseconds."""

_TOKENS = (("input_tokens", "prompt_tokens", "prompt_eval_count"), ("output_tokens", "completion_tokens", "eval_count"))
"""Names of the tokens that go in and of those that come out: of Open WebUI, of OpenAI, of Ollama."""


@dataclass(slots=True)
class Answers:
    """What the messages below a prompt say of it."""

    number: int = 0
    model: str | None = None
    models: tuple[str, ...] = ()
    tokens: tuple[int | None, int | None] = (None, None)
    rating: int | None = None
    first_at: Any = None

    def add(self, message: Mapping[str, Any]) -> None:
        """Counts one more answer."""
        self.number += 1
        model = text(message.get("model", message.get("model_id")), "model")
        self.models = tuple(dict.fromkeys((*self.models, *([model] if model else []))))
        self.model = self.model or model
        usage = object_in(message, "usage") or object_in(an_object(message, "info"), "usage")
        self.tokens = (_sum(self.tokens[0], usage, _TOKENS[0]), _sum(self.tokens[1], usage, _TOKENS[1]))
        self.rating = _rating(an_object(message, "annotation").get("rating")) or self.rating
        self.first_at = self.first_at or message.get("timestamp", message.get("created_at"))


def _sum(so_far: int | None, usage: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    found = next((count(usage[name], f"usage.{name}") for name in names if usage.get(name) is not None), None)
    return so_far if found is None else found + (so_far or 0)


def events_in(record: Mapping[str, Any], addresses: Mapping[str, str]) -> Iterable[EventRecord]:
    """The events of a chat or of feedback. `addresses`: e-mail addresses by id of the user, where they are known."""
    if "chat" in record and "snapshot" not in record:
        return prompts_of(record, addresses)
    if "data" in record and "type" in record:
        return [feedback_of(record, addresses)]
    raise FieldError("unknown_shape", "the record is neither a chat nor feedback")


def prompts_of(row: Mapping[str, Any], addresses: Mapping[str, str]) -> Iterator[EventRecord]:
    """The prompts of a chat whose messages stand in it."""
    chat = object_in(row, "chat")
    users = users_of(row, addresses)
    messages = an_object(an_object(chat, "history"), "messages")
    if users is None:
        return
    answers: dict[str, Answers] = {}
    for message in messages.values():
        if not isinstance(message, dict):
            raise wrong_type("chat.history.messages", "an object of objects", message)
        if message.get("role") == "assistant":
            answers.setdefault(str(message.get("parentId")), Answers()).add(message)
    copied_until = cloned_at(row, chat)
    for message_id, message in messages.items():
        if message.get("role") == "user":
            found = answers.get(message_id, Answers())
            yield from prompt(message, message_id, needed_text(row, "id"), users, found, copied_until)


def cloned_at(row: Mapping[str, Any], chat: Mapping[str, Any]) -> datetime | None:
    """When a chat was made as a copy of another; None: it is no copy."""
    is_copy = text(chat.get("originalChatId"), "originalChatId") is not None
    return instant(row.get("created_at"), "created_at") if is_copy else None


def prompt(
    message: Mapping[str, Any],
    message_id: str,
    chat_id: str,
    users: tuple[Identity, ...],
    answers: Answers,
    copied_until: datetime | None,
) -> Iterator[EventRecord]:
    """The event of one message of a user; none when the message was copied from another chat."""
    said_at = message.get("timestamp", message.get("created_at"))
    at = instant(answers.first_at if said_at is None else said_at, "timestamp")
    if copied_until is not None and at < copied_until:
        return
    models, files = value_in(message.get("models")), value_in(message.get("files"))
    asked = models[0] if isinstance(models, list) and models else None
    yield replace(
        BARE,
        key=("open_webui", "prompt", message_id),
        event_id=message_id,
        event_name="prompt",
        occurred_at=at,
        users=users,
        actor_type="human" if users else "unknown",
        item_id=message_id,
        conversation_id=chat_id,
        model=answers.model or text(asked, "models"),
        input_tokens=answers.tokens[0],
        output_tokens=answers.tokens[1],
        attributes=known(
            {
                "answers": answers.number,
                "models": len(answers.models) if len(answers.models) > 1 else None,
                "rating": answers.rating,
                "files": len(files) or None if isinstance(files, list) else None,
                "prompt_length": length_of(message.get("content")),
            }
        ),
    )


def feedback_of(row: Mapping[str, Any], addresses: Mapping[str, str]) -> EventRecord:
    """The event of one rating."""
    data, meta = object_in(row, "data"), object_in(row, "meta")
    users, feedback_id = users_of(row, addresses) or (), needed_text(row, "id")
    return replace(
        BARE,
        key=("open_webui", "feedback", feedback_id),
        event_id=feedback_id,
        event_name="feedback",
        occurred_at=instant(row.get("created_at"), "created_at"),
        users=users,
        actor_type="human" if users else "unknown",
        item_id=text(meta.get("message_id"), "meta.message_id"),
        conversation_id=text(meta.get("chat_id"), "meta.chat_id"),
        model=text(data.get("model_id"), "data.model_id"),
        attributes=known(
            {
                "kind": text(row.get("type"), "type"),
                "rating": _rating(data.get("rating")),
                "score": _rating(an_object(data, "details").get("rating")),
                "reason": text(data.get("reason"), "data.reason"),
                "comment_length": length_of(data.get("comment")),
                "is_arena": flag(meta.get("arena"), "meta.arena"),
            }
        ),
    )


def _rating(value: Any) -> int | None:
    """A thumb, 1 or -1, or a score, also written as text."""
    if isinstance(value, str):
        return int(value) if value.removeprefix("-").isdecimal() and len(value) < 5 else None
    return whole(value, "rating")


def users_of(row: Mapping[str, Any], addresses: Mapping[str, str]) -> tuple[Identity, ...] | None:
    """Whose row it is; None: the public copy of a shared chat."""
    user_id = text(row.get("user_id"), "user_id")
    if user_id is None:
        return ()
    if user_id.startswith(_SHARED):
        return None
    email = addresses.get(user_id) or text(an_object(row, "user").get("email"), "user.email")
    return (*((Identity("email", email),) if email else ()), Identity("open_webui_id", user_id))


def instant(value: Any, name: str) -> datetime:
    """A time since 1970 in whatever unit its size tells."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:25])
    size = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return epoch(value, name, next((units for least, units in _SIZES if size >= least), 1))
