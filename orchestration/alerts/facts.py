"""What is looked at: plain figures of a tool, as a run has published or is about to publish them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a tool (fct_tool_day); figures are None where the logs do not tell of the day."""

    day: date
    available: int | None
    people: int | None
    records: int | None = None
    service_records: int | None = None
    unknown_records: int | None = None
    decisions: int | None = None
    overridden: int | None = None
    is_outage: bool = False
    is_paused: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether people could have used the tool, and the logs would tell."""
        return self.people is not None and bool(self.available) and not self.is_outage and not self.is_paused


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file that came within the last week."""

    source_id: str
    path: str
    status: str
    read: int
    duplicate: int
    superseded: int
    quarantined: int
    loaded_on: date
    modified_on: date
    is_of_events: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """How fresh a source is; hours are None before its first record."""

    source_id: str
    age_hours: float | None
    deadline_hours: float | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise in one week (fct_production_week)."""

    criterion: str
    week: date
    promised: float | None
    observed: float | None
    holds: bool | None
    is_provisional: bool
    cases: int | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """A change in the shape of a source that nobody has settled."""

    source_id: str
    text: str
    first_seen: date


@dataclass(frozen=True, slots=True)
class Contact:
    """The owner, and until when a roster had them: None when none ever did."""

    name: str
    email: str
    is_on_roster: bool | None
    on_roster_until: date | None


@dataclass(frozen=True, slots=True)
class ToolFacts:
    """Everything that is known of one tool; days and promises in the order of time."""

    tool_id: str
    owner: Contact
    days: tuple[Day, ...] = ()
    sources: tuple[Source, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    promises: tuple[Promise, ...] = ()
    drifts: tuple[Drift, ...] = ()
    error_measure: str | None = None
    has_drift_trigger: bool = False
    is_paused: bool = False
    has_rostered_others: bool = True
    """Whether the latest roster still has somebody else whom tools.yml names: else the roster itself may be broken."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is worth an alert (config/alerts.yml, thresholds)."""

    drop_share: float = 0.2
    quarantine_share: float = 0.02
    repeated_share: float = 0.5
    unknown_share: float = 0.1
    override_rise: float = 0.1
    calibration_gap: float = 0.25
    volume_weeks: int = 3
