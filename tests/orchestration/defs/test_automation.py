"""The inbox sensor's decision, without Dagster's machinery."""

from __future__ import annotations

from orchestration.defs.automation import Look, next_look


def test_inputs_are_run_only_once_they_hold_still() -> None:
    first, wanted = next_look(Look(), "growing", judged="")
    assert wanted is None
    second, wanted = next_look(first, "grown", judged="")
    assert wanted is None
    _, wanted = next_look(second, "grown", judged="")
    assert wanted == "grown"


def test_the_same_inputs_are_asked_for_once() -> None:
    look, wanted = next_look(Look(seen="a"), "a", judged="")
    assert wanted == "a"
    _, wanted = next_look(look, "a", judged="")
    assert wanted is None


def test_what_the_command_line_has_run_already_is_not_run_again() -> None:
    _, wanted = next_look(Look(seen="a"), "a", judged="a")
    assert wanted is None


def test_the_memory_survives_the_cursor() -> None:
    look = Look(seen="a", asked="b")
    assert Look.parse(look.text()) == look
    assert Look.parse(None) == Look()
