"""`label-studio`: the JSON export of Label Studio, a task per record, an event per annotation and review.

What an annotator did with a prediction stands in the `origin` of each region: `prediction` was accepted,
`prediction-changed` was edited, `manual` where a prediction existed overrode it. Without a prediction there was nothing
to decide: the event is `annotation_submitted` and has no decision. A cancelled annotation is `annotation_skipped`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from orchestration.sources.documents import Shape
from orchestration.sources.fields import FieldError, flag, moment, needed_text, number, text
from orchestration.sources.formats import Field, SourceFormat
from orchestration.sources.records import EventRecord, Identity, Parsed
from orchestration.sources.review_values import BARE, an_object, as_text, objects, read_events
from orchestration.sources.sight import Sight

SHAPE = Shape(lists=(), marks=frozenset({"annotations", "predictions", "completions"}))
_MILLISECONDS = 1000


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The annotations and reviews of one export."""
    return read_events(path, SHAPE, now, _task)


def _task(task: Mapping[str, Any]) -> Iterator[EventRecord]:
    if "annotations" not in task and "completions" not in task:
        raise FieldError("unknown_shape", "the task has no annotations; export as JSON, not as JSON-MIN")
    for annotation in objects(task, "annotations") or objects(task, "completions"):
        event = _annotation(task, annotation)
        yield event
        for review in objects(annotation, "reviews"):
            yield _review(event, annotation, review)


def _annotation(task: Mapping[str, Any], annotation: Mapping[str, Any]) -> EventRecord:
    annotation_id, task_id = needed_text(annotation, "id", "annotations."), needed_text(task, "id")
    project = text(task.get("project"), "project")
    prediction = _prediction(task, annotation)
    is_skipped = flag(annotation.get("was_cancelled"), "annotations.was_cancelled") is True
    decision = None if is_skipped else _decision(annotation, prediction)
    lead_time = number(annotation.get("lead_time"), "annotations.lead_time")
    return replace(
        BARE,
        key=("annotation", project or "", task_id, annotation_id),
        event_id=annotation_id,
        event_name="annotation_skipped" if is_skipped else f"annotation_{decision or 'submitted'}",
        occurred_at=moment(annotation.get("created_at"), "annotations.created_at"),
        users=_who(annotation.get("completed_by"), "annotations.completed_by"),
        item_id=task_id,
        decision=decision,
        decision_source="human" if decision else None,
        confidence=number(prediction.get("score"), "predictions.score"),
        predicted_value=_value(prediction),
        final_value=None if is_skipped else _value(annotation),
        dwell_ms=None if lead_time is None else lead_time * _MILLISECONDS,
        model=text(prediction.get("model_version"), "predictions.model_version"),
        attributes=_attributes(annotation, project),
    )


