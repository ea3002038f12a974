"""`langsmith`: runs and feedback of LangSmith: batches as programs send them, lists of its API, or one per line.

Traps that this reader knows:
- A run is made by `post` and completed by `patch`, in one batch or a later one: both are one event. A completion whose
  beginning stands in another file says too little and is passed over.
- Only the run at the root of a trace is what a person asked for; the runs below it are what the application did.
- Nobody is named but in the metadata, where applications write `user_id` and the id of the conversation.
- Times have microseconds and an offset; programs in JavaScript write milliseconds since 1970.
- Feedback is a judgement and no decision: of somebody in LangSmith (app), of a program (api) or of a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration.sources import otlp_words as words
from orchestration.sources.aggregates import JSON_SUFFIXES, known
from orchestration.sources.documents import Shape
from orchestration.sources.fields import (
    FieldError,
    candidates,
    cell_number,
    count,
    epoch,
    moment,
    needed_text,
    number,
    text,
)
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.json_text import length_of, object_in, scalars
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(
    lists=("runs", "items", "feedback"),
    marks=frozenset({"post", "patch", "run_type", "dotted_order", "feedback_source"}),
)
_OPEN = 100_000
"""Runs whose completion is waited for: bounds the memory."""

_MILLISECONDS = 1000
_MILLISECOND = timedelta(milliseconds=1)
_PERSON = ("user_email", "email", "user_id", "langgraph_auth_user_id", "user")
_SESSION = ("session_id", "thread_id", "conversation_id")
_ACTORS = {"app": "human", "model": "service", "auto_eval": "service"}


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The runs and feedback of one file; a run that is completed later in it comes again, complete."""
    return read_events(path, SHAPE, now, _Reader().events)


class _Reader:
    """Remembers runs that have begun."""

    def __init__(self) -> None:
        self._begun: dict[str, dict[str, Any]] = {}

    def events(self, record: Mapping[str, Any]) -> Iterator[EventRecord]:
        """The events of a batch, a run or feedback."""
        if "post" in record or "patch" in record:
            runs = {}
            for run in (*objects(record, "post"), *objects(record, "patch")):
                runs[needed_text(run, "id")] = self._merged(run)
            for run in runs.values():
                yield from _runs(run)
        elif "run_type" in record or "dotted_order" in record:
            yield from _runs(self._merged(record))
        elif "feedback_source" in record:
            yield _feedback(record)
        else:
            raise FieldError("unknown_shape", "the record is no batch, run or feedback")

    def _merged(self, run: Mapping[str, Any]) -> dict[str, Any]:
        """A run with what was said of it before; nothing said later takes anything away."""
        run_id = needed_text(run, "id")
        merged = self._begun.pop(run_id, {}) | {
            name: value for name, value in run.items() if value not in (None, {}, [])
        }
        if merged.get("end_time") is None and len(self._begun) < _OPEN:
            self._begun[run_id] = {
                name: value for name, value in merged.items() if name not in ("inputs", "serialized")
            }
            self._begun[run_id]["inputs_length"] = length_of(merged.get("inputs"))
        return merged


def _runs(run: Mapping[str, Any]) -> Iterator[EventRecord]:
    """The event of a run, then those of the runs that it lists below it."""
    if "run_type" in run and "start_time" in run:
        yield _run(run)
    for child in objects(run, "child_runs"):
        yield from _runs(child)


def _run(run: Mapping[str, Any]) -> EventRecord:
    run_id, start = needed_text(run, "id"), _moment(run.get("start_time"), "start_time")
    extra = object_in(run, "extra")
    metadata = object_in(extra, "metadata")
    users, trace = _users(metadata), text(run.get("trace_id"), "trace_id") or run_id
    is_root = run.get("parent_run_id") is None and trace == run_id
    cost = _cost(run)
    usage = an_object(object_in(run, "outputs"), "usage_metadata")
    return replace(
        BARE,
        key=("langsmith", "run", run_id),
        event_id=run_id,
        event_name=needed_text(run, "run_type"),
        occurred_at=start,
        users=users,
        actor_type="human" if users else "unknown",
        is_user_initiated=is_root and bool(users),
        item_id=trace,
        session_id=next((found for name in _SESSION if (found := text(metadata.get(name), name))), None),
        feature=text(run.get("name"), "name"),
        model=text(metadata.get("ls_model_name"), "ls_model_name"),
        input_tokens=count(run.get("prompt_tokens", usage.get("input_tokens")), "prompt_tokens"),
        output_tokens=count(run.get("completion_tokens", usage.get("output_tokens")), "completion_tokens"),
        cost=cost,
        currency=None if cost is None else "USD",
        attributes=_about(run, metadata) | known({"is_root": is_root or None, "duration_ms": _duration(run, start)}),
    )


def _users(metadata: Mapping[str, Any]) -> tuple[Identity, ...]:
    found = next((value for name in _PERSON if (value := text(metadata.get(name), name))), None)
    return candidates(found) if found else ()


