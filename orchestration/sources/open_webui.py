"""`open-webui`: the database of Open WebUI (`webui.db`, SQLite), or its export of chats or feedback as JSON.

Traps that this reader knows:
- A question that is answered again, or by several models side by side, has several answers below it: it is one prompt,
  known by the id of its message. Editing a question makes a new message, and so a new prompt.
- A shared chat stands in older versions a second time, as a chat of `shared-...`; a cloned chat repeats the messages
  that somebody else may have typed: those older than the clone itself are passed over.
- Newer versions keep messages in a table of their own beside the chat: where a chat has rows there, they count, once.
- Times are seconds in most places, milliseconds or nanoseconds in others: their size tells which.
- A thumb is an opinion about an answer and no decision on it: an event `feedback` with its rating.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.aggregates import JSON_SUFFIXES
from orchestration.sources.byte_source import beginning
from orchestration.sources.documents import Shape
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.open_webui_database import read_database
from orchestration.sources.open_webui_messages import events_in
from orchestration.sources.records import Parsed
from orchestration.sources.review_values import read_events
from orchestration.sources.sight import Sight
from orchestration.sources.sqlite_file import MAGIC

SHAPE = Shape(
    lists=("items",),
    marks=frozenset({"chat", "user_id", "share_id", "folder_id", "archived", "snapshot", "version"}),
    enough=2,
)


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The prompts and feedback of one file; of a database, its rows are the lines."""
    if beginning(path).startswith(MAGIC):
        return read_database(path, now)
    return read_events(path, SHAPE, now, lambda record: events_in(record, {}))


def recognise(sight: Sight) -> str | None:
    """The tables of the database, or chats that hold a tree of messages, or ratings with what they rate."""
    if {"id", "user_id", "chat"} <= set(sight.tables.get("chat", ())) and "user" in sight.tables:
        return "database with a table of messages" if "chat_message" in sight.tables else "database"
    for record in sight.records("items"):
        chat = record.get("chat")
        if "user_id" in record and isinstance(chat, dict) and isinstance(chat.get("history"), dict):
            return "chats"
        if record.get("type") == "rating" and {"user_id", "data", "meta"} <= record.keys():
            return "feedback"
    return None


OPEN_WEBUI = SourceFormat(
    name="open-webui",
    dataset="events",
    grain="event",
    namespaces=("email", "open_webui_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".db", ".sqlite", ".sqlite3", *JSON_SUFFIXES),
    title="Open WebUI chats and feedback",
    recognise=recognise,
    proves="It proves prompts at a moment, how often they were answered anew, and ratings; there is no decision on an"
    " answer, and chats that people delete are gone.",
    fields=(
        Field("user.id, user_id, chat.user_id, chat_message.user_id, feedback.user_id", "users (open_webui_id)"),
        Field("user.email", "users (email)", "in the database, and in lists of feedback"),
        Field("user, user.*", "", "a directory of people: bring a roster instead"),
        Field("id, chat.id, chat_message.chat_id", "conversation_id", "of a chat; of feedback the event_id"),
        Field("chat.history.messages.*, chat.history.messages, chat_message.id", "event_id, item_id", "of a user"),
        Field("chat.history.messages.*.timestamp, chat_message.created_at", "occurred_at", "event_name is prompt"),
        Field("chat.history.messages.*.model, chat_message.model_id", "model", "of the first answer"),
        Field("chat.history.messages.*.parentId, chat_message.parent_id", "attributes.answers", "below the prompt"),
        Field("chat.history.messages.*.usage, chat_message.usage", "input_tokens, output_tokens", "all its answers'"),
        Field("chat.history.messages.*.annotation", "attributes.rating", "of an answer, 1 or -1"),
        Field("chat.history.messages.*.files, chat_message.files", "attributes.files", "how many"),
        Field("chat.history.messages.*.content, chat_message.content", "attributes.prompt_length", "content: dropped"),
        Field("chat_message.role", "", "only a user's messages are prompts"),
        Field("chat_message.*", "", "content, states and sources of an answer"),
        Field("chat.originalChatId, chat.created_at, created_at", "", "of a clone: older messages are copies"),
        Field("chat, chat.chat, chat.*", "", "titles and settings: content; the tree of messages as above"),
        Field("feedback.id", "event_id"),
        Field("feedback.created_at", "occurred_at", "event_name is feedback"),
        Field("feedback.type, type", "attributes.kind"),
        Field("data.rating", "attributes.rating", "1 or -1; an opinion and no decision"),
        Field("data.details", "attributes.score", "its rating from 1 to 10"),
        Field("data.model_id", "model"),
        Field("data.reason", "attributes.reason", "one of a list"),
        Field("data.comment", "attributes.comment_length", "content: dropped"),
        Field("data, feedback.data, data.*", "", "as above; other models in the comparison"),
        Field("meta.message_id", "item_id", "the answer that was rated"),
        Field("meta.chat_id", "conversation_id"),
        Field("meta.arena", "attributes.is_arena", "the models were hidden"),
        Field("meta, feedback.meta, meta.*", "", "as above; tags, and the model under other names"),
        Field("snapshot, feedback.snapshot", "", "the chat once more: content"),
        Field("feedback.version, feedback.updated_at, version, updated_at", "", "states of the row"),
        Field("title, share_id, archived, pinned, folder_id, total", "", "how the chat is kept"),
        Field("*", "", "states of Open WebUI"),
    ),
    late_days=1,
    lateness="At once; copy the database with `sqlite3 webui.db '.backup copy.db'`, since a running one keeps its"
    " latest rows in a second file. Chats can be deleted: copy it every week.",
)
