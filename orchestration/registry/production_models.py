"""What a tool's owner promised when it went into production, who may do what, and what the promise rests on.

Everything here is either measured by takeup (volume, freshness, latency, error budget, retraining triggers, owner) or
a document that a person answers for; docs/governance.md says which is which.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from orchestration.registry.explain import Fault, faults
from orchestration.registry.values import NOT_TRUTH, Day, Email, Model, PersonName, Share, Text

PerDay = Annotated[float, Field(ge=0, allow_inf_nan=False), NOT_TRUTH]
Hours = Annotated[float, Field(gt=0, le=8_760, allow_inf_nan=False), NOT_TRUTH]
Act = Literal["pause", "retrain", "escalate"]
ACTS: tuple[Act, ...] = ("pause", "retrain", "escalate")


class Contact(Model):
    """A person with an address."""

    name: PersonName = Field(description="a person, not a team", examples=["Name Surname"])
    email: Email = Field(examples=["name.surname@example.com"])


class Latency(Model):
    """How fast answers come. Measured where events carry `latency_ms`; else it is a promise nobody can check."""

    within_ms: Annotated[float, Field(gt=0, allow_inf_nan=False), NOT_TRUTH] = Field(examples=[2000])
    share: Share = Field(0.95, description="of the answers", examples=["95%"])


ErrorMeasure = Literal["overridden", "broken", "unavailable"]


class ErrorBudget(Model):
    """Which share of errors a week may hold before the tool is no longer what was promised."""

    of: ErrorMeasure = Field(
        description="overridden: of people's decisions; broken: of judged obligations of blocker and major rules; "
        "unavailable: of working hours, by declared outages",
        examples=["overridden"],
    )
    share: Share = Field(examples=["15%"])

    @model_validator(mode="after")
    def _is_a_budget(self) -> Self:
        if self.share == 0:
            mend = "write the largest share that is still acceptable, such as 1%"
            raise faults(Fault("a budget of 0% is spent by the first error", mend, at=("share",)))
        return self


class Upstream(Model):
    """A system that feeds the tool."""

    name: Text = Field(examples=["Invoice archive"])
    schema_: Text | None = Field(None, alias="schema", description="URL of its schema or API description")
    updates: Text | None = Field(None, description="how often it changes", examples=["every hour"])
    on_failure: Text | None = Field(None, description="what the tool does without it", examples=["the queue waits"])
    fallback: Text | None = Field(None, description="what people do without it", examples=["key in by hand"])


class Downstream(Model):
    """A system or a group of people that works on with what the tool says."""

    name: Text = Field(examples=["Ledger"])
    interface: Text | None = Field(None, description="URL of the API or hand-over it is reached by")
    on_failure: Text | None = Field(None, description="what happens there without the tool", examples=["posts late"])
    fallback: Text | None = Field(None, examples=["batch entry"])


class Integration(Model):
    """The map of what the tool reads from and writes to."""

    upstream: tuple[Upstream, ...] = Field((), examples=["[{name: Invoice archive, updates: every hour}]"])
    downstream: tuple[Downstream, ...] = Field((), examples=["[{name: Ledger}]"])

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        for side in ("upstream", "downstream"):
            names = [one.name.casefold() for one in getattr(self, side)]
            twice = next((place for place, name in enumerate(names) if name in names[:place]), None)
            if twice is not None:
                what = f"{getattr(self, side)[twice].name!r} stands twice"
                raise faults(Fault(what, "keep one of them", at=(side, twice, "name")))
        return self


class Retraining(Model):
    """When the model is trained anew, how, and who approves it. Each trigger that is hit opens an alert."""

    override_share: Share | None = Field(
        None, description="people override more of its recommendations than this", examples=["25%"]
    )
    calibration_gap: Share | None = Field(
        None, description="the confidence it shows is further than this from being right", examples=["15%"]
    )
    on_drift: bool = Field(False, description="a change in the shape of its logs", examples=["true"])
    process: Text | None = Field(None, description="what is done then", examples=["quarterly fit on audited cases"])
    approver: Contact | None = Field(None, examples=["{name: Name Surname, email: name.surname@example.com}"])
    document: Text | None = Field(None, description="URL", examples=["https://example.com/retraining"])

    @property
    def has_trigger(self) -> bool:
        """Whether anything would ever set it off."""
        return self.override_share is not None or self.calibration_gap is not None or self.on_drift


class Authority(Model):
    """Who may do what: addresses of the owner, deputies or others. The owner and the deputies where it says nothing."""

    pause: tuple[Email, ...] = Field((), examples=["[name.surname@example.com]"])
    retrain: tuple[Email, ...] = Field((), examples=["[name.surname@example.com]"])
    escalate: tuple[Email, ...] = Field((), examples=["[head.of.operations@example.com]"])


class Production(Model):
    """What the tool's owner promised when it went into production."""

    expected_people_per_day: PerDay | None = Field(None, description="on a working day", examples=[40])
    expected_events_per_day: PerDay | None = Field(None, description="uses, on a working day", examples=[1200])
    freshness_hours: Hours | None = Field(
        None, description="its newest record is never older than this (default: its sources')", examples=[48]
    )
    latency: Latency | None = Field(None, examples=["{within_ms: 2000, share: 95%}"])
    error_budget: ErrorBudget | None = Field(None, examples=["{of: overridden, share: 15%}"])
    fallback: Text | None = Field(None, description="what people do when the tool is down", examples=["key in by hand"])
    runbook: Text | None = Field(None, description="URL", examples=["https://example.com/runbooks/doc-extract"])
    deputies: tuple[Contact, ...] = Field((), examples=["[{name: Name Surname, email: name.surname@example.com}]"])
    authority: Authority = Field(default_factory=Authority, examples=["{pause: [name.surname@example.com]}"])
    workflow_change: Text | None = Field(
        None, description="URL: how work changes with the tool", examples=["https://example.com/workflow"]
    )
    output_meaning: Text | None = Field(
        None, description="URL: what its output means and what not", examples=["https://example.com/meaning"]
    )
    integration: Integration = Field(default_factory=Integration, examples=["{upstream: [], downstream: []}"])
    retraining: Retraining | None = Field(None, examples=["{override_share: 25%, process: quarterly}"])


