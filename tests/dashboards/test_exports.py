"""Files for a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest

from dashboards import exports

HOSTILE = (
    "=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1", '=HYPERLINK("http://x")',
)  # fmt: skip


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_text_is_a_formula_in_either_kind_of_file(cell):
    text = exports.as_csv(("a",), [(cell,)]).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text.split("\r\n", 1)[1])))[0].startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(("a",), [(cell,)]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].hyperlink is None


def test_numbers_stay_numbers_and_unknown_stays_empty():
    rows = [("p-1", -3, 0.5, None, True, date(2026, 11, 2))]
    columns = ("key", "n", "share", "unknown", "is", "day")
    assert exports.as_csv(columns, rows).decode("utf-8-sig").splitlines()[1] == "p-1,-3,0.5,,True,2026-11-02"
    sheet = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(columns, rows))).active
    assert [cell.value for cell in sheet[2]] == ["p-1", -3, 0.5, None, True, "2026-11-02"]


def test_an_address_is_text_and_not_a_link():
    sheet = openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(("a",), [("https://x.example",)]))).active
    assert sheet["A2"].hyperlink is None


def test_no_rows_make_a_file_with_a_header():
    assert exports.as_csv(("a", "b"), []).decode("utf-8-sig") == "a,b\r\n"
    assert openpyxl.load_workbook(io.BytesIO(exports.as_xlsx(("a", "b"), []))).active["B1"].value == "b"
