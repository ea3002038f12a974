"""`claude-code-transcripts`: the session files that Claude Code keeps on a machine (`~/.claude/projects/*/*.jsonl`).

Traps that this reader knows:
- Nobody is named. Who logged in to the machine shows in the folder a session ran in, `/home/ann/...`: that login alone
  is taken, as an identity, and no path is kept. Folders of containers and build servers name nobody.
- What a tool answered comes back as a message of the user, and so do summaries, reminders and the output of commands:
  no prompts. A sidechain is the program talking to itself.
- An answer is written line by line while it streams, and again when a session is resumed: its id and that of the
  request stand for one answer, whose last line counts. A prompt is known by its uuid.
- The words are not kept. Old files are deleted after 30 days, so collect them more often.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.aggregates import JSON_SUFFIXES, known
from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, count, flag, moment, needed_text, number, text, wrong_type
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=(),
    marks=frozenset({"sessionId", "uuid", "parentUuid", "leafUuid", "isSidechain", "requestId", "gitBranch"}),
)
_HOME = re.compile(r"(?:/mnt/[a-z])?(?:[A-Za-z]:)?[/\\]+(?:var/home|export/home|home|Users)[/\\]+([^/\\]+)")
_SHARED = frozenset(
    {"root", "user", "vscode", "node", "ubuntu", "runner", "codespace", "coder", "app", "dev", "developer", "admin"}
    | {"claude", "agent", "build", "ci", "jenkins", "ec2-user", "shared", "public", "default", "gitpod", "sandbox"}
)
"""Logins of images and servers: whoever uses one, it is not that person's name."""

_COMMAND = re.compile(r"<command-name>/?([\w:.-]{1,100})</command-name>")
_MACHINE = ("<local-command-", "<bash-", "<system-reminder>", "<task-notification>", "[Request interrupted", "Caveat:")
_NOT_TYPED = ("isSidechain", "isMeta", "isCompactSummary", "isVisibleInTranscriptOnly")
_CACHE = {
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_creation_tokens",
}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The prompts, commands, answers and tool calls of one session file, or of several one behind the other."""
    return read_events(path, SHAPE, now, _events)


def _events(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    message = record.get("message")
    kind = record.get("type", message.get("role") if isinstance(message, dict) else None)
    if not isinstance(kind, str):
        raise FieldError("unknown_shape", "the line has no type, so it is no line of a transcript")
    if kind == "user":
        yield from _typed(record)
    elif kind == "assistant":
        yield from _answered(record)


def _bare(record: Mapping[str, Any]) -> EventRecord:
    users = _users(text(record.get("cwd"), "cwd"))
    entry = text(record.get("entrypoint"), "entrypoint")
    return replace(
        BARE,
        occurred_at=moment(record.get("timestamp"), "timestamp"),
        users=users,
        actor_type="human" if users else "unknown",
        is_user_initiated=not (entry or "").startswith("sdk"),
        session_id=needed_text(record, "sessionId"),
        attributes=known({"version": text(record.get("version"), "version"), "entrypoint": entry}),
    )


def _users(folder: str | None) -> tuple[Identity, ...]:
    home = _HOME.match(folder) if folder else None
    if home is None or home[1].casefold() in _SHARED:
        return ()
    return (Identity("os_login", home[1]),)


def _typed(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    """The prompt or command of a line, unless a program wrote it."""
    if "toolUseResult" in record or any(flag(record.get(name), name) for name in _NOT_TYPED):
        return
    blocks = _content(record)
    words = "".join(text(block.get("text"), "content.text") or "" for block in blocks)
    if words.startswith(_MACHINE) or all(block.get("type") == "tool_result" for block in blocks):
        return
    bare, command = _bare(record), _COMMAND.search(words)
    identity = text(record.get("uuid"), "uuid") or f"{bare.session_id}/{bare.occurred_at.isoformat()}"
    yield replace(
        bare,
        key=("claude_code_transcript", "prompt", identity),
        event_id=identity,
        event_name="slash_command" if command else "user_prompt",
        feature=command[1] if command else None,
        attributes=bare.attributes
        | known({"permission_mode": text(record.get("permissionMode"), "permissionMode")})
        | ({} if command else {"prompt_length": len(words)}),
    )


def _answered(record: Mapping[str, Any]) -> Iterator[EventRecord]:
    """An answer of the model, and the tools that it called."""
    message = an_object(record, "message")
    model = text(message.get("model"), "message.model")
    if model == "<synthetic>" or flag(record.get("isApiErrorMessage"), "isApiErrorMessage"):
        return
    bare = replace(_bare(record), is_user_initiated=False)
    usage = an_object(message, "usage")
    cost = number(record.get("costUSD"), "costUSD")
    side = flag(record.get("isSidechain"), "isSidechain")
    identity = _answer_id(record, message, bare)
    yield replace(
        bare,
        key=("claude_code_transcript", "answer", *identity),
        event_id="/".join(identity),
        event_name="api_request",
        model=model,
        input_tokens=count(usage.get("input_tokens"), "usage.input_tokens"),
        output_tokens=count(usage.get("output_tokens"), "usage.output_tokens"),
        cost=cost,
        currency=None if cost is None else "USD",
        attributes=bare.attributes
        | known({ours: count(usage.get(name), f"usage.{name}") for name, ours in _CACHE.items()})
        | known({"is_sidechain": side or None, "stop_reason": text(message.get("stop_reason"), "stop_reason")}),
    )
    for block in _content(record):
        if block.get("type") == "tool_use":
            yield _tool_call(block, bare, side=side)


def _answer_id(record: Mapping[str, Any], message: Mapping[str, Any], bare: EventRecord) -> tuple[str, ...]:
    """The ids of message and request; where a file has neither, the line itself."""
    found = [text(message.get("id"), "message.id"), text(record.get("requestId"), "requestId")]
    own = text(record.get("uuid"), "uuid") or f"{bare.session_id}/{bare.occurred_at.isoformat()}"
    return tuple(name for name in found if name) if found[0] else (own,)


def _tool_call(block: Mapping[str, Any], bare: EventRecord, *, side: bool | None) -> EventRecord:
    call = needed_text(block, "id", "content.")
    return replace(
        bare,
        key=("claude_code_transcript", "tool", call),
        event_id=call,
        event_name="tool_use",
        item_id=call,
        feature=text(block.get("name"), "content.name"),
        attributes=bare.attributes | known({"is_sidechain": side or None}),
    )


def _content(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The blocks of a message; a text alone is one block."""
    message = an_object(record, "message")
    content = message.get("content")
    if content is None or isinstance(content, str):
        return [{"type": "text", "text": content or ""}]
    if not isinstance(content, list):
        raise wrong_type("message.content", "a text or a list", content)
    return objects(message, "content")


