"""What `rules evaluate` says to event files it cannot use: file, line and the mend."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from orchestration.errors import ConfigError, UsageError
from orchestration.evaluate import attribute_types, evaluate

RULES = """
tool: triage
rules:
- {id: sure, kind: check, each: decide, must: confidence >= 0.5, severity: major, tolerate: none}
"""
HEADER = "eid,ts,event,user_id,confidence\n"


@pytest.mark.parametrize(
    ("events", "line", "what"),
    [
        ("eid,ts,event\n1,2026-01-05,decide\n", 1, "no column user_id"),
        (HEADER, 1, "no events"),
        (HEADER + "1,yesterday,decide,a,0.5\n", 2, "yesterday"),
        (
            HEADER + "1,2026-01-05 09:00:00,decide,a,0.5\n2,2026-01-05 09:00:00,decide,a,high\n",
            3,
            "'high', not a number",
        ),
        (HEADER + "1,2026-01-05 09:00:00,decide,a\n", 2, "another number of fields"),
        (HEADER + "1,2026-01-05 09:00:00,decide,a,0.5,x\n", 2, "another number of fields"),
    ],
)
def test_a_bad_event_file_is_told_by_line(events: str, line: int, what: str, tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    (tmp_path / "events.csv").write_text(events)
    with pytest.raises(ConfigError) as error:
        evaluate(tmp_path / "rules.yml", tmp_path / "events.csv", tmp_path / "out")
    (problem,) = error.value.problems
    assert (problem.file.name, problem.line) == ("events.csv", line)
    assert what in problem.what


def test_a_log_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    with pytest.raises(UsageError, match="not a file"):
        evaluate(tmp_path / "rules.yml", tmp_path / "nowhere.csv", tmp_path / "out")


def test_a_column_in_which_nothing_stands_has_the_type_that_a_rule_needs(tmp_path: Path) -> None:
    """A quiet month of a log leaves columns empty; the same rules must judge it."""
    expected = {
        "amount >= 10 and decision = 'ok'": "unknown",
        "10 <= -amount + 2": "unknown",
        "amount = 'large' or decision = 'ok'": "kept",
        "not amount": "unknown",
        "amount": "unknown",
        "amount in (1, 2)": "unknown",
        "amount between 1 and fee": "unknown",
        "amount < '2026-03-02'": "unknown",
        "amount = fee": "unknown",
        "coalesce(amount, 5) > 4": "kept",
        "amount is null": "kept",
    }
    rules = [
        {"id": f"r-{number}", "kind": "check", "each": "decide", "must": must} for number, must in enumerate(expected)
    ]
    (tmp_path / "rules.yml").write_text(json.dumps({"tool": "triage", "rules": rules}))
    (tmp_path / "events.csv").write_text("eid,ts,event,user_id,amount,fee,decision\n1,2026-01-05,decide,a,,,ok\n")
    judgement = evaluate(tmp_path / "rules.yml", tmp_path / "events.csv", tmp_path / "out").judgement
    found = {row.rule_id: row.outcome for row in judgement.obligations}
    assert {must: found[f"r-{number}"] for number, must in enumerate(expected)} == expected


def test_types_come_from_all_values_present() -> None:
    rows = [
        {
            "eid": "1",
            "number": "1e3",
            "flag": "true",
            "text": "NA",
            "mixed": "1",
            "flags": "True",
            "empty": "",
            "nan": "nan",
        },
        {
            "eid": "2",
            "number": "",
            "flag": "false",
            "text": "null",
            "mixed": "x",
            "flags": "FALSE",
            "empty": "",
            "nan": "1",
        },
    ]
    assert attribute_types(rows) == {
        "number": "double",
        "flag": "boolean",
        "text": "text",
        "mixed": "text",
        "flags": "boolean",
        "empty": "empty",
        "nan": "text",
    }


@pytest.mark.slow
def test_repeated_lines_and_gzip_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "rules.yml").write_text(RULES)
    line = "1,2026-01-05T09:00:00+01:00,decide,NA,0.4\n"
    (tmp_path / "events.csv.gz").write_bytes(gzip.compress(("\ufeff" + HEADER + line + line).encode()))
    evaluate(tmp_path / "rules.yml", tmp_path / "events.csv.gz", tmp_path / "out")
    assert (tmp_path / "out" / "obligations.csv").read_text().splitlines()[1:] == ["sure,NA,1,broken,1"]
