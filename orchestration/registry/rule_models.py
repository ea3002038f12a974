"""What a rule file says, as frozen models: one `Rule` with the keys of all ten kinds, and which kind takes which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from orchestration.registry.explain import Fault, faults
from orchestration.registry.rule_values import (
    AtLeast,
    Bound,
    Cases,
    Duration,
    Moment,
    Reach,
    Selectors,
    TextList,
    Tolerance,
    Written,
    distinct,
)
from orchestration.registry.values import Day, Share, Text, ToolId, fault

Kind = Literal[
    "check", "followed_by", "preceded_by", "not_followed_by", "count", "share", "cadence", "coverage", "calibrated",
    "trained",
]  # fmt: skip
AttributeType = Literal["text", "double", "integer", "boolean", "timestamp", "date"]
VerdictWord = Literal["violated", "satisfied", "unproven", "pending", "not_triggered"]
SEQUENCES = ("followed_by", "preceded_by", "not_followed_by")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one kind, apart from those that every rule has."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def permits(self, key: str) -> bool:
        return key in self.required or key in self.optional


_PATH = ("who", "same")
KEYS: Mapping[str, Keys] = {
    "check": Keys(("each", "must"), ("tolerate",)),
    "followed_by": Keys(("each", "then", "within"), ("before", "immediately", "tolerate", *_PATH)),
    "preceded_by": Keys(("each", "first", "within"), ("since", "immediately", "tolerate", *_PATH)),
    "not_followed_by": Keys(("each", "never", "within"), ("tolerate", *_PATH)),
    "count": Keys(("per", "of"), ("min", "max", "each", "settle", "tolerate")),
    "share": Keys(("of", "among"), ("min", "max", "tolerate")),
    "cadence": Keys(("of", "at_least"), ("per", "tolerate")),
    "coverage": Keys(("items", "by"), ("tolerate",)),
    "calibrated": Keys(("each", "accepted", "low", "high", "gap"), ("confidence", "tolerate")),
    "trained": Keys(("each", "module", "valid_for"), ("tolerate",)),
}
_BANDS = ("share", "calibrated")


class Model(BaseModel):
    """Base of the rule models: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _measures(value: Any) -> Any:
    return dict.fromkeys(value) if isinstance(value, list) and all(isinstance(one, str) for one in value) else value


class Catalogue(Model):
    """What rules may name."""

    events: Annotated[tuple[Text, ...], AfterValidator(distinct)] = Field(
        (), description="event names", examples=["[prompt, decide]"], max_length=5_000
    )
    attributes: dict[str, AttributeType] = Field(
        default_factory=dict, description="attributes of events and their types", examples=["{amount: double}"]
    )
    measures: Annotated[dict[str, Text | None], BeforeValidator(_measures)] = Field(
        default_factory=dict,
        description="measures of daily counts beyond the standard ones, each with what it counts",
        examples=["{reviews: pull requests reviewed}"],
    )

    @classmethod
    def merged(cls, catalogues: Iterable[Catalogue]) -> Catalogue:
        """Everything that any of them declares; of two types for one attribute, the first."""
        events: dict[str, None] = {}
        attributes: dict[str, AttributeType] = {}
        measures: dict[str, str | None] = {}
        for one in catalogues:
            events.update(dict.fromkeys(one.events))
            attributes = {**one.attributes, **attributes}
            measures = {**one.measures, **measures}
        return cls(events=tuple(events), attributes=attributes, measures=measures)


class Evidence(Model):
    """How many judged obligations a verdict needs."""

    incorrect: Annotated[StrictInt, Field(ge=1, le=100_000)] = Field(
        5, description="as many before `violated`, a blocker apart", examples=[5]
    )
    correct: Annotated[StrictInt, Field(ge=1, le=100_000)] = Field(
        10, description="as many before `satisfied`", examples=[10]
    )


