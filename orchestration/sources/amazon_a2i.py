"""`amazon-a2i`: the output of Amazon Augmented AI, a human loop per file, an event per worker's answer.

`acceptanceTime` is when a worker took the task, not the acceptance of a prediction. The output says what was answered,
not whether that equals the prediction, so events have no decision. A score between 0 and 1 is the confidence; any other
scale stays an attribute. The task's own content is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, moment, needed_text, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, as_text, leaves, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=(), marks=frozenset({"humanAnswers", "humanLoopName", "flowDefinitionArn"}))
_MILLISECONDS = 1000


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The answers of one file."""
    return read_events(path, SHAPE, now, _loop)


def _loop(loop: Mapping[str, Any]) -> Iterator[EventRecord]:
    if "humanAnswers" not in loop:
        raise FieldError("unknown_shape", "the record has no humanAnswers")
    for answer in objects(loop, "humanAnswers"):
        yield _answer(loop, answer)


def _answer(loop: Mapping[str, Any], answer: Mapping[str, Any]) -> EventRecord:
    name, worker = needed_text(loop, "humanLoopName"), needed_text(answer, "workerId", "humanAnswers.")
    flow = text(loop.get("flowDefinitionArn"), "flowDefinitionArn")
    spent = number(answer.get("timeSpentInSeconds"), "humanAnswers.timeSpentInSeconds")
    score = _score(an_object(loop, "inputContent").get("score"))
    return replace(
        BARE,
        key=(flow or "", name, worker),
        event_id=f"{name}/{worker}",
        event_name="review_submitted",
        occurred_at=moment(answer.get("submissionTime"), "humanAnswers.submissionTime"),
        users=_users(answer, worker),
        item_id=name,
        decision_source="human",
        confidence=score if score is not None and 0 <= score <= 1 else None,
        final_value=as_text(an_object(answer, "answerContent")),
        dwell_ms=None if spent is None else spent * _MILLISECONDS,
        attributes=_attributes(answer, flow, score),
    )


def _score(value: Any) -> float | None:
    """A number, or the only number in an object of scores by model."""
    numbers = [leaf for leaf in leaves(value) if isinstance(leaf, int | float) and not isinstance(leaf, bool)]
    return float(numbers[0]) if len(numbers) == 1 else None


def _users(answer: Mapping[str, Any], worker: str) -> tuple[Identity, ...]:
    identity = an_object(an_object(answer, "workerMetadata"), "identityData")
    subject = text(identity.get("sub"), "identityData.sub")
    known = (Identity("cognito_sub", subject),) if subject else ()
    return (*known, Identity("a2i_worker_id", worker))


def _attributes(answer: Mapping[str, Any], flow: str | None, score: float | None) -> dict[str, Any]:
    taken = answer.get("acceptanceTime")
    found = {
        "flow_definition": flow,
        "score": score,
        "taken_at": None if taken is None else moment(taken, "humanAnswers.acceptanceTime").isoformat() + "Z",
    }
    return {name: value for name, value in found.items() if value is not None}


def recognise(sight: Sight) -> str | None:
    """A human loop has a name and answers."""
    return "output" if any("humanLoopName" in loop and "humanAnswers" in loop for loop in sight.records()) else None


AMAZON_A2I = SourceFormat(
    name="amazon-a2i",
    dataset="events",
    grain="event",
    namespaces=("cognito_sub", "a2i_worker_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="Amazon Augmented AI output",
    recognise=recognise,
    proves="It shows who reviewed which item, when, how long and at what score; not whether the prediction was kept.",
    fields=(
        Field("humanLoopName", "item_id, event_id", "event_id has the worker too"),
        Field("flowDefinitionArn", "attributes.flow_definition"),
        Field("inputContent.score", "confidence, attributes.score", "the confidence when it lies between 0 and 1"),
        Field("inputContent.*", "", "the content of the task is not kept"),
        Field(
            "humanAnswers.acceptanceTime",
            "attributes.taken_at",
            "the worker took the task: no acceptance of a prediction",
        ),
        Field("humanAnswers.submissionTime", "occurred_at"),
        Field("humanAnswers.timeSpentInSeconds", "dwell_ms", "seconds in the source"),
        Field("humanAnswers.workerId", "users (a2i_worker_id)"),
        Field("humanAnswers.workerMetadata", "users (cognito_sub)", "`identityData.sub`"),
        Field("humanAnswers.answerContent", "final_value"),
        Field("humanAnswers.*", "", "says nothing about use"),
        Field("*", "", "states of the workflow"),
    ),
    late_days=1,
    lateness="A loop's file is written when its last worker has answered.",
)
