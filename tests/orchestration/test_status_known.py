"""`takeup status` says beside every tool's classes how many records they rest on."""

from __future__ import annotations

from typing import Any

from orchestration.commands.status import COUNTS, headline

LINES = {"read": 0, "loaded": 0, "duplicate": 0, "superseded": 0, "quarantined": 0, "blank": 0}


def told(known_share: float | None, *, has_few_known: bool = False, week: str | None = "2026-01-05") -> str:
    tool: dict[str, Any] = dict.fromkeys(COUNTS, 7) | {"tool_id": "t", "week_start": week, "is_provisional": False}
    tool |= {"known_share": known_share, "has_few_known": has_few_known}
    return headline({"tools": [tool], "lines": LINES})


def test_shares_are_rounded_down_so_that_100_means_all() -> None:
    assert "  100%\n" in told(1.0)
    assert "  99%\n" in told(0.9999)
    assert "  29%\n" in told(0.29)


def test_without_a_record_nothing_is_said() -> None:
    assert "%" not in told(None)
    assert "no week has ended yet" in told(None, week=None)


def test_a_small_share_is_marked_and_explained() -> None:
    text = told(0.5, has_few_known=True)
    assert "  50% !\n" in text
    assert "takeup people suggest" in text
    assert "takeup people suggest" not in told(0.95)