class Effective(Model):
    """When a version of a rule is in force; both days included, either may be left out."""

    start: Day | None = Field(None, alias="from", description="its first day", examples=["2026-03-02"])
    end: Day | None = Field(None, alias="to", description="its last day", examples=["2026-12-31"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise faults(Fault("the rule would end before it begins", "exchange the dates", at=("to",)))
        return self

    def overlaps(self, other: Effective) -> bool:
        """Whether both are in force on some day."""
        first, last = date.min, date.max
        return (self.start or first) <= (other.end or last) and (other.start or first) <= (self.end or last)


class Expectation(Model):
    """What an example's events come to."""

    kept: Cases | None = Field(None, description="how many obligations are kept")
    broken: Cases | None = Field(None, description="how many obligations are broken")
    pending: Cases | None = Field(None, description="how many obligations are pending")
    unknown: Cases | None = Field(None, description="how many obligations are unknown")
    excused: Cases | None = Field(None, description="how many obligations are excused")
    verdict: VerdictWord | None = Field(None, description="the verdict they amount to")
    user: Text | None = Field(None, description="whose obligations are counted (default: everybody's)")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set - {"user"}:
            raise fault("the example expects nothing", "write it like {kept: 1, broken: 0}")
        return self


class Example(Model):
    """A unit test that lives with its rule."""

    name: Text = Field(description="what the example shows", examples=["a self-review does not count"])
    events: Written = Field(description="one line per event: D<day> HH:MM [x<n>] [@user] event key=value ...")
    expect: Expectation = Field(
        description="what the events come to", examples=["{kept: 0, broken: 1, verdict: violated}"]
    )


def _rule_schema(schema: dict[str, Any]) -> None:
    """Tells editors which keys each kind needs and refuses."""
    every = {key for keys in KEYS.values() for key in (*keys.required, *keys.optional)}
    schema["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {
                "required": list(keys.required),
                "properties": {key: False for key in sorted(every) if not keys.permits(key)},
            },
        }
        for kind, keys in KEYS.items()
    ]


