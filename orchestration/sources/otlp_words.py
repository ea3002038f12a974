"""The words of the tools that speak OpenTelemetry: who is named, what is content, which attribute is which column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from orchestration.sources.fields import candidates, text
from orchestration.sources.records import Identity

VENDORS = {"claude_code": "claude_code", "codex": "codex", "gemini_cli": "gemini_cli"}
"""Prefix of event and metric names -> tool. The prefix is not kept: `tool_decision` means the same in each."""

_SERVICES = (("claude-code", "claude_code"), ("codex", "codex"), ("gemini-cli", "gemini_cli"))

USERS = (
    ("user.email", "email"),
    ("user.account_uuid", "account_uuid"),
    ("user.account_id", "account_id"),
    ("user.id", ""),
    ("installation.id", "install_id"),
    ("enduser.id", ""),
    ("user.name", "user_name"),
    ("user.hash", "user_hash"),
    ("enduser.pseudo.id", "enduser_pseudo_id"),
)
"""(attribute, namespace), preferred first. An empty namespace: it depends on who says it, see `users_of`."""

PERSONAL = (
    "user.full_name",
    "user.roles",
    "host.name",
    "host.id",
    "host.ip",
    "host.mac",
    "client.address",
    "source.address",
    "network.peer.address",
    "net.peer.ip",
    "cwd",
    "process.",
    "code.filepath",
    "code.file.path",
)
"""Names a person, or a machine or folder that is called after one. A final dot stands for everything below it."""

CONTENT = (
    "prompt",
    "response",
    "request_text",
    "response_text",
    "content",
    "message",
    "messages",
    "input",
    "output",
    "arguments",
    "function_args",
    "tool_parameters",
    "tool_input",
    "tool_output",
    "full_command",
    "bash_command",
    "hook_definitions",
    "gen_ai.prompt",
    "gen_ai.completion",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.description",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.evaluation.explanation",
    "gen_ai.retrieval.documents",
    "gen_ai.retrieval.query.text",
    "input.value",
    "output.value",
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompts",
    "llm.completions",
    "llm.prompt_template",
    "llm.function_call",
    "llm.invocation_parameters",
    "llm.tools",
    "tool.parameters",
    "tool.description",
    "retrieval.documents",
    "embedding.embeddings",
    "reranker.input_documents",
    "reranker.output_documents",
    "reranker.query",
    "ai.prompt",
    "ai.response.text",
    "ai.response.object",
    "ai.response.toolCalls",
    "ai.response.providerMetadata",
    "ai.toolCall.args",
    "ai.toolCall.result",
    "ai.value",
    "ai.values",
    "ai.embedding",
    "ai.embeddings",
    "ai.schema",
    "ai.response.reasoning",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "exception.message",
    "exception.stacktrace",
    "db.statement",
    "db.query.text",
    "url.full",
    "url.query",
)
"""What people or models wrote, also when split into numbered keys below it. Not needed to judge use: of each, its
length in characters is kept as `<name>_length`."""

CONTENT_EVENTS = (
    "gen_ai.content.prompt",
    "gen_ai.content.completion",
    "gen_ai.system.message",
    "gen_ai.user.message",
    "gen_ai.assistant.message",
    "gen_ai.tool.message",
    "gen_ai.choice",
)
"""Events of a span that hold a message each: the span itself says that there was a call."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "session_id": ("session.id", "session_id"),
    "conversation_id": ("gen_ai.conversation.id", "conversation.id", "conversation_id", "thread.id"),
    "item_id": ("item_id", "prompt.id", "prompt_id", "call_id", "tool_use_id", "gen_ai.tool.call.id"),
    "use_case": ("use_case",),
    "feature": ("feature", "tool_name", "function_name", "gen_ai.tool.name", "tool.name", "gen_ai.agent.name"),
    "predicted_value": ("predicted_value",),
    "final_value": ("final_value",),
    "model": ("model", "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.model.id"),
    "currency": ("currency",),
}
"""Column of text -> the attributes that may hold it, preferred first. The one that does leaves the attributes."""

WHOLE: Mapping[str, tuple[str, ...]] = {
    "seq": ("event.sequence", "seq"),
    "input_tokens": (
        "input_tokens",
        "input_token_count",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
        "ai.usage.promptTokens",
        "ai.usage.inputTokens",
    ),
    "output_tokens": (
        "output_tokens",
        "output_token_count",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
        "ai.usage.completionTokens",
        "ai.usage.outputTokens",
    ),
}
"""Column of whole numbers -> attributes, likewise; text and number alike."""

FIGURES: Mapping[str, tuple[str, ...]] = {
    "confidence": ("confidence",),
    "dwell_ms": ("dwell_ms",),
    "cost": ("cost_usd", "cost", "gen_ai.usage.cost", "llm.cost.total"),
}
"""Column of numbers -> attributes, likewise."""

