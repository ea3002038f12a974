"""What a workspace's configuration files say, as frozen models. Editors and errors show the texts that stand here.

Every model refuses keys it does not know. Defaults that hold company-wide stand in calendar.yml; a tool may override
them (see `Tool.with_defaults`).
"""

from __future__ import annotations

import functools
import zoneinfo
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from orchestration.registry.explain import Fault, faults, nearest
from orchestration.registry.production_models import Audit, Paused, Production
from orchestration.registry.pull_models import PullSpec, completed, misread
from orchestration.registry.values import (
    NOT_TRUTH,
    AlsoAccepts,
    AttributeName,
    Day,
    Email,
    Model,
    PersonName,
    Share,
    Text,
    ToolId,
    Week,
    Weekdays,
    fault,
    slug,
)

DEFAULT_LATE_DAYS = 3
DEFAULTED = ("window_weeks", "min_uses", "min_available_days", "grace_days")
WindowWeeks = Annotated[int, Field(ge=1, le=52), NOT_TRUTH]
MinUses = Annotated[int, Field(ge=1, le=10_000), NOT_TRUTH]
MinAvailableDays = Annotated[int, Field(ge=0, le=260), NOT_TRUTH]
GraceDays = Annotated[int, Field(ge=0, le=365), NOT_TRUTH]
LateDays = Annotated[int, Field(ge=0, le=90), NOT_TRUTH]


class Owner(Model):
    """The one person who answers for a tool."""

    name: PersonName = Field(description="a person, not a team", examples=["Name Surname"])
    email: Email = Field(description="where alerts go", examples=["name.surname@example.com"])


class Escalation(Model):
    """Who is told when the owner does not act."""

    email: Email = Field(examples=["head.of.operations@example.com"])
    name: PersonName | None = Field(None, examples=["Grace Hopper"])


class SourceSpec(Model):
    """One stream of logs of a tool."""

    format: Text = Field(description="the log format, or mapping:FILE.yml", examples=["human-decision"])
    path: Text | None = Field(
        None,
        description="a folder, file or pattern inside the workspace; inbox/<id of the tool> when left out",
        examples=["inbox/doc-extract"],
    )
    pull: PullSpec | None = Field(
        None,
        description="fetched from the vendor instead of dropped into the inbox; see docs/pull.md",
        examples=["{vendor: github, report: users-1-day, org: acme}"],
    )
    late_days: LateDays | None = Field(
        None,
        description=f"days until late records are in; weeks stay provisional so long (default {DEFAULT_LATE_DAYS})",
        examples=[3],
    )
    freshness_hours: Annotated[float, Field(gt=0, le=8_760, allow_inf_nan=False), NOT_TRUTH] | None = Field(
        None, description="the newest record may be this old before the source counts as late", examples=[48]
    )

    @model_validator(mode="before")
    @classmethod
    def _knows_its_report(cls, value: Any) -> Any:
        return completed(value)

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.path and self.pull:
            raise faults(Fault("a source has `path` and `pull`", "keep one of them", at=("pull",), is_key=True))
        wrong = misread(self.format, self.pull) if self.pull else None
        if wrong:
            raise faults(wrong)
        return self


def _eligible(value: Any) -> Any:
    """The short forms `people`, `seats`, `[person, ...]` and `{seats: ...}` in the long form."""
    if isinstance(value, list):
        return {"from": "list", "list": value}
    if isinstance(value, str):
        return {"from": value}
    if isinstance(value, dict) and "from" not in value:
        for kind in ("list", "seats"):
            if kind in value:
                return {"from": kind, **value}
    return value


_ELIGIBLE_FORMS = AlsoAccepts({"enum": ["people", "seats"]}, {"type": "array", "items": {"type": "string"}})


class Eligible(Model):
    """Who is meant to use a tool: everyone on the roster (or those whom a condition names), seat holders, or a list."""

    kind: Literal["people", "seats", "list"] = Field(
        "people",
        alias="from",
        description="people: the roster; seats: inbox/eligible/<tool>*.csv or a source's; list: people named here",
        examples=["people"],
    )
    where: Text | None = Field(
        None,
        description="a condition over department, team, location, role, fte and the roster's own columns",
        examples=["department = 'Finance'"],
    )
    members: tuple[Text, ...] = Field((), alias="list", description="person ids or e-mail addresses", max_length=50_000)
    seats: Any = Field(None, description="seats: true reads inbox/eligible/<tool>*.csv and seats of its sources")

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.where and self.kind != "people":
            mend = "write `from: people`, or delete the condition"
            raise faults(Fault(f"`where` has no meaning with `from: {self.kind}`", mend, at=("where",), is_key=True))
        if self.kind == "list" and not self.members:
            raise fault("the list of eligible people is empty", "name people, such as [you@example.com, p-1017]")
        if self.members and self.kind != "list":
            mend = "write `from: list`, or delete the list"
            raise faults(Fault(f"`list` has no meaning with `from: {self.kind}`", mend, at=("list",), is_key=True))
        return self


