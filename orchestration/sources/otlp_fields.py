"""The field table of `otlp`: what becomes of the fields of each tool."""

from __future__ import annotations

from orchestration.sources import otlp_words as words
from orchestration.sources.formats import Field

_WIRE = (
    Field("timeUnixNano", "occurred_at", "nanoseconds, text or number; cut to microseconds"),
    Field("attributes.event.timestamp", "occurred_at", "when timeUnixNano is absent; then observedTimeUnixNano"),
    Field("startTimeUnixNano", "occurred_at", "of a span; with endTimeUnixNano it gives `attributes.duration_ms`"),
    Field("eventName, attributes.event.name", "event_name", "without `claude_code.`, `codex.`, `gemini_cli.`"),
    Field("gen_ai.operation.name", "event_name", "of a span: chat, execute_tool, ...; else the name of the span"),
    Field("traceId, spanId", "attributes.trace_id, attributes.span_id", "the key of a span"),
    Field("body", "", "read as a name when it looks like one; plain values of an object become attributes"),
    Field("resource.attributes, scope.attributes", "attributes.<name>", "those of the record itself win"),
    Field("decision", "decision", "accept, approved*, allow; modify; reject, denied, abort; as said: `said_decision`"),
    Field("source", "decision_source", "config, hook, AutomatedReviewer: auto; user, user_*: human; auto_accept: auto"),
    Field("query_source, app.entrypoint", "is_user_initiated", "sdk and subagent are not the person"),
)
_METRICS = (
    Field("dataPoints, delta", "period_start", "each a part of the UTC day of its timeUnixNano; parts add up"),
    Field("dataPoints, cumulative", "period_start", "the newest of a series, on the UTC day of its startTimeUnixNano"),
    Field("gauges, sums that can fall", "attributes.<metric>", "kept as snapshots; no figure is made of them"),
    Field("claude_code.session.count", "sessions"),
    Field("claude_code.lines_of_code.count", "lines_added, lines_removed", "by type"),
    Field("claude_code.commit.count", "commits"),
    Field("claude_code.pull_request.count", "attributes.pull_requests"),
    Field("claude_code.cost.usage", "cost", "USD, estimated by the tool"),
    Field("claude_code.token.usage", "input_tokens, output_tokens", "by type; cache tokens are attributes"),
    Field("claude_code.code_edit_tool.decision", "accepted, rejected, offered", "auto_accepted when a setting decided"),
    Field("claude_code.active_time.total", "attributes.active_user_seconds, attributes.active_cli_seconds"),
    Field("gemini_cli.session.count", "sessions"),
    Field("gemini_cli.token.usage", "input_tokens, output_tokens", "by type"),
    Field("gemini_cli.lines.changed", "lines_added, lines_removed", "by type"),
    Field("gen_ai.client.token.usage", "input_tokens, output_tokens", "the sum of the histogram, by gen_ai.token.type"),
    Field("any other metric", "attributes.<metric>", "a histogram's sum, with its count as `<metric>_count`"),
)


def _columns() -> list[Field]:
    tables = (*words.COLUMNS.items(), *words.WHOLE.items(), *words.FIGURES.items())
    return [Field(", ".join(names), column, "the first that is there") for column, names in tables]


def _people() -> list[Field]:
    return [
        Field(name, f"users ({namespace or 'email, upn or person_id'})", _NOTES.get(name, ""))
        for name, namespace in words.USERS
    ]


_NOTES = {"user.id": "of Claude Code, Codex and Gemini CLI an install_id", "user.email": "preferred; only with a login"}

FIELDS: tuple[Field, ...] = (
    *_WIRE,
    *_people(),
    *_columns(),
    *_METRICS,
    Field(", ".join(words.CONTENT), "attributes.<name>_length", "content is not needed to judge use: dropped"),
    Field(", ".join(words.PERSONAL), "", "dropped: names a person, a machine or a folder; a final dot: all below it"),
    Field(", ".join(words.CONTENT_EVENTS), "", "events on a span, dropped: messages; the span says there was a call"),
    Field("any other attribute", "attributes.<name>", "dots become underscores, so that rules can name it"),
)
