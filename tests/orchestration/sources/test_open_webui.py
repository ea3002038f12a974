from __future__ import annotations

import gzip
import random
import sqlite3
from contextlib import closing
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from accounting import FIXTURES, read

from orchestration.sources import FORMATS
from orchestration.sources.looking import look, recognise
from orchestration.sources.records import EventRecord, Identity

FORMAT = "open-webui"
FOLDER = FIXTURES / FORMAT
ANN = (Identity("email", "Ann@example.com"), Identity("open_webui_id", "w1"))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("open-webui") / "webui.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript((FOLDER / "webui.sql").read_text())
    return path


def exported(name: str) -> dict[str, EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / name)
    assert found.codes == []
    return {event.event_id: event for event in found.records}


def test_a_prompt_that_was_answered_twice_is_one_prompt() -> None:
    """q1 has two answers of 5 and 7 tokens, each to 10: 20 in and 12 out."""
    found = exported("chats.json")
    first = found["q1"]
    assert (first.attributes["answers"], first.attributes["models"], first.model) == (2, 2, "m-large")
    assert (first.input_tokens, first.output_tokens) == (20, 12)
    assert (first.attributes["rating"], first.attributes["files"], first.attributes["prompt_length"]) == (-1, 1, 14)
    assert (first.event_name, first.item_id, first.conversation_id) == ("prompt", "q1", "c1")
    assert (found["q2"].attributes["answers"], found["q2"].input_tokens) == (1, None)


def test_times_are_in_the_unit_that_their_size_tells() -> None:
    """1772442000 s are 09:00:00 on 2 March 2026; q2 has milliseconds, two minutes later; q3 has nanoseconds."""
    found = exported("chats.json")
    assert found["q1"].occurred_at == datetime(2026, 3, 2, 9)
    assert found["q2"].occurred_at == datetime(2026, 3, 2, 9, 2)
    assert found["q3"].occurred_at.replace(microsecond=0) == datetime(2026, 3, 3, 9)


def test_copies_of_chats_are_nobodys_prompts() -> None:
    """The clone repeats q1 of somebody else, and the shared copy too; only q3 was typed in the clone."""
    found = read(FORMAT, FOLDER / "valid" / "chats.json")
    assert [event.event_id for event in found.records] == ["q1", "q2", "q3"]
    assert [event.users[0].value for event in found.records] == ["w1", "w1", "w2"]
    assert (found.records[2].model, found.blanks) == ("m-small", 1)


def test_a_thumb_is_an_opinion_and_no_decision() -> None:
    first, second = exported("feedback.json").values()
    assert first.users == (Identity("email", "ann@example.com"), Identity("open_webui_id", "w1"))
    assert (first.event_name, first.item_id, first.conversation_id) == ("feedback", "a1", "c1")
    assert (first.decision, first.model) == (None, "m-large")
    assert first.attributes == {
        "kind": "rating",
        "rating": -1,
        "score": 2,
        "reason": "not_factually_correct",
        "comment_length": 10,
        "is_arena": False,
    }
    assert (second.attributes["rating"], second.attributes["is_arena"]) == (1, True)


def test_no_words_are_kept() -> None:
    for name in ("chats.json", "feedback.json"):
        told = repr(list(exported(name).values()))
        assert not any(word in told for word in ("How many", "Thirty", "Leave policy", "Wrong year", "'Ann'"))


def test_a_database_has_the_addresses_of_its_users(database: Path) -> None:
    """Prompts: q1 of c1 from the table of messages alone, q4 of the clone, q9 of a chat without rows; one rating.
    12 rows: these four, a broken rating, and seven without an event: two users, two answers, the copy, two chats."""
    found = read(FORMAT, database)
    assert [event.event_id for event in found.records] == ["q1", "q4", "q9", "f1"]
    assert [event.users for event in found.records] == [
        ANN,
        (Identity("open_webui_id", "w2"),),
        (Identity("open_webui_id", "w2"),),
        ANN,
    ]
    first = found.records[0]
    assert (first.attributes["answers"], first.input_tokens, first.output_tokens) == (2, 20, 12)
    assert (first.attributes["prompt_length"], first.model, first.attributes["files"]) == (14, "m-large", 1)
    assert (found.codes, found.lines, found.blanks) == (["not_json"], 12, 7)


def test_the_same_prompt_has_one_key_in_the_database_and_in_the_export(database: Path) -> None:
    assert read(FORMAT, database).records[0].key == exported("chats.json")["q1"].key


def test_the_database_is_recognised_and_every_column_of_it_is_told(database: Path) -> None:
    found = recognise(database)
    assert found is not None
    assert (found[0].name, found[1]) == (FORMAT, "database with a table of messages")
    table = [pattern for field in FORMATS[FORMAT].fields for pattern in field.source.split(", ") if pattern != "*"]
    for name, columns in look(database).tables.items():
        for column in columns if name != "config" else ():
            assert any(fnmatchcase(f"{name}.{column}", pattern) for pattern in table), f"{name}.{column}"


def test_a_database_is_only_read(database: Path) -> None:
    before = (database.read_bytes(), sorted(database.parent.iterdir()))
    read(FORMAT, database)
    assert (database.read_bytes(), sorted(database.parent.iterdir())) == before


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_database_never_crashes(database: Path, tmp_path: Path, seed: int) -> None:
    rng, data = random.Random(seed), bytearray(database.read_bytes())
    for _ in range(seed + 1):
        data[rng.randrange(16, len(data))] = rng.randrange(256)
    path = tmp_path / "webui.db"
    path.write_bytes(data[: rng.randrange(100, len(data))] if seed % 2 else data)
    read(FORMAT, path)


def test_a_cut_off_or_compressed_database_is_one_reject_that_says_what_to_do(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "webui.db"
    for data in (database.read_bytes()[:100], gzip.compress(database.read_bytes())):
        path.write_bytes(data)
        found = read(FORMAT, path)
        assert (found.records, found.codes) == ([], ["unknown_shape"])


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("create table chat_archive (id text)")
    assert read(FORMAT, path).codes == ["unknown_shape"]
    assert FORMATS[FORMAT].recognise(look(path)) is None


def test_each_broken_record_costs_only_itself() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.ndjson")
    assert found.codes == [
        "wrong_type",
        "missing_field",
        "future_time",
        "wrong_type",
        "not_json",
        "missing_field",
        "unknown_shape",
    ]
    assert [event.event_id for event in found.records] == ["q6"]