RENAMED = {"gen_ai.system": "gen_ai.provider.name", "llm.provider": "gen_ai.provider.name"}
"""Deprecated names -> what they are called now."""

DECISIONS = {
    "accept": "accepted",
    "accepted": "accepted",
    "allow": "accepted",
    "auto_accept": "accepted",
    "modify": "edited",
    "modified": "edited",
    "edit": "edited",
    "edited": "edited",
    "reject": "rejected",
    "rejected": "rejected",
    "deny": "rejected",
    "denied": "rejected",
    "abort": "rejected",
    "cancel": "rejected",
    "overridden": "overridden",
    "override": "overridden",
    "ignored": "ignored",
    "timed_out": "ignored",
}
"""A tool's word -> ours. Codex says `approved`, `approved_for_session` and more that begin so."""

SOURCES = {
    "config": "auto",
    "hook": "auto",
    "auto": "auto",
    "automated_reviewer": "auto",
    "automatedreviewer": "auto",
    "user": "human",
    "human": "human",
    "user_permanent": "human",
    "user_temporary": "human",
    "user_abort": "human",
    "user_reject": "human",
}
"""Who decided: a setting, a hook or another model is not the person."""

_NAMED = frozenset(name for name, _ in USERS)
_PERSONAL, _CONTENT = frozenset(PERSONAL), frozenset(CONTENT)
_KNOWN_NAMES = 10_000
_NUMERIC_ENDS = ("_ms", "_length", "_tokens", "_count", "_bytes")
_NUMERIC = re.compile(r"-?\d{1,15}(\.\d+)?")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]+")


def vendor_of(name: str, attributes: Mapping[str, Any], scope: str) -> str | None:
    """claude_code, codex or gemini_cli; None for any other service."""
    prefix = name.partition(".")[0]
    if prefix in VENDORS and "." in name:
        return VENDORS[prefix]
    if scope.startswith("com.anthropic.claude_code"):
        return "claude_code"
    service = attributes.get("service.name")
    if not isinstance(service, str):
        return None
    return next((vendor for start, vendor in _SERVICES if service.startswith(start)), None)


def bare(name: str) -> str:
    """An event's name without the prefix of its tool."""
    prefix, dot, rest = name.partition(".")
    return rest if dot and rest and prefix in VENDORS else name


def users_of(attributes: Mapping[str, Any], vendor: str | None) -> tuple[Identity, ...]:
    """The ways in which the attributes name the person, preferred first.

    `user.id` of the coding tools is an anonymous id of the installation; of any other service it is whatever that
    service calls its users.
    """
    found: list[Identity] = []
    for name, namespace in USERS:
        value = text(attributes[name], name) if name in attributes else None
        if value is None:
            continue
        if namespace:
            found.append(Identity(namespace, value))
        elif vendor is not None and name == "user.id":
            found.append(Identity("install_id", value))
        else:
            found.extend(candidates(value))
    return tuple(dict.fromkeys(found))


def of_the_person(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Who and in which conversation: what an event on a span has from its span. Its tokens are the span's alone."""
    names = _NAMED.union(COLUMNS["session_id"], COLUMNS["conversation_id"])
    return {name: value for name, value in attributes.items() if name in names}


def kept(attributes: Mapping[str, Any], used: frozenset[str]) -> dict[str, Any]:
    """What stays as attributes: all but people, machines, content and what columns hold; names as rules write them."""
    found: dict[str, Any] = {}
    lengths: dict[str, int] = {}
    for name, value in attributes.items():
        if value is None or name in used or name in _NAMED or is_personal(name):
            continue
        content = content_root(name)
        if content and not isinstance(value, bool | int | float):
            key = plain_name(content) + "_length"
            lengths[key] = lengths.get(key, 0) + len(value if isinstance(value, str) else str(value))
        elif not content:
            found[plain_name(RENAMED.get(name, name))] = _number_if(name, value)
    return lengths | found


@lru_cache(maxsize=_KNOWN_NAMES)
def is_personal(name: str) -> bool:
    """Whether an attribute names a person other than as `USERS` do, a machine, or a folder of somebody's."""
    return any(begun in _PERSONAL or begun + "." in _PERSONAL for begun in _begun(name))


@lru_cache(maxsize=_KNOWN_NAMES)
def content_root(name: str) -> str:
    """The entry of CONTENT that the name is or lies below; a name of one word must be the whole. Empty: none."""
    return next((begun for begun in _begun(name) if begun in _CONTENT and ("." in begun or begun == name)), "")


def plain_name(name: str) -> str:
    """A name that rules can write: `gen_ai.tool.type` becomes `gen_ai_tool_type`."""
    return _NOT_A_NAME.sub("_", name)


def _begun(name: str) -> list[str]:
    """The name and everything it lies below: a.b.c, a.b, a."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def _number_if(name: str, value: Any) -> Any:
    """A count or a duration that the tool writes as text, as the number it is."""
    if isinstance(value, str) and name.endswith(_NUMERIC_ENDS) and _NUMERIC.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value
