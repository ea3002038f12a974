from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.sources.csv_lines import Row, read_csv
from orchestration.sources.records import OPEN_END as END
from orchestration.sources.records import AbsenceRecord, Blank, Reject

NEEDS = (("id",), ("one", "other"))


def rows(tmp_path: Path, data: str | bytes) -> list[object]:
    """Each row as its cells, each reject as (line, lines, code), each blank as its number of lines."""
    path = tmp_path / "file.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    seen: list[Row] = []

    def build(row: Row) -> AbsenceRecord:
        seen.append(row)
        return AbsenceRecord(row.line_no, row.lines, "", END, END, None, {})

    found: list[object] = []
    for item in read_csv(path, NEEDS, build):
        if isinstance(item, Reject):
            found.append((item.line_no, item.lines, item.code))
        elif isinstance(item, Blank):
            found.append(item.lines)
        else:
            found.append(list(seen[-1].cells.values()))
    return found


def test_the_header_is_a_blank_and_cells_are_stripped(tmp_path: Path) -> None:
    assert rows(tmp_path, "id,one,more\n 1 , a ,\n") == [1, ["1", "a", None]]


@pytest.mark.parametrize("text", ["NA", "null", "None", "nan", "0", "-"])
def test_words_that_other_readers_take_for_nothing_survive(tmp_path: Path, text: str) -> None:
    assert rows(tmp_path, f"id,one\n{text},a\n") == [1, [text, "a"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_seen_in_the_header(tmp_path: Path, delimiter: str) -> None:
    data = '\ufeffId,"One",More things\r\n1,"a,b;c\td",x\r\n'.replace(",", delimiter)
    assert rows(tmp_path, data) == [1, ["1", "a,b;c\td".replace(",", delimiter), "x"]]


def test_a_stray_quote_costs_one_line_not_all_up_to_the_next_quote(tmp_path: Path) -> None:
    lines = [f"{number},a,b" for number in range(200)]
    lines[3], lines[150], lines[180] = '3,"a,b', '150,a"a,b', '180,a,"'
    found = rows(tmp_path, "id,one,two\n" + "\n".join(lines) + "\n")
    assert [item for item in found if isinstance(item, tuple)] == [
        (5, 1, "stray_quote"),
        (152, 1, "stray_quote"),
        (182, 1, "stray_quote"),
    ]
    assert len([item for item in found if isinstance(item, list)]) == 197


def test_a_quoted_cell_may_span_lines_when_they_make_one_row(tmp_path: Path) -> None:
    data = 'id,one,two\n1,"Street 5\nFloor 2\n""Back""",x\n2,a,b\n'
    assert rows(tmp_path, data) == [1, ["1", 'Street 5\nFloor 2\n"Back"', "x"], ["2", "a", "b"]]


def test_quotes_that_would_swallow_sound_rows_do_not_join_lines(tmp_path: Path) -> None:
    data = 'id,one,two\n1,"a,b\n2,a,b\n3,a,b"\n4,a,b\n'
    found = rows(tmp_path, data)
    assert found == [1, (2, 1, "stray_quote"), ["2", "a", "b"], (4, 1, "stray_quote"), ["4", "a", "b"]]


def test_rows_of_another_width_are_rejected_but_empty_cells_at_the_end_are_not(tmp_path: Path) -> None:
    found = rows(tmp_path, "id,one\n1\n2,a,b\n3,a,,\n,\n\n4,a\n")
    assert found == [1, (2, 1, "wrong_columns"), (3, 1, "wrong_columns"), ["3", "a"], 1, 1, ["4", "a"]]


def test_bytes_that_are_no_text_cost_their_line(tmp_path: Path) -> None:
    found = rows(tmp_path, b"id,one\n1,\xff\n2,a\0\n3,a\rb\n4,a\n")
    assert found == [1, (2, 1, "not_utf8"), (3, 1, "nul"), (4, 1, "cr_only"), ["4", "a"]]


@pytest.mark.parametrize("header", ["name,one", "id,name", "id,one,one", 'id,"one', "id,\xff"])
def test_a_header_that_cannot_serve_refuses_the_file_with_all_its_lines(tmp_path: Path, header: str) -> None:
    found = rows(tmp_path, f"\n{header}\n1,a\n\n2,b\n".encode("latin-1"))
    assert [item if isinstance(item, int) else item[:2] for item in found] == [1, (2, 4)]


def test_columns_without_a_name_keep_their_cells(tmp_path: Path) -> None:
    assert rows(tmp_path, "id,one,,\n1,a,x,\n") == [1, ["1", "a", "x", None]]