def recognise(sight: Sight) -> str | None:
    """Lines of a session hold messages of roles; the files of summaries alone belong to a session too."""
    for record in sight.records():
        message = record.get("message")
        if "sessionId" in record and isinstance(message, dict) and message.get("role") in ("user", "assistant"):
            return "session"
        if record.get("type") == "summary" and "leafUuid" in record:
            return "session"
    return None


CLAUDE_CODE_TRANSCRIPTS = SourceFormat(
    name="claude-code-transcripts",
    dataset="events",
    grain="event",
    namespaces=("os_login",),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="Claude Code transcripts",
    recognise=recognise,
    proves="It shows prompts, answers and tool calls in order, of whoever's machines were collected; it names nobody"
    " but by the login of the machine, and does not say who allowed a tool: prefer OpenTelemetry.",
    fields=(
        Field("type", "event_name", "user: user_prompt or slash_command; assistant: api_request; others are passed by"),
        Field("uuid", "event_id", "of a prompt"),
        Field("timestamp", "occurred_at"),
        Field("sessionId", "session_id"),
        Field("cwd", "users (os_login)", "the login in `/home/...`, `/Users/...`, `C:\\Users\\...`; no path is kept"),
        Field("entrypoint", "attributes.entrypoint, is_user_initiated", "a run of the SDK is not begun by a person"),
        Field("version", "attributes.version"),
        Field("permissionMode", "attributes.permission_mode"),
        Field("message.id", "event_id", "of an answer, with requestId: an answer counts once, its last line"),
        Field("requestId", "event_id"),
        Field("message.model", "model", "`<synthetic>` is no model: passed over"),
        Field("message.usage.input_tokens", "input_tokens"),
        Field("message.usage.output_tokens", "output_tokens"),
        Field("message.usage.cache_read_input_tokens", "attributes.cache_read_tokens"),
        Field("message.usage.cache_creation_input_tokens", "attributes.cache_creation_tokens"),
        Field("message.usage.*", "", "parts of the tokens, and how the request was served"),
        Field("message.stop_reason", "attributes.stop_reason"),
        Field("message.content", "attributes.prompt_length", "content is not needed to judge use: dropped"),
        Field("message.content tool_use", "event_name, feature, item_id", "an event of its own: tool_use, its name"),
        Field("message.role, message.type, message.stop_sequence", "", "say what type says"),
        Field("costUSD", "cost", "older versions; an estimate"),
        Field("isSidechain", "attributes.is_sidechain", "of answers; a sidechain has no prompts"),
        Field("isMeta, isCompactSummary, isVisibleInTranscriptOnly", "", "written by the program: no prompt"),
        Field("content", "", "of the system's lines: content"),
        Field("toolUseResult", "", "content; the line is the answer of a tool and no prompt"),
        Field("isApiErrorMessage", "", "no answer"),
        Field("parentUuid, leafUuid, userType, summary", "", "how lines hang together"),
        Field("gitBranch, slug, agentId", "", "names that people give"),
        Field("*", "", "states of the program"),
    ),
    late_days=7,
    lateness="A session's file grows while it lasts and is deleted 30 days later: collect the files every week.",
)