class Rule(Model):
    """One rule of correct use, in one version. Durations are microseconds, shares fractions of one."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_rule_schema)

    id: ToolId = Field(description="kebab-case, unique in the company", examples=["triage-four-eyes"])
    version: Annotated[StrictInt, Field(ge=1, le=100_000)] = Field(
        1, description="raised whenever the meaning changes", examples=[1]
    )
    kind: Kind = Field(description="what the rule asks; see the kinds below", examples=["check"])
    title: Text | None = Field(
        None, description="the rule in a few words, for people", examples=["Large claims get a second reviewer"]
    )
    each: Selectors | None = Field(
        None, description="the events that call for something", examples=["decide where amount >= 10000"]
    )
    must: Written | None = Field(
        None, description="what has to be true of each of them", examples=["confidence >= 0.6"]
    )
    then: Selectors | None = Field(None, description="what has to come after", examples=["second_review"])
    before: Selectors | None = Field(
        None, description="what may not come between the event and its `then`", examples=["decide"]
    )
    first: Selectors | None = Field(None, description="what has to come before", examples=["evidence_opened"])
    since: Selectors | None = Field(
        None, description="after the latest of these, a `first` has to come anew", examples=["recommendation_shown"]
    )
    never: Selectors | None = Field(None, description="what may not come after", examples=["reopened"])
    of: Selectors | None = Field(
        None,
        description="the events that are counted; a measure of daily counts too, where the kind reads them",
        examples=["accepted"],
    )
    among: Selectors | None = Field(
        None,
        description="the whole of which `of` is a part; a measure when `of` is one",
        examples=["accepted, rejected"],
    )
    by: Selectors | None = Field(None, description="the tool's events on the item", examples=["draft"])
    accepted: Selectors | None = Field(
        None, description="a selector, or a condition on the events of `each`", examples=["decision = 'accepted'"]
    )
    who: Literal["same_user", "other_user", "anyone"] | None = Field(
        None,
        description="who has to do the second part; `other_user` and `anyone` need `same`",
        examples=["other_user"],
    )
    same: TextList | None = Field(None, description="attributes that both events share", examples=["[claim_id]"])
    within: Duration | None = Field(None, description="the time that is given", examples=["3d"])
    immediately: bool | None = Field(None, description="the very next (or previous) event", examples=["true"])
    per: Text | None = Field(None, description="session, item, day or an attribute; week for a cadence")
    min: Bound | None = Field(None, description="the least that is right", examples=["40%"])
    max: Bound | None = Field(None, description="the most that is right", examples=["95%"])
    settle: Duration | None = Field(None, description="quiet time after which a count is final", examples=["1h"])
    at_least: AtLeast | None = Field(
        None, description="how often in a week of five available days", examples=["3 days"]
    )
    items: TextList | None = Field(None, description="kinds of work items, or any", examples=["claim"])
    confidence: Written | None = Field(None, description="the confidence shown (default: confidence)")
    low: Share | None = Field(None, description="below it the tool is unsure", examples=["50%"])
    high: Share | None = Field(None, description="from it on the tool is sure", examples=["80%"])
    gap: Share | None = Field(None, description="by how much more often sure advice is accepted", examples=["20%"])
    module: Text | None = Field(None, description="the training that is needed", examples=["CT-301"])
    valid_for: Duration | None = Field(None, description="how long a completion counts", examples=["52w"])
    tolerate: Tolerance | None = Field(None, description="permitted share of broken obligations", examples=["5%"])
    severity: Literal["blocker", "major", "minor"] = Field(
        "major", description="what a breach weighs; see the status of a person", examples=["major"]
    )
    evidence: Evidence = Field(default_factory=Evidence, description="how many judged obligations a verdict needs")
    reach_back: Reach | None = Field(
        None,
        description="for a rare rule: with too few judged obligations in the window, weeks before it count too, the"
        " newest first, until there are enough or the weeks are used up",
        examples=["10 obligations, at most 13 weeks"],
    )
    roles: TextList | None = Field(None, description="only people with one of these roles")
    use_cases: TextList | None = Field(None, description="only events of one of these use cases")
    effective: Effective = Field(default_factory=Effective, description="the days on which this version is in force")
    owner: Text | None = Field(None, description="who answers for the rule", examples=["claims-risk"])
    why: Text | None = Field(None, description="the reason people are given")
    train: Text | None = Field(None, description="the module to recommend, or 'none: reason'")
    examples: tuple[Example, ...] = Field((), description="little logs and what they must come to", max_length=1_000)

    @field_validator(*sorted({key for keys in KEYS.values() for key in (*keys.required, *keys.optional)}))
    @classmethod
    def _fits_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("kind")
        if kind is None or value is None:
            return value
        _check_key(kind, str(info.field_name), value)
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        found = [*_missing(self), *_contradictions(self)]
        if found:
            raise faults(*found)
        return self


def _check_key(kind: str, key: str, value: Any) -> None:
    if not KEYS[kind].permits(key):
        takes = ", ".join((*KEYS[kind].required, *KEYS[kind].optional))
        raise faults(
            Fault(f"a rule of kind {kind!r} has no key {key!r}", f"delete it; the kind takes {takes}", (), None, True)
        )
    if key in ("min", "max") and kind == "count" and (value != int(value) or value < 0):
        raise fault(f"{value:g} is not a number of events", "write a whole number from 0 on")
    if key in ("min", "max") and kind == "share" and not 0 <= value <= 1:
        raise fault(f"{value:g} is not a share", f"write {value:g}%" if 1 < value <= 100 else "write 0% to 100%")
    if key == "tolerate" and kind in _BANDS and value > 0:
        mend = "delete it: min and max say what is permitted" if kind == "share" else "delete it: gap says it"
        raise fault(f"a rule of kind {kind!r} tolerates nothing beside its band", mend)
    if key == "per" and kind == "cadence" and value != "week":
        raise fault(f"a cadence per {value} is not kept", "write `per: week`, or leave it out")


def _missing(rule: Rule) -> list[Fault]:
    found = []
    for key in KEYS[rule.kind].required:
        if getattr(rule, key) is None:
            reason = " (no deadline, no verdict)" if key == "within" else ""
            mend = f"add `{key}: {_shown_example(key)}`{reason}"
            found.append(Fault(f"a rule of kind {rule.kind!r} needs the key {key!r}", mend))
    if rule.kind in ("count", "share") and rule.min is None and rule.max is None:
        found.append(Fault(f"a rule of kind {rule.kind!r} needs `min`, `max` or both", "say how much is right"))
    return found


def _shown_example(key: str) -> str:
    examples = Rule.model_fields[key].examples
    return str(examples[0]) if examples else "..."


def _contradictions(rule: Rule) -> list[Fault]:
    found = []
    if rule.who in ("other_user", "anyone") and not rule.same:
        mend = "add `same: [item_id]`, or the attribute that both events share"
        found.append(Fault(f"`who: {rule.who}` needs `same`: which events belong together", mend, at=("who",)))
    if rule.min is not None and rule.max is not None and rule.min > rule.max:
        found.append(Fault("min is greater than max: nothing could be right", "exchange them", at=("min",)))
    if rule.kind == "coverage" and rule.use_cases:
        mend = "delete `use_cases`, or name kinds of items"
        found.append(Fault("work items have no use case", mend, at=("use_cases",)))
    if rule.low is not None and rule.high is not None and rule.low > rule.high:
        found.append(Fault("low is greater than high", "exchange them", at=("low",)))
    return found


class Period(Model):
    """What `takeup rules evaluate` judges: obligations activated in [d0, d1), seen from the watermark. UTC."""

    d0: Moment | None = Field(None, description="the first instant in which an obligation may begin")
    d1: Moment | None = Field(None, description="the first instant after them")
    watermark: Moment | None = Field(None, description="how far the log reaches")
    data_from: Moment | None = Field(None, description="where the log begins")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.d0 and self.d1 and self.d1 <= self.d0:
            raise faults(
                Fault("the period ends before it begins", "d0 is the first day, d1 the day after the last", at=("d1",))
            )
        return self


class RuleFile(Model):
    """config/rules/<tool>.yml: the rules of one tool and what they may name."""

    tool: ToolId = Field(description="the id of a tool of tools.yml", examples=["doc-extract"])
    title: Text | None = Field(None, description="a heading for people")
    catalogue: Catalogue | None = Field(None, description="what rules may name")
    period: Period | None = Field(None, description="only for takeup rules evaluate")
    rules: tuple[Rule, ...] = Field(description="one entry per rule and version", max_length=1_000)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        found = list(_twice(self.rules))
        if found:
            raise faults(*found)
        return self


def _twice(rules: tuple[Rule, ...]) -> Iterable[Fault]:
    seen: dict[str, list[tuple[int, Rule]]] = {}
    for index, rule in enumerate(rules):
        for at, other in seen.setdefault(rule.id, []):
            if other.version == rule.version:
                what = f"the rule {rule.id!r} version {rule.version} stands twice"
                yield Fault(what, "rename one, or raise its version", at=("rules", index, "id"))
            elif rule.effective.overlaps(other.effective):
                what, mend = overlapping(rule, other)
                yield from (Fault(what, mend, at=("rules", place, "effective")) for place in (at, index))
        seen[rule.id].append((index, rule))


def overlapping(one: Rule, other: Rule) -> tuple[str, str]:
    """What and mend for two versions of one rule that are in force on the same day."""
    older, newer = sorted((one.version, other.version))
    what = f"versions {older} and {newer} of {one.id!r} are in force on the same day"
    return what, "give the older one `effective: {to: ...}` and the newer one `effective: {from: ...}`"


assert set(KEYS) == set(get_args(Kind))
