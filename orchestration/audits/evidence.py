"""What an audit looks at: the tool's entry, what was measured, and which drills were run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from orchestration.registry.models import Tool


@dataclass(frozen=True, slots=True)
class Measured:
    """What the figures of a run say of a tool; None is unknown."""

    records: int = 0
    lines_read: int = 0
    lines_quarantined: int = 0
    is_balanced: bool = True
    is_late: bool = False
    final_weeks: int = 0
    decisions: int = 0
    confident_decisions: int = 0
    calibration_gap: float | None = None
    volume_weeks_held: int = 0
    volume_weeks_judged: int = 0
    has_promised_volume: bool = False
    can_prove: bool = False
    judged_share: float | None = None
    outages: int = 0
    is_owner_here: bool | None = None
    calibrated_people: int = 0
    calibrated_satisfied: int = 0
    has_calibrated_rule: bool = False
    active_people: int = 0
    trained_people: int = 0
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What the configuration says beside the tool's own entry."""

    targets: int = 0
    rules: int = 0
    rules_with_examples: int = 0
    """Rules with at least one example that keeps and one that breaks them."""
    destinations: tuple[str, ...] = ()
    """Names of where alerts of this tool go."""
    drills: Mapping[str, date] = field(default_factory=dict)
    """The last day on which the drill of a kind of alert succeeded."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that an audit of one tool rests on."""

    tool: Tool
    measured: Measured
    setting: Setting
    today: date


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered: `gap` says what is missing, and is None when the answer is yes."""

    question_id: str
    answer: str
    evidence: str
    gap: str | None = None
    owner: str | None = None
    action: str | None = None
    due: date | None = None
