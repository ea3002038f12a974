"""What a mapping file may say, as frozen models. Editors, errors and docs/mappings.md show the texts of this file."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from orchestration.registry.explain import Fault, faults
from orchestration.registry.mapping_values import (
    ONE_OR_MANY,
    ColumnName,
    Condition,
    Days,
    FieldPath,
    ListPath,
    Namespace,
    Pattern,
    TimeFormat,
    Zone,
)
from orchestration.registry.values import NOT_TRUTH, AlsoAccepts, Model, Text, fault

_TEXT_OR_LIST = AlsoAccepts({"type": "string"})
Plain = str | int | float | bool
Paths = Annotated[tuple[FieldPath, ...], ONE_OR_MANY, _TEXT_OR_LIST]


class MappingMatch(Model):
    """What tells that a file or record is of this kind. Everything that is given must hold."""

    columns_all: tuple[Text, ...] = Field((), description="columns that a table has", examples=["[Date, UserId]"])
    columns_any: tuple[Text, ...] = Field((), description="columns of which a table has at least one")
    keys_all: tuple[Text, ...] = Field((), description="keys that a JSON record has", examples=["[event, userId]"])
    keys_any: tuple[Text, ...] = Field((), description="keys of which a JSON record has at least one")
    paths: Paths = Field((), description="places that hold something", examples=["[jsonPayload.LlmCall]"])
    where: Condition | None = Field(
        None, description="a condition that the record fulfils", examples=["type = 'PROMPT_SENT'"]
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise fault("an empty match fits everything", "name columns_all, keys_all, paths or where, or delete it")
        return self


class MappingRead(Model):
    """How records are got out of a file."""

    format: Literal["csv", "ndjson", "json", "glued_json", "sqlite", "parquet", "otlp_json"] = Field(
        description="what the files are: ndjson is one JSON value per line, glued_json objects one behind the other",
        examples=["csv"],
    )
    encoding: Literal["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "iso-8859-15"] = Field(
        "utf-8", description="of csv and ndjson; a byte order mark is always recognised"
    )
    records: ListPath | None = Field(
        None, description="where the records stand in a JSON document", examples=["$.data[*]"]
    )
    explode: Annotated[tuple[ListPath, ...], ONE_OR_MANY, _TEXT_OR_LIST] = Field(
        (), description="lists of a record that become a record per element, beside all else", examples=["[messages]"]
    )
    json_columns: tuple[Text, ...] = Field(
        (), description="columns or fields whose text is JSON", examples=["[AuditData]"]
    )
    csv_null: tuple[str, ...] = Field(
        (), description='words that mean an empty cell; "" always does', examples=["['None', 'n/a']"]
    )
    columns: tuple[Text, ...] = Field(
        (), description="the names of the columns of a CSV without a header row", max_length=2_000
    )
    quotes: bool = Field(True, description="false: quotes in a tab separated file mean nothing")
    table: Text | None = Field(None, description="the table of a SQLite file", examples=["messages"])
    endings: tuple[Text, ...] = Field((), description="further endings of file names", examples=["['.log']"])

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        is_csv, is_json = self.format == "csv", self.format in ("ndjson", "json", "glued_json")
        for name, fits in (
            ("columns", is_csv),
            ("csv_null", is_csv),
            ("quotes", is_csv),
            ("encoding", is_csv or self.format == "ndjson"),
            ("records", is_json),
            ("table", self.format == "sqlite"),
        ):
            if name in self.model_fields_set and not fits:
                what = f"{name!r} has no meaning with `format: {self.format}`"
                raise faults(Fault(what, "delete it, or correct the format", at=(name,), is_key=True))
        if self.format == "sqlite" and self.table is None:
            raise fault("a SQLite file has many tables", "name one: `table: messages`")
        if any(not ending.startswith(".") for ending in self.endings):
            raise faults(Fault("an ending begins with a dot", "write it like ['.log']", at=("endings",)))
        return self


class MappingGrain(Model):
    """Whether a record is one thing that happened (event) or counts of a person and period (aggregate)."""

    kind: Literal["event", "aggregate"] = Field(description="one thing that happened, or counts", examples=["event"])
    period: Literal["day", "week", "28d", "month", "snapshot"] | None = Field(
        None, description="of an aggregate; a month is never spread over days", examples=["day"]
    )
    coverage: Literal["active_only", "all_members", "licensed_only", "unknown"] = Field(
        "unknown", description="of an aggregate: who is listed, and so whether absence means anything"
    )
    days: Annotated[int, Field(ge=1, le=400), NOT_TRUTH] = Field(
        1, description="how many days a snapshot looks back on", examples=[28]
    )
    is_final_after: Days = Field(1, description="days after which figures no longer change", examples=["P2D"])
    restate_window: Days | None = Field(
        None, description="how far back the source corrects itself, and so to fetch again", examples=["P4D"]
    )

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if self.kind == "aggregate" and self.period is None:
            raise fault("counts need their period", "add `period: day`, week, 28d, month or snapshot")
        wrong = {"period", "coverage", "days"} & self.model_fields_set if self.kind == "event" else set()
        if self.kind == "aggregate" and self.period != "snapshot":
            wrong = {"days"} & self.model_fields_set
        for name in sorted(wrong):
            what = f"{name!r} has no meaning with `kind: {self.kind}`" + (f" by {self.period}" if self.period else "")
            raise faults(Fault(what, "delete it, or correct the grain", at=(name,), is_key=True))
        return self


class MappingIdentity(Model):
    """One way in which records name a person."""

    namespace: Namespace = Field(
        description="what kind of name: email, upn, person_id, a column of the roster; auto tells addresses from ids",
        examples=["email"],
    )
    field: FieldPath = Field(description="where it stands", examples=["User_Email"])
    lower: bool = Field(False, description="put into lower case")
    strip_prefix: Pattern | None = Field(
        None, description="what is cut off at its beginning", examples=["'^d-[0-9a-f]{10}\\.'"]
    )
    fallback: Annotated[tuple[MappingIdentity, ...], ONE_OR_MANY] = Field(
        (), description="what counts when the field is empty, in this order", max_length=10
    )
    required: bool = Field(True, description="false: events of nobody are kept, as those of services")


def _time(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


class MappingTime(Model):
    """The time of a record."""

    field: Paths = Field((), description="where it stands; of several the first that is there", examples=["timestamp"])
    origin: Literal["field", "file_name", "file_time"] = Field(
        "field", alias="from", description="of files without a time column: the date in their name, or their own time"
    )
    format: TimeFormat | None = Field(None, description="as strptime writes it", examples=["'%m-%d-%Y'"])
    alt_formats: tuple[TimeFormat, ...] = Field((), description="further ways in which it is written", max_length=20)
    unit: Literal["iso", "date", "s", "ms", "us", "ns", "epoch", "dotnet_ticks"] = Field(
        "iso",
        description="iso: text with or without time and zone; date: its day alone; s, ms, us, ns: counted from 1970;"
        " epoch: counted from 1970 in a unit that its size tells",
    )
    assume_tz: Zone | None = Field(
        None, description="the zone of times that name none (default UTC)", examples=["Europe/Berlin"]
    )
    marks: Literal["start", "end"] = Field(
        "start", description="whether the day is the first or the last of the period"
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if not self.field and self.origin == "field":
            raise fault("the time has no field", "write `field: timestamp`, or `from: file_name`")
        if self.field and self.origin != "field":
            raise faults(Fault(f"a time has a field or comes from the {self.origin}", "keep one of them", at=("from",)))
        if self.alt_formats and self.format is None:
            raise faults(Fault("`alt_formats` goes with `format`", "write the first as `format`", at=("alt_formats",)))
        if self.format and "unit" in self.model_fields_set:
            raise faults(Fault("a time has a format or a unit", "delete one of them", at=("unit",), is_key=True))
        return self


def _value(value: Any) -> Any:
    return {"field": value} if isinstance(value, str | list) else value


class MappingValue(Model):
    """Where the value of a column comes from. The short form is the field alone."""

    field: Paths = Field((), description="where it stands; of several the first that is there")
    const: Plain | None = Field(None, description="always this, or this where the field is empty")
    unit: (
        Literal[
            "text", "number", "count", "flag", "not", "present", "credits", "minor_units", "micros", "percent", "ms",
            "seconds", "minutes", "length",
        ]
        | None
    ) = Field(
        None,
        alias="as",
        description="its unit or type in the source: minor_units are cents, micros millionths, credits no money;"
        " seconds and minutes become milliseconds; percent a fraction of 1; length counts a list; not turns a flag;"
        " present is whether anything stands there",
    )  # fmt: skip
    words: dict[str, Plain | None] | None = Field(
        None, alias="map", description="what words of the source become, whatever their case", max_length=1_000
    )
    otherwise: Literal["keep", "nothing", "reject"] = Field(
        "keep", description="what becomes of a word that map does not have; reject quarantines the record"
    )

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if not self.field and self.const is None:
            raise fault("this says neither a field nor a constant", "write `field: NAME` or `const: VALUE`")
        if "otherwise" in self.model_fields_set and self.words is None:
            raise faults(Fault("`otherwise` goes with `map`", "add a map, or delete it", at=("otherwise",)))
        return self


class MappingUnpivot(Model):
    """Columns that each hold one part of a person and period, told by their names."""

    columns: Pattern = Field(
        description="a pattern that the whole name fits, with groups", examples=["'^(.+)_messages$'"]
    )
    exclude: tuple[Text, ...] = Field((), description="columns that fit but are none, such as totals")
    to: dict[ColumnName, Text] = Field(
        description="measures, each with `value`; `feature` is the part, made of the groups: $1",
        examples=["{feature: $1, messages: value}"],
    )


class MappingFilter(Model):
    """Records that are left out. Their lines are counted as blank, with the reason."""

    drop_if: Condition = Field(description="a condition over the fields of the record", examples=["isHeadless == true"])
    reason: Text = Field(description="a word that says why", examples=["not_human"])


Value = Annotated[MappingValue, BeforeValidator(_value), AlsoAccepts({"type": "string"}, {"type": "array"})]
Time = Annotated[MappingTime, BeforeValidator(_time), AlsoAccepts({"type": "string"})]


class Section(Model):
    """What a variant may say for itself, and the file for all of its variants."""

    match: MappingMatch | None = Field(
        None, description="what tells such files or records", examples=["{columns_all: [Date, UserId]}"]
    )
    read: MappingRead | None = Field(
        None, description="how records are got out of a file (needed)", examples=["{format: csv}"]
    )
    grain: MappingGrain | None = Field(
        None,
        description="events, or counts of a person and period (needed)",
        examples=["{kind: aggregate, period: day, coverage: active_only}"],
    )
    identity: Annotated[tuple[MappingIdentity, ...] | None, ONE_OR_MANY, AlsoAccepts({"type": "object"})] = Field(
        None, min_length=1, max_length=10, examples=["{namespace: email, field: User_Email, lower: true}"],
        description="how records name people (needed); of several, all that are there are one account, preferred first",
    )  # fmt: skip
    time: Time | None = Field(
        None,
        description="when it was (needed); the short form is the field",
        examples=["{field: Date, format: '%Y-%m-%d'}"],
    )
    as_of: Time | None = Field(
        None, description="when the source made the figures (default: the file's own time)", examples=["Report Date"]
    )
    fields: dict[ColumnName, Value] = Field(
        default_factory=dict, max_length=500, examples=["{messages: Total_Messages}"],
        description="our columns, each with its field; any other name becomes an attribute that rules may name",
    )  # fmt: skip
    unpivot: MappingUnpivot | None = Field(
        None,
        description="columns that hold the parts of a person and period",
        examples=["{columns: '^(.+)_messages$', to: {feature: $1, messages: value}}"],
    )
    filters: tuple[MappingFilter, ...] = Field(
        (), description="records to leave out; those of the file are asked before those of a variant"
    )
    constants: dict[ColumnName, Plain] = Field(
        default_factory=dict, description="columns and attributes that are always the same", examples=["{tool: kiro}"]
    )
    aliases: dict[Text, tuple[Text, ...]] = Field(
        default_factory=dict, description="older names of fields, by the present one", examples=["{kind: [kindLabel]}"]
    )
    dedup: tuple[Text, ...] = Field(
        (), description="what identifies a record: source, user, time, period_start, feature, our columns, or fields",
        examples=["[source, user, period_start, feature]"],
    )  # fmt: skip
    unknown_columns: Literal["keep_in_attributes", "drop"] = Field(
        "keep_in_attributes", description="what becomes of plain fields that nothing here mentions"
    )
    drop: tuple[Text, ...] = Field(
        (), description="fields that are never kept, such as the text of prompts", examples=["[query, answer]"]
    )


class MappingVariant(Section):
    """One shape of records. What it says takes the place of what the file says; filters are added."""

    name: Text = Field(description="for people", examples=["prompts"])


class MappingFile(Section):
    """config/mappings/<name>.yml"""

    version: Literal[1] = Field(description="of the mapping language", examples=[1])
    source: Text = Field(description="a short name of what writes these logs", examples=["kiro"])
    title: Text | None = Field(None, description="the name people know", examples=["Kiro CLI report"])
    can_prove: bool | None = Field(
        None, description="whether rules on its records can tell correct from incorrect use (snapshots: no)"
    )
    variants: tuple[MappingVariant, ...] = Field(
        (), description="several shapes, in the order in which they are tried", max_length=50
    )
