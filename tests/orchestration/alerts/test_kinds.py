"""Every kind of alert can be practised, looked up and acted upon."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.alerts.kinds import KINDS, is_as_grave, runbook_of
from orchestration.drills.faults import FAULTS
from orchestration.registry.alert_models import DEFAULT_RUNBOOKS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_runbook_that_says_what_to_do_and_when_it_is_over(kind: str, repository: Path) -> None:
    page = (repository / runbook_of(kind, DEFAULT_RUNBOOKS)).read_text(encoding="utf-8")
    assert page.startswith(f"# {KINDS[kind].title}\n")
    assert f"Alert `{kind}`, {KINDS[kind].severity}." in page
    assert "## What to do" in page
    assert "## When it is over" in page
    assert f"takeup drill -w DIR --fault {kind}" in page


def test_every_kind_has_a_fault_to_practise_and_stands_on_the_page(repository: Path) -> None:
    assert FAULTS.keys() == KINDS.keys()
    page = (repository / "docs" / "alerts.md").read_text(encoding="utf-8")
    for kind, one in KINDS.items():
        assert f"| [{kind}](runbooks/{kind}.md) | {one.severity} |" in page


def test_critical_is_the_gravest() -> None:
    assert [is_as_grave(one, "major") for one in ("critical", "major", "minor")] == [True, True, False]