class Paused(Model):
    """The owner has taken the tool out of judgement. `takeup tool pause` does the same without an edit."""

    since: Day = Field(alias="from", examples=["2026-05-04"])
    until: Day | None = Field(
        None, description="the last day (default: until it is taken out)", examples=["2026-05-17"]
    )
    reason: Text = Field(examples=["the model is being retrained"])
    by: Text = Field(description="who decided it", examples=["name.surname@example.com"])

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise faults(Fault("the pause ends before it begins", "correct one of the two days", at=("until",)))
        return self


QUESTIONS: dict[str, str] = {
    "data-distribution": "data",
    "data-upstream": "data",
    "data-pipeline": "data",
    "data-malformed": "data",
    "integration-map": "integration",
    "integration-apis": "integration",
    "integration-load": "integration",
    "integration-fallback": "integration",
    "governance-working": "governance",
    "governance-alerting": "governance",
    "governance-owner": "governance",
    "governance-retraining": "governance",
    "adoption-design": "adoption",
    "adoption-correct-use": "adoption",
    "adoption-workflow": "adoption",
    "adoption-outputs": "adoption",
}
"""The ids of the readiness audit and the area of each; their words are in orchestration/audits/questions.py."""


class Recorded(Model):
    """An answer that people give because no data can: only with a document it counts as yes."""

    answer: Literal["yes", "no", "vague"] = Field(examples=["yes"])
    document: Text | None = Field(None, description="URL or path of what shows it", examples=["https://example.com/x"])
    on: Day | None = Field(None, description="when it was answered", examples=["2026-05-04"])
    note: Text | None = Field(None, examples=["two workshops with clerks"])
    owner: Email | None = Field(None, description="who closes the gap (default: the tool's owner)")
    action: Text | None = Field(None, description="how the gap is closed", examples=["load test before the roll-out"])
    due: Day | None = Field(None, description="by when the gap is closed", examples=["2026-12-31"])

    @model_validator(mode="after")
    def _shows_it(self) -> Self:
        if self.answer == "yes" and self.document is None:
            mend = "add `document:` with a link to what shows it, or answer `vague`"
            raise faults(Fault("yes without a document is a claim, no answer", mend, at=("answer",)))
        return self


def _known_questions(value: Any) -> Any:
    from orchestration.registry.explain import suggest

    if isinstance(value, dict):
        unknown = [key for key in value if key not in QUESTIONS]
        wrong: Iterator[Fault] = (
            Fault(
                f"the audit has no question {key!r}{suggest(str(key), QUESTIONS)}",
                f"questions are {', '.join(QUESTIONS)}",
                at=(key,),
                is_key=True,
            )
            for key in unknown
        )
        if unknown:
            raise faults(*wrong)
    return value


Audit = Annotated[dict[str, Recorded], BeforeValidator(_known_questions)]
