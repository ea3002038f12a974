"""The fast path and the parser say the same of every line: each row, each reject, each name."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestration.loading.bulk import pieces, reading
from orchestration.loading.bulk.decisions import Decisions
from orchestration.loading.datasets import DATASETS
from orchestration.sources.human_decision import HUMAN_DECISION
from tests.orchestration.both_paths import both
from tests.orchestration.warehouse_workspace import (
    DATA_TABLES,
    TOOL,
    load_everything,
    make_workspace,
    query,
    write,
)

FIXTURES = Path(__file__).parents[1] / "fixtures/sources/human-decision"
_EVENTS = DATASETS["events"]
_LEAST_PROVEN = 0.9


_PREDICTED: tuple[tuple[Any, ...], ...] = (("approve", "dény"), (7, 0.5, -3), (True, False), ("approve", ""))


def _event(number: int, rng: random.Random, seed: int = 0) -> dict[str, Any]:
    """One of the events of an ordinary file: some fields are there only for some kinds of events."""
    kind = ("recommendation_shown", "prediction.accepted", "prediction.edited")[number % 3]
    data: dict[str, Any] = {
        "user": f"person{rng.randrange(9)}@corp.example" if rng.random() < 0.7 else f"emp-{rng.randrange(9):05d}",
        "session_id": f"s{number // 9}",
        "confidence": rng.choice([0.25, 0.5, 1, 0.875]),
        "decision_source": rng.choice(["human", "Auto", "robot", ""]),
        "dwell_ms": rng.randrange(9_000),
        "input_tokens": rng.randrange(500),
        "user_initiated": rng.random() < 0.5,
        "predicted_value": rng.choice(_PREDICTED[seed % len(_PREDICTED)]),
        "amount": rng.choice([12.5, 3, 0.25]),
        "risk_band": rng.choice("ABC"),
        "seq": number,
    }
    if number % 3 == 2:
        data |= {"final_value": "deny", "note": "äöü"}
    return {
        "specversion": "1.0",
        "id": f"e{number}",
        "source": rng.choice(["/app", "/other"]),
        "type": f"corp.claims.{kind}",
        "subject": f"claim-{number // 3}",
        "time": f"2026-03-{1 + number % 28:02d}T09:00:0{number % 10}.{number % 1000:03d}Z",
        "data": data,
    }


_ODD: tuple[Any, ...] = (
    None, "", "x", "ACCEPTED", "human", 0, 1, -1, 5.0, 0.1, -0.0, 1e-7, 1e22, 2**63, 2**70, True, False, [], {},
    [1, "a"], {"a": 1}, {"namespace": "github_login", "value": "Octo"}, {"namespace": "", "value": 1}, "a\nb", 'a"b',
    "a\\b", "\x00", "ann@corp.example", "see emp-00003 there", "emp-00003", "é", "\u2028", "\ud800", "corp.",
    "2026-03-02T09:30:00", "2026-03-02", "2026-03-02T09:30:00+02:00", "2026-03-02T24:00:00Z", "2026-02-30T09:30:00Z",
    "2999-12-31T00:00:00Z", "2026-03-02T09:30:00.123456789Z", "2026-03-02 09:30:00Z", "2026-03-02T09:30:00z",
    "other.kind.Rejected", "a" * 300,
)  # fmt: skip
_INNER = (
    "user", "confidence", "decision", "decision_source", "dwell_ms", "seq", "actor_type", "input_tokens", "item_id",
    "user_initiated", "predicted_value", "amount", "new", "NEW", "Amount", "cost", "note",
)  # fmt: skip
_OUTER = ("id", "source", "type", "subject", "time", "data", "extension", "specversion")
_FIELDS = (*(("data", name) for name in _INNER), *((name,) for name in _OUTER))


def _with_odd_value(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    path, value = rng.choice(_FIELDS), rng.choice(_ODD)
    holder = event
    for step in path[:-1]:
        holder = holder[step]
    if rng.random() < 0.2:
        holder.pop(path[-1], None)
    else:
        holder[path[-1]] = value
    separators = rng.choice([(",", ":"), (", ", ": ")])
    return json.dumps(event, separators=separators, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def _with_odd_byte(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(line))
    byte = rng.choice([b"", b"\x00", b"\xff", b"\t", b"\r", b"@", b'"', b"{", b"}", b",", b"\\", b" ", b"0", b"\xc3"])
    return line[:place] + byte + line[place + rng.randrange(2) :]


def _cut(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    return line[: rng.randrange(len(line))]


def _twice(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    return line + rng.choice([b"", b" ", b","]) + line


def _with_a_key_twice(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    key = rng.choice([b'"id":"again"', b'"subject":"again"', b'"time":"2026-03-09T00:00:00Z"', b'"data":{}'])
    return rng.choice([b"{" + key + b"," + line[1:], line[:-1] + b"," + key + b"}"])


def _with_words_that_are_no_json(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    word = rng.choice([b"NaN", b"Infinity", b"-0", b"1e5", b"0.10", b"1.0E3", b"007", b"tru"])
    return line.replace(b'"confidence":', b'"confidence":' + word + rng.choice([b"", b',"x":']), 1)


def _rearranged(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    names = list(event)
    rng.shuffle(names)
    return json.dumps({name: event[name] for name in names}, separators=(",", ":"), ensure_ascii=False).encode()


def _something_else(event: dict[str, Any], line: bytes, rng: random.Random) -> bytes:
    return rng.choice(
        [b"", b"   ", b"\r", b"null", b"5", b"[]", b"[" + line + b"]", b"// note", line + b" // note", line + b"\r",
         b"\xef\xbb\xbf" + line, b" " + line, line + b" ", line[:-1] + b",}",
         b'{"data":' + b"[" * 200 + b"]" * 200 + b"}"]
    )  # fmt: skip


_MUTATIONS: tuple[Callable[[dict[str, Any], bytes, random.Random], bytes], ...] = (
    _with_odd_value, _with_odd_byte, _cut, _twice, _with_a_key_twice, _with_words_that_are_no_json, _rearranged,
    _something_else,
)  # fmt: skip


def _file(seed: int, *, share: float, lines: int = 120) -> bytes:
    """A file of events, a share of them mutated."""
    rng = random.Random(seed)
    style = rng.choice([(",", ":"), (", ", ": ")])
    end = rng.choice([b"\n", b"\n", b"\r\n"])
    made = []
    for number in range(lines):
        event = _event(number if rng.random() < 0.9 else rng.randrange(lines), rng, seed)
        line = json.dumps(event, separators=style, ensure_ascii=False).encode()
        made.append(rng.choice(_MUTATIONS)(event, line, rng) if rng.random() < share else line)
    return rng.choice([b"", b"\xef\xbb\xbf"]) + end.join(made) + rng.choice([b"", end])


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LEAST_BYTES", 0)


@example(seed=84, share=0.3)  # somebody is called "human"
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), share=st.sampled_from([0.05, 0.3, 0.6]))
def test_whatever_stands_in_a_file_both_paths_say_the_same(tmp_path: Path, seed: int, share: float) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_file(seed, share=share))
    if not reading.is_fit(path, HUMAN_DECISION, 1):
        return  # a document: the parser reads it
    try:
        slow, fast = both(path, HUMAN_DECISION)
    except pieces.UnfitError:
        return  # no two lines are alike: the parser reads it
    assert fast.everything == slow.everything


@pytest.mark.parametrize("seed", range(4))
def test_an_ordinary_file_is_proven_but_for_its_last_line(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_file(seed, share=0))
    slow, fast = both(path, HUMAN_DECISION)
    assert fast.everything == slow.everything
    assert fast.proven >= len(slow.rows) * _LEAST_PROVEN


@pytest.mark.parametrize("size", [1_000, 1_500, 4_096])
def test_pieces_may_end_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", size)
    monkeypatch.setattr("orchestration.sources.byte_source.CHUNK", 300)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(_file(5, share=0.05)))
    slow, fast = both(path, HUMAN_DECISION)
    assert fast.everything == slow.everything
    assert fast.proven


def test_a_line_longer_than_a_piece_leaves_the_file_to_the_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", 2_000)
    long_line = json.dumps(_event(1, random.Random(0)) | {"extension": "x" * 3_000}).encode()
    workspace = make_workspace(tmp_path)
    write(workspace.inbox / TOOL / "a.jsonl", [_file(1, share=0), long_line])
    report = load_everything(workspace)
    assert report.is_balanced
    assert (report.lines_read, report.quarantined) == (122, 0)


@pytest.mark.parametrize("missing", ["memory", "statement"])
def test_what_the_fast_path_cannot_do_here_the_parser_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    if missing == "memory":
        monkeypatch.delattr("os.memfd_create")
    else:
        monkeypatch.setattr(Decisions, "statement", lambda *_: "select broken")
    workspace = make_workspace(tmp_path)
    write(workspace.inbox / TOOL / "a.jsonl", [_file(1, share=0)])
    report = load_everything(workspace)
    assert report.is_balanced
    assert (report.lines_read, report.quarantined) == (121, 0)


@pytest.mark.parametrize("fixture", sorted(FIXTURES.rglob("*.jsonl")), ids=lambda path: path.name)
def test_the_fixtures_of_the_format(tmp_path: Path, fixture: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(_file(1, share=0) + b"\n" + fixture.read_bytes())
    slow, fast = both(path, HUMAN_DECISION)
    assert fast.everything == slow.everything


def test_both_paths_fill_every_table_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same key, of files that repeat and contradict each other, down to the last column."""
    stored = []
    monkeypatch.setattr(pieces, "PIECE_BYTES", 20_000)
    monkeypatch.setattr("orchestration.sources.byte_source.CHUNK", 3_000)
    for least in (0, 1 << 40):
        monkeypatch.setattr(reading, "LEAST_BYTES", least)
        workspace = make_workspace(tmp_path / str(least))
        workspace.vault.mkdir(exist_ok=True)
        (workspace.vault / "key").write_bytes(b"k" * 32)
        for seed in range(4):
            write(workspace.inbox / TOOL / f"{seed}.jsonl", [_file(seed, share=0.2)], at=datetime(2026, 5, 1 + seed))
        load_everything(workspace)
        stored.append({table: _content(workspace, table) for table in (*DATA_TABLES, "load")})
    assert stored[0] == stored[1]


def _content(workspace: Any, table: str) -> list[tuple[Any, ...]]:
    left_out = {"quarantine": "exclude (raw_sealed)", "load": "exclude (loaded_at)"}.get(table, "")
    return query(workspace, f"select * {left_out} from raw.{table} order by all")


def test_nobody_stands_in_clear_outside_the_inbox_and_the_vault(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    write(workspace.inbox / TOOL / "a.jsonl", [_file(3, share=0.2, lines=400)])
    load_everything(workspace)
    own = (workspace.inbox, workspace.vault)
    others = [path for path in tmp_path.rglob("*") if path.is_file() and not any(map(path.is_relative_to, own))]
    assert workspace.warehouse in others
    assert not any(re.search(rb"person\d@corp|emp-0000\d", path.read_bytes()) for path in others)
    texts = query(workspace, "select * from raw.usage_event")
    assert len(texts) > 300
    assert not re.search(r"@corp|emp-0000\d", repr(texts))