Rolled = Literal["correct_user", "incorrect_user", "non_user"]


def _rollup(value: Any) -> Any:
    return {"unproven": value} if isinstance(value, str) else value


class Rollup(Model):
    """Folds people whose use is unproven into a class; it is then printed beside every figure."""

    unproven: Rolled = Field(examples=["correct_user"])


def _selectors(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Tool(Model):
    """One AI tool that the company has deployed."""

    id: ToolId = Field(description="kebab-case, never changed later", examples=["doc-extract"])
    title: Text = Field(description="the name people know", examples=["Invoice extraction"])
    owner: Owner = Field(
        description="one named person, with e-mail", examples=["{name: Name Surname, email: name.surname@example.com}"]
    )
    escalation: Escalation | None = Field(None, examples=["{email: head.of.operations@example.com}"])
    live_from: Day = Field(description="nothing earlier is judged", examples=["2026-03-02"])
    sources: tuple[SourceSpec, ...] = Field(
        min_length=1,
        description="where its logs come from",
        examples=["[{format: human-decision, path: inbox/doc-extract}]"],
    )
    eligible: Annotated[Eligible, BeforeValidator(_eligible), _ELIGIBLE_FORMS] = Field(
        default_factory=Eligible,
        description="who is meant to use it (default: everyone on the roster)",
        examples=["{from: people, where: \"department = 'Finance'\"}"],
    )
    production: Production | None = Field(None, examples=["{expected_people_per_day: 40}"])
    uses: Annotated[
        tuple[Text, ...] | None,
        BeforeValidator(_selectors),
        AlsoAccepts({"type": "string"}),
    ] = Field(
        None,
        min_length=1,
        description="selectors of the events that count as a use (default: every event that a person began)",
        examples=["[decide, prompt]"],
    )
    window_weeks: WindowWeeks = Field(4, description="a week is judged over so many weeks ending with it", examples=[4])
    min_uses: MinUses = Field(1, description="uses in the window that make a person a user", examples=[1])
    min_available_days: MinAvailableDays = Field(
        5, description="people with fewer working days in the window are not judged", examples=[5]
    )
    grace_days: GraceDays = Field(14, description="people eligible for less are not judged yet", examples=[14])
    paused: Paused | None = Field(
        None, examples=["{from: 2026-05-04, reason: the model is being retrained, by: name.surname@example.com}"]
    )
    rollup: Annotated[Rollup | None, BeforeValidator(_rollup), AlsoAccepts({"enum": list(get_args(Rolled))})] = Field(
        None, examples=["{unproven: correct_user}"]
    )
    work_items: bool = Field(False, description="work items are delivered in inbox/work_items", examples=["true"])
    audit: Audit = Field(
        default_factory=dict,
        description="answers to the readiness audit that no data can give; see docs/audit.md",
        examples=["{adoption-design: {answer: yes, document: https://example.com/design, on: 2026-05-04}}"],
    )

    @model_validator(mode="after")
    def _can_be_available(self) -> Self:
        if self.min_available_days > self.window_weeks * 7:
            what = f"nobody has {self.min_available_days} available days in {self.window_weeks} week(s)"
            raise faults(Fault(what, "lower min_available_days or raise window_weeks", at=("min_available_days",)))
        return self

    def with_defaults(self, calendar: Calendar) -> Tool:
        """This tool with the calendar's company-wide values where it says nothing itself, and every path filled in."""
        given = self.model_fields_set
        shared = {name: getattr(calendar, name) for name in DEFAULTED if name not in given}
        shared = {name: value for name, value in shared.items() if value is not None}
        located = map(self._located, self.sources, self.source_names)
        return self.model_copy(update={**shared, "sources": tuple(located)})

    @property
    def source_names(self) -> tuple[str, ...]:
        """The name of each source within the tool: its format, with `-2` for the second of the same format."""
        seen: dict[str, int] = {}
        names = []
        for source in self.sources:
            seen[source.format] = seen.get(source.format, 0) + 1
            names.append(f"{source.format}-{seen[source.format]}" if seen[source.format] > 1 else source.format)
        return tuple(names)

    def _located(self, source: SourceSpec, name: str) -> SourceSpec:
        """Dropped files share the tool's folder; of what is pulled, each source has its own."""
        if source.path:
            return source
        path = f"inbox/{self.id}" if source.pull is None else f"landing/{self.id}/{slug(name)}"
        return source.model_copy(update={"path": path})


def _empty_is_list(value: Any) -> Any:
    return [] if value is None else value


class ToolsFile(Model):
    """config/tools.yml"""

    tools: Annotated[tuple[Tool, ...], BeforeValidator(_empty_is_list), AlsoAccepts({"type": "null"})] = Field(
        (), description="one entry per AI tool", max_length=1_000
    )


class Target(Model):
    """What a tool is meant to reach, by when, and who answers for it."""

    tool: Text = Field(description="the id of a tool", examples=["doc-extract"])
    measure: Literal["correct", "active"] = Field(
        description="the share of eligible people who use it correctly, or at all", examples=["correct"]
    )
    value: Share = Field(examples=["45%"])
    due_date: Day = Field(alias="date", examples=["2026-12-31"])
    owner: Email = Field(
        description="the e-mail of the one person who answers for it", examples=["name.surname@example.com"]
    )
    org_unit: Text | None = Field(None, description="whole company when left out", examples=["Finance"])
    baseline_week: Week | None = Field(
        None, description="the week that progress is measured from", examples=["2026-W10"]
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.value == 0:
            raise faults(Fault("a target of 0% is reached before anybody begins", "write a share", at=("value",)))
        if self.org_unit in _NO_UNITS:
            what = f"{self.org_unit!r} is what the figures call people of several units"
            raise faults(Fault(what, "leave org_unit out for the whole company", at=("org_unit",)))
        return self


_NO_UNITS = ("All", "Small groups")


class TargetsFile(Model):
    """config/targets.yml"""

    targets: Annotated[tuple[Target, ...], BeforeValidator(_empty_is_list), AlsoAccepts({"type": "null"})] = Field(
        (), max_length=10_000
    )


class PeopleConfig(Model):
    """config/people.yml: how the roster is read."""

    org_unit: AttributeName = Field(
        "department", description="the roster column that figures are split by", examples=["department"]
    )
    namespaces: tuple[AttributeName, ...] = Field(
        (),
        description="further roster columns that hold identifiers of people; e-mail, upn, logins are known already",
        examples=["[badge_no]"],
    )
    columns: dict[AttributeName, Text] = Field(
        default_factory=dict,
        description="what the rosters' columns are called, where they do not use takeup's names",
        examples=["{person_id: EmployeeNo, department: Cost Centre Name}"],
        max_length=200,
    )


class ExtraHoliday(Model):
    """A day off of the company's own."""

    day: Day = Field(alias="date", examples=["2026-12-24"])
    name: Text = Field(examples=["Christmas Eve"])


class Holidays(Model):
    """Public holidays of a country (and subdivision), and days of the company's own."""

    country: Text | None = Field(None, description="ISO code", examples=["DE"])
    subdivision: Text | None = Field(None, description="ISO code within the country", examples=["BY"])
    extra: tuple[ExtraHoliday, ...] = Field((), examples=["[{date: 2026-12-24, name: Christmas Eve}]"])

    @model_validator(mode="after")
    def _are_known(self) -> Self:
        if self.country is None and self.subdivision is not None:
            raise fault("a subdivision needs a country", "add `country: DE`")
        known = _countries()
        if self.country is not None and self.country not in known:
            raise faults(_not_known("country", self.country, tuple(known)))
        if self.subdivision is not None and self.subdivision not in known[str(self.country)]:
            raise faults(_not_known("subdivision", self.subdivision, known[str(self.country)]))
        return self


def _not_known(key: str, value: str, known: tuple[str, ...]) -> Fault:
    near = nearest(value, known)
    if near is None and len(known) > 40:
        mend = "write a two-letter ISO code such as DE"
    else:
        mend = f"write {near}" if near else f"write one of {', '.join(known)}" if known else "delete it: none is known"
    return Fault(f"the {key} {value!r} is not known", mend, at=(key,))


@functools.cache
def _countries() -> dict[str, tuple[str, ...]]:
    import holidays  # slow to import, and only needed where a country is named

    return {country: tuple(parts) for country, parts in holidays.list_supported_countries().items()}


def _empty_is_mapping(value: Any) -> Any:
    return {} if value is None else value


class Calendar(Model):
    """config/calendar.yml: time zone, working days, and the company-wide defaults of all tools."""

    timezone: Text = Field("UTC", description="IANA name; weeks begin on Monday there", examples=["Europe/Berlin"])
    working_days: Weekdays = Field(("mon", "tue", "wed", "thu", "fri"), examples=["[mon, tue, wed, thu, fri]"])
    holidays: Annotated[Holidays, BeforeValidator(_empty_is_mapping), AlsoAccepts({"type": "null"})] = Field(
        default_factory=Holidays, examples=["{country: DE, subdivision: BY}"]
    )
    window_weeks: WindowWeeks | None = Field(None, examples=[4])
    min_uses: MinUses | None = Field(None, examples=[1])
    min_available_days: MinAvailableDays | None = Field(None, examples=[5])
    grace_days: GraceDays | None = Field(None, examples=[14])

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        known = zoneinfo.available_timezones()
        if value in known:
            return value
        near = nearest(value, known)
        raise fault(f"the time zone {value!r} is not known", f"write {near or 'an IANA name such as Europe/Berlin'}")
