"""A completion that its learning system takes back does not count, in whichever order and files the two are read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from warehouse_workspace import NOW, contents, load_everything, make_workspace, query, write

from orchestration import sources
from orchestration.loading import inbox as inbox_module
from orchestration.sources.records import Reject
from orchestration.warehouse import ReplayReport, open_warehouse
from orchestration.workspace import Workspace

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
FATES = (
    "select sum(lines_read), sum(lines_loaded), sum(lines_duplicate), sum(lines_superseded), sum(lines_quarantined), "
    "sum(lines_blank) from raw.load"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)


def completion(statement_id: str | None, module: str = "safe-use", **changes: Any) -> str:
    statement = {
        "actor": {"mbox": "mailto:ann@corp.example"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": f"https://lms.example.com/courses/{module}"},
        "timestamp": "2026-02-01T10:00:00Z",
    }
    return json.dumps(statement | ({"id": statement_id} if statement_id else {}) | changes)


def voiding(statement_id: str, own_id: str = "v-1", **changes: Any) -> str:
    statement = {
        "id": own_id,
        "actor": {"mbox": "mailto:admin@corp.example"},
        "verb": {"id": VOIDED},
        "object": {"objectType": "StatementRef", "id": statement_id},
        "timestamp": "2026-03-01T10:00:00Z",
    }
    return json.dumps(statement | changes)


def drop(workspace: Workspace, name: str, *lines: str) -> Path:
    return write(workspace.inbox / "training" / name, lines)


def counted(workspace: Workspace) -> list[str]:
    return [row[0] for row in query(workspace, "select module from raw.valid_completion order by module")]


@pytest.mark.parametrize("order", list(permutations((0, 1, 2))))
def test_a_voided_completion_does_not_count_in_whichever_order_they_stand(
    workspace: Workspace, order: tuple[int, ...]
) -> None:
    lines = [completion("s-1"), completion("s-2", "prompting"), voiding("S-1")]
    drop(workspace, "a.jsonl", *(lines[place] for place in order))
    load_everything(workspace)
    assert counted(workspace) == ["prompting"]
    assert query(workspace, FATES) == [(3, 3, 0, 0, 0, 0)]


@pytest.mark.parametrize("first", ["completion", "voiding"])
@pytest.mark.parametrize("is_one_run", [True, False])
def test_it_does_not_count_across_files_and_runs_and_when_all_is_read_anew(
    workspace: Workspace, first: str, is_one_run: bool
) -> None:
    told, taken_back = [completion("s-1"), completion("s-2", "prompting")], [voiding("s-1")]
    files = [told, taken_back] if first == "completion" else [taken_back, told]
    for name, lines in zip(("a.jsonl", "b.jsonl"), files, strict=True):
        drop(workspace, name, *lines)
        if not is_one_run:
            load_everything(workspace)
    load_everything(workspace)
    before = contents(workspace)
    assert counted(workspace) == ["prompting"]
    load_everything(workspace, is_full=True)
    assert (counted(workspace), contents(workspace)) == (["prompting"], before)


def test_a_completion_that_comes_again_after_it_was_voided_stays_voided(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion("s-1"), voiding("s-1"))
    load_everything(workspace)
    drop(workspace, "b.jsonl", completion("s-1"), voiding("s-1", "v-2"), completion("s-2", "prompting"))
    load_everything(workspace)
    assert counted(workspace) == ["prompting"]
    assert query(workspace, FATES) == [(5, 3, 2, 0, 0, 0)]


def test_a_voiding_whose_file_has_gone_still_holds_when_all_is_read_anew(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion("s-1"))
    path = drop(workspace, "b.jsonl", voiding("s-1"))
    load_everything(workspace)
    path.unlink()
    load_everything(workspace, is_full=True)
    assert counted(workspace) == []


def test_a_voiding_of_a_voiding_has_no_effect(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", voiding("v-1", "v-2"), completion("s-1"), voiding("s-1", "v-1"), voiding("v-1", "v-3"))
    load_everything(workspace)
    assert counted(workspace) == []


def test_what_only_looks_like_a_voiding_is_blank_and_voids_nothing(workspace: Workspace) -> None:
    other_verb = voiding("s-1", verb={"id": "https://example.com/verbs/voided"})
    no_reference = voiding("s-1", object={"id": "s-1"})
    drop(workspace, "a.jsonl", completion("s-1"), other_verb, no_reference, voiding("s-10"))
    load_everything(workspace)
    assert counted(workspace) == ["safe-use"]
    assert query(workspace, FATES) == [(4, 2, 0, 0, 0, 2)]


def test_a_voiding_that_names_no_statement_is_quarantined(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion("s-1"), voiding("s-1", object={"objectType": "StatementRef"}))
    load_everything(workspace)
    assert counted(workspace) == ["safe-use"]
    assert query(workspace, "select reason_code from raw.quarantine") == [("missing_field",)]


def test_a_completion_that_another_statement_or_list_tells_too_still_counts_once(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion("s-1"), completion("s-2"), completion("s-3", "prompting"))
    drop(workspace, "b.csv", "email,module,completed_at", "ann@corp.example,prompting,2026-02-01T10:00:00Z")
    load_everything(workspace)
    assert counted(workspace) == ["prompting", "safe-use"]
    drop(workspace, "c.jsonl", voiding("s-1"), voiding("s-3", "v-2"))
    load_everything(workspace)
    assert counted(workspace) == ["prompting", "safe-use"]
    drop(workspace, "d.jsonl", voiding("s-2", "v-3"))
    load_everything(workspace)
    assert counted(workspace) == ["prompting"]


def test_a_completion_without_an_id_counts_whatever_is_voided(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion(None), voiding("s-1"))
    load_everything(workspace)
    assert counted(workspace) == ["safe-use"]


@pytest.mark.parametrize("broken", ["completion", "voiding"])
def test_what_a_replay_mends_is_voided_and_voids(
    workspace: Workspace, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, taken_back = completion("s-1"), voiding("s-1")
    lines = [told, taken_back[:-1] + "|"] if broken == "voiding" else [told[:-1] + "|", taken_back]
    drop(workspace, "a.jsonl", completion("s-2", "prompting"), *lines)
    load_everything(workspace)
    assert counted(workspace) == (["prompting", "safe-use"] if broken == "voiding" else ["prompting"])
    _mend(monkeypatch)
    with open_warehouse(workspace, now=NOW) as warehouse:
        assert warehouse.replay() == ReplayReport(mended=1, remaining=0)
        warehouse.verify_ledger()
    assert counted(workspace) == ["prompting"]
    assert query(workspace, FATES) == [(3, 3, 0, 0, 0, 0)]


def _mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The format now reads a record that ends with a bar in place of its brace."""
    known = sources.FORMATS["training"]

    def parse(path: Path, *, now: datetime | None = None):  # type: ignore[no-untyped-def]
        for item in known.parse(path, now=now):
            if isinstance(item, Reject):
                whole = path.parent / f"{path.name}-{item.line_no}.jsonl"
                whole.write_bytes(item.raw.rstrip().removesuffix(b"|") + b"}\n")
                [record] = known.parse(whole, now=now)
                whole.unlink()
                yield replace(record, line_no=item.line_no, lines=item.lines)
            else:
                yield item

    monkeypatch.setattr(inbox_module, "FORMATS", {**sources.FORMATS, "training": replace(known, parse=parse)})


def test_no_id_of_a_statement_and_nobody_who_voids_stands_in_the_warehouse(workspace: Workspace) -> None:
    drop(workspace, "a.jsonl", completion("statement-one"), voiding("statement-one", "statement-two"))
    load_everything(workspace)
    data = workspace.warehouse.read_bytes()
    assert [one for one in (b"statement-one", b"statement-two", b"admin@corp.example") if one in data] == []
