"""Tables in plain text."""

from __future__ import annotations

from orchestration.commands.output import progress_of, table


def test_numbers_stand_to_the_right_and_text_to_the_left() -> None:
    assert table(("tool", "people"), [("a", 1200), ("bcd", 7)]).splitlines() == [
        "tool  people",
        "────  ──────",
        "a      1,200",
        "bcd        7",
    ]


def test_unknown_is_blank_and_never_zero() -> None:
    assert table(("tool", "people"), [("a", None), ("b", 0)]).splitlines()[2:] == ["a", "b          0"]


def test_a_table_without_rows_has_its_heading() -> None:
    assert table(("tool",), []).splitlines()[0] == "tool"


def test_progress_is_plain_lines_without_a_terminal(capsys: object) -> None:
    with progress_of("Starting") as on_progress:
        on_progress(1, 3, "people", "")
        on_progress(1, 3, "people", "people_2026-01-05.csv")
    assert capsys.readouterr().err == "[1/3] people\n"  # type: ignore[attr-defined]