def _prediction(task: Mapping[str, Any], annotation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The prediction that the annotator started from, else the newest one of the task; empty: there was none."""
    predictions = objects(task, "predictions")
    parent = annotation.get("parent_prediction")
    named = [prediction for prediction in predictions if parent is not None and prediction.get("id") == parent]
    own = annotation.get("prediction")
    if named or (isinstance(own, dict) and own):
        return named[0] if named else an_object(annotation, "prediction")
    return predictions[-1] if predictions else {}


def _decision(annotation: Mapping[str, Any], prediction: Mapping[str, Any]) -> str | None:
    found = [text(region.get("origin"), "result.origin") for region in objects(annotation, "result")]
    origins = {origin for origin in found if origin}
    if origins == {"prediction"}:
        return "accepted"
    if origins & {"prediction", "prediction-changed"}:
        return "edited"
    return "overridden" if prediction or annotation.get("parent_prediction") is not None else None


def _value(holder: Mapping[str, Any]) -> str | None:
    """What was predicted or annotated: the values of the regions."""
    return as_text([region.get("value") for region in objects(holder, "result")])


def _attributes(annotation: Mapping[str, Any], project: str | None) -> dict[str, Any]:
    found = {
        "project": project,
        "ground_truth": flag(annotation.get("ground_truth"), "annotations.ground_truth"),
        "last_action": text(annotation.get("last_action"), "annotations.last_action"),
        "regions": len(objects(annotation, "result")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _who(value: Any, name: str) -> tuple[Identity, ...]:
    """A number in older exports, an object with an e-mail address in newer ones."""
    if not isinstance(value, dict):
        found = text(value, name)
        return (Identity("label_studio_id", found),) if found else ()
    email, number_ = text(value.get("email"), f"{name}.email"), text(value.get("id"), f"{name}.id")
    named = (("email", email), ("upn", email), ("label_studio_id", number_))
    return tuple(Identity(namespace, one) for namespace, one in named if one)


def _review(event: EventRecord, annotation: Mapping[str, Any], review: Mapping[str, Any]) -> EventRecord:
    """A second person's verdict on an annotation."""
    is_accepted = flag(review.get("accepted"), "reviews.accepted")
    at = review.get("created_at") or annotation.get("updated_at")
    users = _who(review.get("created_by"), "reviews.created_by")
    review_id = text(review.get("id"), "reviews.id") or f"{event.event_id}/{'/'.join(user.value for user in users)}"
    return replace(
        BARE,
        key=("review", *event.key[1:], review_id),
        event_id=f"review-{review_id}",
        event_name="review_accepted" if is_accepted else "review_rejected",
        occurred_at=moment(at, "reviews.created_at"),
        users=users,
        item_id=event.item_id,
        decision="accepted" if is_accepted else "rejected",
        decision_source="human",
        final_value=event.final_value,
        attributes={"annotation_id": event.event_id},
    )


def recognise(sight: Sight) -> str | None:
    """Tasks have an id and annotations; older exports call those completions."""
    for task in sight.records():
        for name, version in (("annotations", "JSON"), ("completions", "JSON before 1.0")):
            if "id" in task and isinstance(task.get(name), list):
                return version
    return None


LABEL_STUDIO = SourceFormat(
    name="label-studio",
    dataset="events",
    grain="event",
    namespaces=("email", "upn", "label_studio_id"),
    coverage="active_only",
    can_prove=True,
    parse=parse,
    suffixes=(".json", ".jsonl", ".ndjson"),
    title="Label Studio export",
    recognise=recognise,
    proves="It shows whether a person accepted, edited or overrode a prediction and how long it took: full rules.",
    fields=(
        Field("id", "item_id", "the task"),
        Field("project", "attributes.project"),
        Field("annotations.id", "event_id"),
        Field("annotations.completed_by", "users (email, upn, label_studio_id)", "a number in older exports"),
        Field("annotations.created_at", "occurred_at"),
        Field("annotations.lead_time", "dwell_ms", "seconds in the source"),
        Field("annotations.was_cancelled", "event_name", "annotation_skipped"),
        Field("annotations.parent_prediction", "", "only says which prediction it started from"),
        Field("annotations.prediction", "", "only says which prediction it started from"),
        Field(
            "annotations.result",
            "decision, final_value",
            "`origin`: prediction is accepted, prediction-changed edited, manual beside a prediction overridden",
        ),
        Field("annotations.ground_truth", "attributes.ground_truth"),
        Field("annotations.last_action", "attributes.last_action"),
        Field("annotations.reviews", "", "each is an event of its own: review_accepted or review_rejected"),
        Field("annotations.*", "", "states of the annotation tool"),
        Field(
            "predictions", "predicted_value, confidence, model", "of the prediction that the annotation started from"
        ),
        Field("completions", "", "what older exports call annotations"),
        Field("data", "", "the content of the task is not kept"),
        Field("*", "", "states of the annotation tool"),
    ),
    late_days=1,
    lateness="An annotation stands in the next export; export the whole project, known annotations count once.",
)
