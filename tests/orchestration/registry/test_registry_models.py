"""The configuration files: fixtures sorted by validity; each invalid one has its expected complaints beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from orchestration.errors import ConfigError
from orchestration.registry.alert_models import Alerts
from orchestration.registry.models import (
    Calendar,
    Eligible,
    PeopleConfig,
    TargetsFile,
    Tool,
    ToolsFile,
)
from orchestration.registry.privacy import Privacy
from orchestration.registry.yaml_file import YamlFile, validate

FIXTURES = Path(__file__).parents[2] / "fixtures" / "config"
MODELS: dict[str, type[BaseModel]] = {
    "yaml": ToolsFile,
    "tools": ToolsFile,
    "targets": TargetsFile,
    "people": PeopleConfig,
    "calendar": Calendar,
    "privacy": Privacy,
    "alerts": Alerts,
}
INVALID = sorted(path for stem in MODELS for path in (FIXTURES / "invalid" / stem).glob("*.yml"))
VALID = sorted(path for stem in MODELS for path in (FIXTURES / "valid" / stem).glob("*.yml"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> Any:
    return validate(YamlFile.read(path), MODELS[path.parent.name])


def valid(name: str) -> Any:
    return read(FIXTURES / "valid" / f"{name}.yml")


@pytest.mark.parametrize("path", INVALID, ids=named)
def test_every_mistake_of_a_file_is_named_with_its_place_and_its_mend(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(path)
    found = [f"{one.line}:{one.column} {one.what} - {one.mend}" for one in caught.value.problems]
    assert found == path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", VALID, ids=named)
def test_a_valid_file_is_accepted(path: Path) -> None:
    assert isinstance(read(path), MODELS[path.parent.name])


def test_every_fixture_is_sorted_and_the_folders_are_not_empty() -> None:
    assert len(INVALID) >= 25
    assert len(VALID) >= 12
    assert all(path.with_suffix(".txt").is_file() for path in INVALID)


def test_an_entry_keeps_all_that_it_says() -> None:
    (tool,) = valid("tools/every_key").tools
    assert (tool.live_from, tool.paused.since, tool.paused.by) == (date(2026, 3, 2), date(2026, 5, 4), "owner")
    assert [(one.path, one.late_days, one.freshness_hours) for one in tool.sources] == [
        ("inbox/doc-extract/*.jsonl", 0, 1.5),
        ("inbox/doc-extract-archive", None, None),
    ]
    assert tool.eligible.where == "department = 'Finance'"
    assert tool.uses == ("decide", "prompt where confidence >= 0.5")
    assert tool.rollup.unproven == "incorrect_user"
    assert (tool.window_weeks, tool.min_uses, tool.min_available_days, tool.grace_days) == (6, 3, 0, 0)


def test_the_short_forms_mean_the_same_as_the_long_ones() -> None:
    seats, listed, also_seats = valid("tools/short_forms").tools
    assert (seats.eligible.kind, listed.eligible.kind, also_seats.eligible.kind) == ("seats", "list", "seats")
    assert listed.eligible.members == ("you@example.com", "1017", "NA", "null")
    assert seats.uses == ("decide, prompt",)
    assert seats.rollup.unproven == "correct_user"
    assert seats.live_from == date(2026, 3, 2)
    assert (also_seats.production, also_seats.escalation) == (None, None)


def test_everyone_on_the_roster_is_eligible_where_nothing_is_said() -> None:
    (tool,) = valid("tools/windows").tools
    assert tool.eligible == Eligible.model_validate({"from": "people"})


def test_shares_are_read_from_percentages_and_fractions() -> None:
    targets = valid("targets/shares").targets
    assert [target.value for target in targets] == [0.45, 0.6, 1.0, 0.125]


def test_a_baseline_week_may_be_an_iso_week_or_a_day_of_it() -> None:
    targets = valid("targets/shares").targets
    assert targets[1].baseline_week == targets[2].baseline_week == date(2026, 3, 2)


def test_weekdays_may_be_a_range_and_long_names() -> None:
    assert valid("calendar/germany").working_days == ("mon", "tue", "wed", "thu", "sat")
    assert Calendar.model_validate({"working_days": "sat-mon"}).working_days == ("mon", "sat", "sun")


def test_company_wide_defaults_hold_where_a_tool_says_nothing() -> None:
    calendar = valid("calendar/germany")
    (own,) = valid("tools/every_key").tools
    (plain,) = valid("tools/windows").tools
    assert (own.with_defaults(calendar).window_weeks, own.with_defaults(calendar).min_uses) == (6, 3)
    assert (plain.with_defaults(calendar).window_weeks, plain.with_defaults(calendar).min_uses) == (8, 2)
    assert (plain.with_defaults(Calendar()).window_weeks, plain.with_defaults(Calendar()).grace_days) == (4, 14)


def test_logs_lie_in_the_folder_of_the_tool_where_no_path_is_given() -> None:
    seats, pulled, _ = (tool.with_defaults(Calendar()) for tool in valid("tools/short_forms").tools)
    assert (seats.sources[0].path, pulled.sources[0].path) == ("inbox/a1", "landing/b-2/github-copilot-users")


def test_nobody_can_change_a_model_after_it_was_read() -> None:
    (tool,) = valid("tools/windows").tools
    with pytest.raises(ValidationError, match="frozen"):
        tool.title = "other"


ENTRY = {
    "id": "a",
    "title": "A",
    "owner": {"name": "Name", "email": "you@example.com"},
    "live_from": "2026-03-02",
    "sources": [{"format": "human-decision"}],
}


@pytest.mark.parametrize(
    "owner",
    [
        None,
        "",
        "Name",
        {},
        {"name": "Name"},
        {"email": "a@b.de"},
        {"name": "", "email": "a@b.de"},
        {"name": " ", "email": "a@b.de"},
        {"name": "TODO", "email": "a@b.de"},
        {"name": "?", "email": "a@b.de"},
        {"name": "Name", "email": "name"},
        {"name": "Name", "email": "a@b.de, c@d.de"},
        {"name": "Name", "email": "Name <a@b.de>"},
        {"name": 5, "email": "a@b.de"},
    ],
)
def test_a_tool_without_a_named_owner_is_refused(owner: object) -> None:
    with pytest.raises(ValidationError):
        Tool.model_validate({**ENTRY, "owner": owner})


@pytest.mark.parametrize(
    "email", ["you@example.com", "name.surname+ai@mail.example.co.uk", "o'brien@example.ie", "ü@exämple.de"]
)
def test_usual_addresses_are_accepted(email: str) -> None:
    assert Tool.model_validate({**ENTRY, "owner": {"name": "Name", "email": email}}).owner.email == email


@pytest.mark.parametrize(
    ("key", "value", "is_good"),
    [
        ("window_weeks", 52, True), ("window_weeks", 53, False), ("window_weeks", 0, False),
        ("window_weeks", "4", True),
        ("min_uses", 1, True), ("min_uses", 0, False), ("min_uses", True, False), ("min_uses", 1.0, True),
        ("grace_days", 0, True), ("grace_days", -1, False), ("grace_days", 365, True), ("grace_days", 366, False),
        ("min_available_days", 28, True), ("min_available_days", 29, False),
    ],
)  # fmt: skip
def test_counts_have_limits(key: str, value: object, is_good: bool) -> None:
    if is_good:
        Tool.model_validate({**ENTRY, key: value})
    else:
        with pytest.raises(ValidationError):
            Tool.model_validate({**ENTRY, key: value})


@pytest.mark.parametrize(
    "value", [True, None, "", "45", "abc%", "-1%", "101%", 1.01, -0.1, float("nan"), float("inf"), [0.5]]
)
def test_what_is_not_a_share_is_refused(value: object) -> None:
    target = {"tool": "a", "measure": "correct", "date": "2026-12-31", "owner": "x@example.com", "value": value}
    with pytest.raises(ValidationError):
        TargetsFile.model_validate({"targets": [target]})


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_time_zones_are_those_of_the_iana_list(zone: str) -> None:
    assert Calendar(timezone=zone).timezone == zone


def test_a_file_of_another_shape_is_refused_with_its_first_key() -> None:
    for text in ("[]", "text", "5"):
        with pytest.raises(
            ConfigError, match=r"1:1: the file is not a mapping of keys to values - begin with .*`tools:`"
        ):
            validate(YamlFile.parse(Path("tools.yml"), text), ToolsFile)