def _about(run: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    plain = scalars({name: value for name, value in metadata.items() if name not in (*_PERSON, *_SESSION)})
    tags = run.get("tags")
    return words.kept(plain, frozenset({"ls_model_name"})) | known(
        {
            "project": text(run.get("session_name"), "session_name"),
            "parent_run_id": text(run.get("parent_run_id"), "parent_run_id"),
            "is_error": True if run.get("error") or run.get("status") == "error" else None,
            "tags": [tag for tag in tags if isinstance(tag, str)] or None if isinstance(tags, list) else None,
            "inputs_length": length_of(run.get("inputs")) or count(run.get("inputs_length"), "inputs_length"),
            "outputs_length": length_of(run.get("outputs")),
        }
    )


def _moment(value: Any, name: str) -> datetime:
    return moment(value, name) if isinstance(value, str) else epoch(value, name, _MILLISECONDS)


def _duration(run: Mapping[str, Any], start: datetime) -> float | None:
    end = run.get("end_time")
    return None if end is None else (_moment(end, "end_time") - start) / _MILLISECOND


def _cost(run: Mapping[str, Any]) -> float | None:
    """US dollars; the API writes them as text."""
    value = run.get("total_cost")
    return cell_number(value, "total_cost") if isinstance(value, str) else number(value, "total_cost")


def _feedback(record: Mapping[str, Any]) -> EventRecord:
    feedback_id, source = needed_text(record, "id"), an_object(record, "feedback_source")
    kind, who = text(source.get("type"), "feedback_source.type"), text(source.get("user_id"), "feedback_source.user_id")
    score, value = record.get("score"), record.get("value")
    return replace(
        BARE,
        key=("langsmith", "feedback", feedback_id),
        event_id=feedback_id,
        event_name="feedback",
        occurred_at=_moment(record.get("created_at"), "created_at"),
        users=(Identity("langsmith_user_id", who),) if who else (),
        actor_type=_ACTORS.get(kind or "", "unknown"),
        is_user_initiated=kind == "app",
        item_id=text(record.get("trace_id", record.get("run_id")), "trace_id"),
        feature=needed_text(record, "key"),
        attributes=known(
            {
                "score_source": kind,
                "score_value": float(score) if isinstance(score, bool) else number(score, "score"),
                "score_label": value if isinstance(value, str) else None,
                "comment_length": length_of(record.get("comment")),
                "correction_length": length_of(record.get("correction")),
                "run_id": text(record.get("run_id"), "run_id"),
            }
        ),
    )


def recognise(sight: Sight) -> str | None:
    """Runs have a place in the order of their trace; batches hold them under post and patch."""
    for record in sight.records("runs", "items", "feedback"):
        batch = [*_listed(record, "post"), *_listed(record, "patch")]
        if any("dotted_order" in run or "run_type" in run for run in batch):
            return "batches of runs"
        if {"id", "run_type", "start_time"} <= record.keys():
            return "runs"
        if {"id", "key", "feedback_source"} <= record.keys():
            return "feedback"
    return None


def _listed(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = record.get(name)
    return [run for run in found if isinstance(run, dict)] if isinstance(found, list) else []


LANGSMITH = SourceFormat(
    name="langsmith",
    dataset="events",
    grain="event",
    namespaces=("email", "upn", "person_id", "langsmith_user_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=JSON_SUFFIXES,
    title="LangSmith runs and feedback",
    recognise=recognise,
    proves="The run at the root of a trace proves that somebody used the application, where its metadata name the user;"
    " rules on sequence, tools, models and feedback are possible, but it holds no decision about an answer.",
    fields=(
        Field("id", "event_id"),
        Field("run_type", "event_name", "llm, chain, tool, retriever, ..."),
        Field("start_time", "occurred_at"),
        Field("end_time", "attributes.duration_ms"),
        Field("trace_id", "item_id"),
        Field("parent_run_id", "attributes.parent_run_id, attributes.is_root", "none: what the person asked for"),
        Field("name", "feature"),
        Field("session_name", "attributes.project"),
        Field(
            "extra.metadata.user_email, extra.metadata.email, extra.metadata.user_id, extra.metadata.user,"
            " extra.metadata.langgraph_auth_user_id",
            "users (email, upn, person_id)",
            "the first that is there",
        ),
        Field("extra.metadata.session_id, extra.metadata.thread_id, extra.metadata.conversation_id", "session_id"),
        Field("extra.metadata.ls_model_name", "model"),
        Field("extra.metadata.*", "attributes.<name>", "plain values; people, machines and content dropped"),
        Field("extra.runtime, extra.invocation_params, extra.*", "", "the program's surroundings"),
        Field("prompt_tokens", "input_tokens"),
        Field("completion_tokens", "output_tokens"),
        Field("outputs.usage_metadata", "input_tokens, output_tokens", "where the run itself has none"),
        Field("total_cost", "cost", "US dollars, as text or number"),
        Field("inputs", "attributes.inputs_length", "content is not needed to judge use: dropped"),
        Field("outputs, outputs.*", "attributes.outputs_length", "content: dropped"),
        Field("error, status", "attributes.is_error", "the message is dropped"),
        Field("tags", "attributes.tags"),
        Field("child_runs", "", "runs of their own"),
        Field("post, patch", "", "the two halves of runs: merged by id"),
        Field("total_tokens, prompt_cost, completion_cost, first_token_time", "", "parts and sums"),
        Field("feedback_source.type", "attributes.score_source, actor_type", "app: a person; model: a service"),
        Field("feedback_source.user_id", "users (langsmith_user_id)"),
        Field("feedback_source.*", "", "which program or model"),
        Field("key", "feature", "of feedback"),
        Field("score", "attributes.score_value", "an opinion and no decision"),
        Field("value", "attributes.score_label", "a text"),
        Field("comment", "attributes.comment_length", "content: dropped"),
        Field("correction", "attributes.correction_length", "content: dropped"),
        Field("run_id", "attributes.run_id"),
        Field("created_at", "occurred_at", "of feedback; event_name is feedback"),
        Field(
            "dotted_order, serialized, events, attachments, session_id, cursors, modified_at, feedback_stats",
            "",
            "states",
        ),
        Field("*", "", "states of LangSmith"),
    ),
    late_days=1,
    lateness="Runs arrive within minutes; feedback follows days later, so fetch the last seven days again.",
)
