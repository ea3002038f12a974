"""config/alerts.yml: from when on something is worth an alert, where alerts go, and when they wait."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator

from orchestration.alerts.kinds import KINDS, Severity
from orchestration.registry.explain import Fault, faults, suggest
from orchestration.registry.values import NOT_TRUTH, Model, Share, Text, ToolId, fault

DEFAULT_RUNBOOKS = "docs/runbooks"
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def _clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise fault(f"{value!r} is not a time of day", 'write it like "20:00", in quotes')
    return time(int(found[1]), int(found[2]))


def _variable(value: str) -> str:
    if _VARIABLE.fullmatch(value):
        return value
    _no_address(value)
    raise fault(f"{value!r} is not the name of an environment variable", "write it like TAKEUP_ALERTS_URL")


def _no_address(value: str) -> str:
    if "://" in value:
        mend = "put the address into an environment variable or a file, and name that here"
        raise fault("an address with its secret stands in the configuration", mend)
    return value


def _kind(value: str) -> str:
    if value in KINDS:
        return value
    raise fault(f"there is no alert {value!r}{suggest(value, KINDS)}", f"alerts are {', '.join(KINDS)}")


Clock = Annotated[time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d$"})]
SecretFile = Annotated[Text, AfterValidator(_no_address)]
Variable = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_variable)]
KindName = Annotated[str, AfterValidator(_kind), WithJsonSchema({"enum": list(KINDS)})]


class Address(Model):
    """Somewhere that apprise can send to. The address is a secret: it stands in the environment or in a file."""

    name: ToolId = Field(description="kebab-case", examples=["owners"])
    url_env: Variable | None = Field(None, description="the variable with the address", examples=["TAKEUP_ALERTS_URL"])
    url_file: SecretFile | None = Field(None, description="the file with the address", examples=["/run/secrets/alerts"])

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if (self.url_env is None) == (self.url_file is None):
            what = f"the destination {self.name!r} has no address" if self.url_env is None else "it has two addresses"
            raise faults(Fault(what, "write `url_env:` with the name of a variable, or `url_file:` with a path"))
        return self


class Destination(Address):
    """Where alerts go, and which of them."""

    to: Literal["owner", "all"] = Field(
        "all",
        description="owner: mail goes to each tool's owner, deputies and, when nobody acts, escalation; all: to whom "
        "the address itself names",
        examples=["owner"],
    )
    at_least: Severity = Field("minor", description="nothing less grave", examples=["major"])
    kinds: tuple[KindName, ...] = Field((), description="only these (default: all)", examples=["[zero-day]"])
    tools: tuple[Text, ...] = Field((), description="only of these (default: all)", examples=["[doc-extract]"])


class QuietHours(Model):
    """When only critical alerts go out, in the company's time zone; the rest waits for the end."""

    start: Clock = Field(alias="from", examples=['"20:00"'])
    end: Clock = Field(alias="to", examples=['"07:00"'])

    def holds(self, moment: time) -> bool:
        """Whether `moment` (local) is quiet."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


class Thresholds(Model):
    """From when on something is worth an alert. What is promised in tools.yml goes by its own figures."""

    drop_share: Share = Field(0.2, description="use must have dropped by at least this", examples=["20%"])
    quarantine_share: Share = Field(0.02, description="of the lines of a week's deliveries", examples=["2%"])
    repeated_share: Share = Field(0.5, description="of the lines of one delivery", examples=["50%"])
    unknown_share: Share = Field(0.1, description="of the records of four weeks", examples=["10%"])
    override_rise: Share = Field(0.1, description="more overridden than before, in points", examples=["10%"])
    calibration_gap: Share = Field(0.25, description="between confidence and being right", examples=["25%"])
    volume_weeks: Annotated[int, Field(ge=1, le=52), NOT_TRUTH] = Field(
        3, description="so many weeks in a row below the promised volume", examples=[3]
    )


class Alerts(Model):
    """config/alerts.yml: each tool's owner and escalation are the addressees."""

    destinations: tuple[Destination, ...] = Field(
        (), description="where alerts go; nothing is sent while this is empty", max_length=50
    )
    reports: tuple[Address, ...] = Field(
        (), description="where the leadership page goes every Monday; it names nobody", max_length=50
    )
    thresholds: Thresholds = Field(default_factory=Thresholds, examples=["{drop_share: 20%}"])
    quiet_hours: QuietHours | None = Field(None, examples=['{from: "20:00", to: "07:00"}'])
    remind: bool = Field(
        True, description="an open alert that nobody acknowledged is told once a day", examples=["true"]
    )
    escalate_days: Annotated[int, Field(ge=1, le=90), NOT_TRUTH] = Field(
        3, description="the escalation is told too when an alert was open so long", examples=[3]
    )
    runbooks: Text = Field(
        DEFAULT_RUNBOOKS, description="where the runbooks stand", examples=["https://example.com/rb"]
    )
    watch_hours: Annotated[float, Field(gt=0, le=8_760, allow_inf_nan=False), NOT_TRUTH] = Field(
        30, description="takeup watch: the publication may be this old", examples=[30]
    )

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        places: tuple[tuple[str, tuple[Address, ...]], ...] = (
            ("destinations", self.destinations),
            ("reports", self.reports),
        )
        for key, addresses in places:
            names = [one.name for one in addresses]
            twice = next((place for place, name in enumerate(names) if name in names[:place]), None)
            if twice is not None:
                mend = "give each destination a name of its own"
                raise faults(Fault(f"the name {names[twice]!r} is taken", mend, at=(key, twice, "name")))
        return self
