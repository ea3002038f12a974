from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.sources.byte_source import Caps
from orchestration.sources.documents import Item, Shape, read_documents
from orchestration.sources.records import Blank, Reject

SHAPE = Shape(lists=("rows",), marks=frozenset({"who"}))
ROWS = [
    {"who": "ann", "n": [{"x": 1}], "note": 'a "quote" and } and ['},
    {"who": "bø", "n": {"y": {"z": 2}}},
    {"who": "cy"},
]
HEAD = {"day": "2026-03-02", "more": {"deep": 1}}
ONE_LINE = [json.dumps(row, ensure_ascii=False) for row in ROWS]
PRETTY = [json.dumps(row, indent=2) for row in ROWS]

FORMS = {
    "lines": "\n".join(ONE_LINE) + "\n",
    "lines without a last line feed": "\n".join(ONE_LINE),
    "lines ended as on Windows": "\r\n".join(ONE_LINE) + "\r\n",
    "glued": "".join(ONE_LINE),
    "glued on lines": "".join(ONE_LINE) + "\n" + "",
    "pretty and glued": "".join(PRETTY),
    "pretty, one after the other": "\n".join(PRETTY),
    "array": json.dumps(ROWS),
    "pretty array": json.dumps(ROWS, indent=1),
    "array with a row per line": "[\n" + ",\n".join(ONE_LINE) + "\n]\n",
    "wrapper": json.dumps(HEAD | {"rows": ROWS}),
    "pretty wrapper, fields after the list": json.dumps({"rows": ROWS} | HEAD, indent=4),
    "wrapper under another name": json.dumps(HEAD | {"results": ROWS}),
    "array of wrappers": json.dumps([{"rows": ROWS[:1]}, {"rows": ROWS[1:]}]),
    "glued wrappers": json.dumps({"rows": ROWS[:2]}) + json.dumps({"rows": []}) + json.dumps({"rows": ROWS[2:]}),
    "wrapper per line": json.dumps({"rows": ROWS[:2]}) + "\n" + json.dumps({"rows": ROWS[2:]}) + "\n",
    "byte order mark": "\ufeff" + "\n".join(ONE_LINE),
}


def documents(tmp_path: Path, data: str | bytes, caps: Caps | None = None) -> list[Item | Reject | Blank]:
    path = tmp_path / "file.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_documents(path, SHAPE, caps or Caps()))


def values(found: list[Item | Reject | Blank]) -> list[object]:
    return [item.value for item in found if isinstance(item, Item)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records_with_number_offset_and_bytes(tmp_path: Path, form: str) -> None:
    data = FORMS[form].encode()
    found = documents(tmp_path, data)
    assert values(found) == ROWS
    assert [item.number for item in found] == [1, 2, 3]
    assert [item.lines for item in found] == [1, 1, 1]
    for item in found:
        assert data[item.offset : item.offset + len(item.raw)] == item.raw
        assert json.loads(item.raw) == item.value


@pytest.mark.parametrize("form", ["wrapper", "pretty wrapper, fields after the list", "wrapper under another name"])
def test_the_plain_fields_and_flat_objects_around_a_list_come_with_each_record(tmp_path: Path, form: str) -> None:
    assert [item.envelope for item in documents(tmp_path, FORMS[form])] == [HEAD] * 3


@pytest.mark.parametrize("form", FORMS)
def test_a_broken_object_costs_only_itself(tmp_path: Path, form: str) -> None:
    data = FORMS[form].replace('"bø"', '"bø').replace('"b\\u00f8"', '"b\\u00f8')
    found = documents(tmp_path, data)
    assert values(found) == [ROWS[0], ROWS[2]]
    assert [item.code for item in found if isinstance(item, Reject)] == ["not_json"]
    assert sum(item.lines for item in found) == 3


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_are_not_utf_8_cost_only_their_object(tmp_path: Path, form: str) -> None:
    data = FORMS[form].replace('"cy"', '"c#y"').encode().replace(b"#", b"\xff")
    found = documents(tmp_path, data)
    assert values(found) == ROWS[:2]
    rejects = [item for item in found if isinstance(item, Reject)]
    assert [reject.code for reject in rejects] == ["not_utf8"]
    assert b"c\xffy" in rejects[0].raw


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_was_cut_off_loses_only_its_last_object(tmp_path: Path, form: str) -> None:
    data = FORMS[form]
    found = documents(tmp_path, data[: data.index('"cy"') + 2])
    assert values(found) == ROWS[:2]
    assert len([item for item in found if isinstance(item, Reject)]) == 1


def test_a_broken_wrapper_still_says_what_its_head_says(tmp_path: Path) -> None:
    data = json.dumps(HEAD | {"rows": ROWS}).replace('"cy"', '"cy')
    found = documents(tmp_path, data)
    assert [item.envelope for item in found if isinstance(item, Item)] == [HEAD] * 2


def test_blank_lines_between_records_are_counted(tmp_path: Path) -> None:
    found = documents(tmp_path, "\n" + ONE_LINE[0] + "\n  \n" + ONE_LINE[1] + "\n\n")
    assert sum(item.lines for item in found) == 5
    assert [item.number for item in found if isinstance(item, Item)] == [2, 4]


def test_records_that_share_a_line_count_it_once(tmp_path: Path) -> None:
    found = documents(tmp_path, ONE_LINE[0] + "\n" + ONE_LINE[1] + " " + ONE_LINE[2] + "\n")
    assert [(item.number, item.lines) for item in found] == [(1, 1), (2, 1), (2, 0)]


def test_rows_of_a_list_that_are_no_objects_are_kept_as_what_they_are(tmp_path: Path) -> None:
    assert values(documents(tmp_path, json.dumps({"rows": [ROWS[0], 7, None, "x"]}))) == [ROWS[0], 7, None, "x"]


def test_a_record_that_is_too_long_costs_only_itself(tmp_path: Path) -> None:
    rows = [ROWS[0], {"who": "x" * 5_000_000}, ROWS[2]]
    found = documents(tmp_path, json.dumps({"rows": rows}), Caps(line=2_000_000))
    assert values(found) == [ROWS[0], ROWS[2]]
    assert [item.code for item in found if isinstance(item, Reject)] == ["too_long"]


def test_a_document_larger_than_the_window_is_read_to_its_end(tmp_path: Path) -> None:
    rows = [{"who": str(number), "pad": "y" * 500} for number in range(10_000)]
    found = documents(tmp_path, json.dumps(HEAD | {"rows": rows}), Caps(line=2_000_000))
    assert values(found) == rows
    assert found[-1].envelope == HEAD


def test_nesting_beyond_the_limit_is_refused_and_does_no_harm(tmp_path: Path) -> None:
    deep = '{"who":' + "[" * 200 + "]" * 200 + "}"
    deeper = '{"who":' + "[" * 100_000 + "]" * 100_000 + "}"
    found = documents(tmp_path, "\n".join((ONE_LINE[0], deep, deeper, ONE_LINE[2])))
    assert values(found) == [ROWS[0], ROWS[2]]
    assert [item.code for item in found if isinstance(item, Reject)] == ["too_deep", "too_deep"]


@pytest.mark.parametrize(
    "data", ["{" * 20_000, '{"a":' * 2_000_000, "[" * 20_000, '{"', "no json at all", "{}[]{}", "NaN", "\0\0\0"]
)
def test_nonsense_ends_in_rejects(tmp_path: Path, data: str) -> None:
    assert not [item for item in documents(tmp_path, data) if isinstance(item, Item) and SHAPE.is_record(item.value)]


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    assert documents(tmp_path, "") == []
