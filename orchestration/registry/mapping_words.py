"""What the fields of logs are usually called, for drafts. A word counts wherever it stands in a field's name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

PEOPLE_WORDS: Sequence[str] = (
    "user_email", "email", "mail", "upn", "user_principal_name", "user", "user_id", "end_user_id", "login", "username",
    "employee", "person", "actor", "created_by", "completed_by", "worker", "agent", "account", "owner", "api_key",
    "author", "subject", "resource",
)  # fmt: skip
TIME_WORDS: Sequence[str] = (
    "timestamp", "event_time", "occurred_at", "decided_at", "created_at", "date", "day", "time", "period_start",
    "start_time", "created", "ts", "datetime", "dvce_created_tstamp", "tstamp", "at", "when", "sent_at", "updated_at",
    "month", "week",
)  # fmt: skip
EVENT_WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "event_name": ("event_name", "event_type", "event", "action", "activity", "operation", "type", "kind"),
        "event_id": ("event_id", "id", "message_id", "request_id", "uuid", "record_id", "insert_id"),
        "item_id": ("item_id", "case_id", "document_id", "ticket_id", "invoice_id", "claim_id", "task_id", "object_id",
                    "case", "ticket"),
        "session_id": ("session_id", "session"),
        "conversation_id": ("conversation_id", "thread_id", "chat_id", "conversation"),
        "use_case": ("use_case", "scenario"),
        "feature": ("feature", "product", "surface", "app_name", "app"),
        "decision": ("decision", "verdict", "outcome", "rating"),
        "confidence": ("confidence", "score", "probability"),
        "dwell_ms": ("dwell_ms", "dwell_time_ms"),
        "model": ("model", "model_name", "model_id"),
        "input_tokens": ("input_tokens", "prompt_tokens", "message_tokens"),
        "output_tokens": ("output_tokens", "completion_tokens", "answer_tokens"),
        "cost": ("cost", "total_price", "spend", "price"),
        "currency": ("currency",),
    }
)  # fmt: skip
AGGREGATE_WORDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "prompts": ("prompts", "requests", "queries", "questions", "interactions", "prompt_count", "usage", "searches",
                    "prompts_used", "actions"),
        "offered": ("offered", "suggestions", "suggested", "shown", "completions", "suggestions_count"),
        "accepted": ("accepted", "acceptances", "accepts", "acceptance_count", "num_acceptances",
                     "suggestions_accepted", "accepted_suggestions", "completions_accepted"),
        "rejected": ("rejected", "rejections", "rejects", "dismissed", "suggestions_rejected", "rejected_suggestions"),
        "sessions": ("sessions", "session_count"),
        "messages": ("messages", "messages_sent", "message_count", "total_messages", "num_chats_received"),
        "lines_accepted": ("lines_accepted", "accepted_lines"),
        "lines_suggested": ("lines_suggested", "suggested_lines"),
        "lines_added": ("lines_added",),
        "lines_removed": ("lines_removed", "lines_deleted"),
        "commits": ("commits",),
        "input_tokens": ("input_tokens", "prompt_tokens"),
        "output_tokens": ("output_tokens", "completion_tokens"),
        "cost": ("cost", "spend", "amount", "price"),
        "is_active": ("is_active", "active"),
    }
)  # fmt: skip
NEVER_KEPT: Sequence[str] = (
    "query", "answer", "prompt", "response", "content", "text", "body", "comment", "input", "output", "name",
    "display_name", "first_name", "last_name", "full_name", "user_name", "phone", "ip", "ip_address", "address",
    "title", "reason", "note", "message", "description", "user_agent", "email", "mail",
)  # fmt: skip

NO_PERSON: Sequence[str] = (
    "role", "type", "count", "bytes", "agent", "status", "level", "number", "total", "version", "at", "time", "date",
)  # fmt: skip
"""How names end that speak of people without naming one."""

_SAYS_LITTLE = ("id", "email", "mail", "name", "value", "type")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def likeness(path: str, words: Sequence[str]) -> float:
    """How much a field's name is like one of `words`: 2 down to 1 for the name itself, less for a part of it, else 0.

    Words that stand earlier count more. The name is the last part of a path, with what it belongs to if it says little.
    """
    name = name_of(path)
    for place, word in enumerate(words):
        if name == word:
            return 2 - place / len(words)
    padded = f"_{name}_"
    scores = [
        len(word) / max(len(name), 1) * (1 - place / (2 * len(words)))
        for place, word in enumerate(words)
        if f"_{word}_" in padded
    ]
    return min(max(scores, default=0.0), 0.99)


def is_about(path: str, words: Sequence[str]) -> bool:
    """Whether a field's name is one of `words` or ends with one: `manager_name` is a name, `name_count` is none."""
    return any(f"_{name_of(path)}".endswith(f"_{word}") for word in words)


def name_of(path: str) -> str:
    """The name of a field in small letters with underscores: `createdByEndUser.id` is `created_by_end_user_id`."""
    *before, last = path.split(".")
    name = _folded(last)
    return f"{_folded(before[-1])}_{name}" if before and name in _SAYS_LITTLE else name


def _folded(name: str) -> str:
    return _OTHER.sub("_", _CAPITAL.sub("_", name).casefold()).strip("_")
