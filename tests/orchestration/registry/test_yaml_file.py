"""Reading YAML: plain values, the place of each, and a refusal with a place for everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import ConfigError
from orchestration.registry.yaml_file import MAX_BYTES, YamlFile

HERE = Path("x.yml")


def parsed(text: str) -> YamlFile:
    return YamlFile.parse(HERE, text)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parsed(text)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("NA", "NA"),
        ('"null"', "null"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("12:30:45", "12:30:45"),
        ("007", 7),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("45%", "45%"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("9" * 40, "9" * 40),
    ],
)
def test_scalars_are_those_of_yaml_1_2_and_dates_stay_text(written: str, value: object) -> None:
    assert parsed(f"a: {written}").data == {"a": value}


def test_keys_stay_the_text_that_was_written() -> None:
    assert parsed("on: 1\nNO: 2\n2026: 3\nnull: 4").data == {"on": 1, "NO": 2, "2026": 3, "null": 4}


def test_an_empty_file_is_none_and_stands_at_the_first_line() -> None:
    for text in ("", "# nothing\n", "---\n"):
        assert parsed(text).data is None
        assert parsed(text).position(("tools", 0, "id"))[1] >= 1


def test_every_value_knows_its_line_and_column() -> None:
    file = parsed("# comment\ntools:\n- id: a\n  owner: {name: Ada, email: b}\n- id: c\n")
    assert file.position(("tools",)) == (3, 1)
    assert file.position(("tools", 0, "id")) == (3, 7)
    assert file.position(("tools", 0, "owner", "email")) == (4, 29)
    assert file.key_position(("tools", 0, "owner", "email")) == (4, 22)
    assert file.position(("tools", 1)) == (5, 3)


def test_a_value_that_is_missing_stands_at_its_nearest_parent() -> None:
    file = parsed("tools:\n- id: a\n  owner: {name: Ada}\n")
    assert file.position(("tools", 0, "owner", "email")) == file.position(("tools", 0, "owner")) == (3, 10)
    assert file.position(("tools", 7)) == file.position(("tools",))
    assert file.position(("nothing",)) == file.position(())


def test_parts_that_are_not_in_the_file_are_stepped_over() -> None:
    """pydantic puts the names of union members and normalised keys into its locations."""
    file = parsed("eligible: [a, b]\n")
    assert file.position(("eligible", "list", 1)) == (1, 15)


def test_an_empty_value_stands_at_its_key() -> None:
    assert parsed("a: 1\nb:\n\n\nc: 2\n").position(("b",)) == (2, 1)


def test_a_key_named_like_a_number_is_not_a_list_index() -> None:
    assert parsed("1: a\n").position(("1",)) == (1, 4)


@pytest.mark.parametrize(
    ("text", "needle", "place"),
    [
        ("a: one two\n", "two", (1, 8)),
        ('a: "one two"\n', "two", (1, 9)),
        ("a: 'one two'\n", "two", (1, 9)),
        ("a: |\n  one\n  two\n", "two", (3, 3)),
        ("a: >-\n  one\n\n  two\n", "two", (4, 3)),
        ("a: | # a note\n  one\n  two\n", "one", (2, 3)),
        ("a: one\n  two\n", "two", (2, 3)),
        ("a: |2\n   one\n  two\n", "two", (3, 3)),
        ("a:\n- b: x\n  c: one   two\n", "two", (3, 12)),
    ],
)
def test_a_place_within_a_text_is_found_in_every_style(text: str, needle: str, place: tuple[int, int]) -> None:
    file = parsed(text)
    loc = ("a",) if isinstance(file.data["a"], str) else ("a", 0, "c")
    value = file.data["a"] if isinstance(file.data["a"], str) else file.data["a"][0]["c"]
    assert file.position_in(loc, value.index(needle)) == place


def test_a_place_beyond_the_text_is_its_last_character() -> None:
    assert parsed("a: one\n").position_in(("a",), 99) == (1, 6)
    assert parsed("a:\n").position_in(("a",), 3) == (1, 1)
    assert parsed("a: 5\n").position_in(("a",), 3) == (1, 4)


def test_a_problem_names_file_line_column_what_and_mend() -> None:
    file = parsed("a:\n  b: c d\n")
    assert str(file.problem(("a", "b"), "what", "mend")) == "x.yml:2:6: what - mend"
    assert str(file.problem(("a", "b"), "what", "mend", offset=2)) == "x.yml:2:8: what - mend"
    assert str(file.problem(("a", "b"), "what", "mend", is_warning=True)) == "x.yml:2:6: warning: what - mend"
    assert str(file.key_problem(("a", "b"), "what", "mend")) == "x.yml:2:3: what - mend"


def test_deep_nesting_is_refused_at_the_place_where_it_gets_too_deep() -> None:
    assert refusal("[" * 100_000).startswith("x.yml:1:51: the nesting is deeper than 50")
    assert parsed("[" * 50 + "]" * 50).data is not None


def test_anchors_cannot_multiply_a_small_file() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert refusal(bomb).startswith("x.yml:1:4: anchors (&) and aliases (*) are not supported")


def test_a_file_above_the_limit_is_refused_without_reading_it(tmp_path: Path) -> None:
    big = tmp_path / "big.yml"
    big.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="larger than 5 MB"):
        YamlFile.read(big)
    with pytest.raises(ConfigError, match="larger than 5 MB"):
        parsed("#" * (MAX_BYTES + 1))


def test_a_file_that_cannot_be_read_is_a_problem_and_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml:0:0: the file does not exist - create it"):
        YamlFile.read(tmp_path / "none.yml")
    with pytest.raises(ConfigError, match="cannot be read"):
        YamlFile.read(tmp_path)


def test_utf_16_is_refused_with_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "u.yml"
    path.write_bytes("tools: []".encode("utf-16"))
    with pytest.raises(ConfigError, match="is not UTF-8 text - save the file as UTF-8"):
        YamlFile.read(path)


def test_columns_count_characters_and_not_bytes() -> None:
    assert parsed("{ä: 'öü', b: c}").position(("b",)) == (1, 14)


@given(st.text(max_size=80))
def test_no_text_whatever_is_answered_with_a_traceback(text: str) -> None:
    try:
        parsed(text)
    except ConfigError as error:
        assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)


_PIECES = [
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "|",
    ">",
    "#",
    "&x",
    "*x",
    "!t",
    "%",
    "?",
    "\t",
    "---",
    "1",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
def test_no_mixture_of_yaml_signs_is_answered_with_a_traceback(text: str) -> None:
    try:
        file = parsed(text)
    except ConfigError:
        return
    for loc in file.spots:
        line, column = file.position_in(loc, 1)
        assert 1 <= line <= text.count("\n") + 1
        assert column >= 1
