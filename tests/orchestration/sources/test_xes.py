from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from accounting import FIXTURES, Outcome, read

from orchestration.sources.byte_source import Caps
from orchestration.sources.records import EventRecord, Identity
from orchestration.sources.xes_pieces import Cutter

FORMAT = "xes"
FOLDER = FIXTURES / FORMAT
SOUND = '<log><trace><string key="concept:name" value="c"/>{}</trace></log>'
EVENT = (
    '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-03-02T10:00:00Z"/></event>'
)


def claims() -> list[EventRecord]:
    found = read(FORMAT, FOLDER / "valid" / "claims.xes")
    assert found.codes == []
    return found.records


def read_text(tmp_path: Path, text: str, encoding: str = "utf-8") -> Outcome:
    path = tmp_path / "log.xes"
    path.write_bytes(text.encode(encoding))
    return read(FORMAT, path)


def test_only_finished_steps_are_events_and_the_others_are_blank_lines() -> None:
    """Five events, one of them a start; the event in a comment is none."""
    found = read(FORMAT, FOLDER / "valid" / "claims.xes")
    assert [event.event_name for event in found.records] == ["assess", "pay", "pay", "assess"]
    assert (found.blanks, found.lines) == (1, 5)


def test_a_step_has_its_item_its_person_and_its_time_in_utc() -> None:
    """09:05 at +01:00 is 08:05 UTC; 00:30 at +01:00 is 23:30 of the day before."""
    assess, pay, _, other = claims()
    ann = (*(Identity(name, "Ann@example.com") for name in ("email", "upn", "person_id", "resource")),)
    assert (assess.item_id, assess.users, assess.occurred_at) == ("claim-1", ann, datetime(2026, 3, 2, 8, 5))
    assert pay.users == (Identity("person_id", "p2"), Identity("resource", "p2"))
    assert (other.occurred_at, other.item_id) == (datetime(2026, 3, 2, 23, 30), "claim-2")
    assert (other.users, other.actor_type, other.is_user_initiated) == ((), "unknown", False)


def test_the_start_of_a_step_says_how_long_it_took() -> None:
    """Five minutes are 300,000 ms; nothing started the others."""
    assert [event.attributes.get("duration_ms") for event in claims()] == [300_000.0, None, None, None]


def test_attributes_fill_columns_or_are_kept_under_names_that_rules_can_write() -> None:
    assess = claims()[0]
    assert (assess.decision, assess.decision_source, assess.confidence) == ("accepted", "human", 0.75)
    assert (assess.predicted_value, assess.final_value) == ("pay", "pay & close")
    assert (assess.cost, assess.currency) == (12.5, "EUR")
    assert assess.attributes == {
        "case_amount": 250,
        "org_role": "assessor",
        "urgent": True,
        "score_risk": 3,
        "score_risk_unit": "points",
        "codes_code": ["A", "B"],
        "duration_ms": 300_000.0,
    }


def test_words_that_are_no_decision_stay_attributes() -> None:
    other = claims()[3]
    assert (other.decision, other.confidence) == (None, None)
    assert (other.attributes["decision"], other.attributes["confidence"]) == ("looks fine", "high")


def test_two_events_alike_are_two_and_no_event_id_names_the_person() -> None:
    assess, first, second, other = claims()
    assert first.key != second.key
    assert (first.event_id, second.event_id) == (
        "claim-1/pay/2026-03-02T10:00:00/1",
        "claim-1/pay/2026-03-02T10:00:00/2",
    )
    assert (other.key, other.event_id) == (("xes", "e-77"), "e-77")
    assert "Ann" not in assess.event_id


def test_namespaces_old_encodings_and_events_without_a_trace_are_read() -> None:
    inside, loose = read(FORMAT, FOLDER / "valid" / "single_lines.xml").records
    assert (inside.item_id, inside.event_name) == ("c", "check")
    assert (loose.item_id, loose.event_name) == (None, "loose")


def test_a_declared_encoding_is_applied(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + SOUND.format(EVENT.format("prüfen"))
    assert [event.event_name for event in read_text(tmp_path, text, "latin-1").records] == ["prüfen"]


def test_a_broken_event_costs_only_itself_and_a_broken_trace_its_events() -> None:
    found = read(FORMAT, FOLDER / "invalid" / "every_reason.xes")
    assert found.codes == [
        "missing_field",
        "bad_time",
        "missing_field",
        "future_time",
        "not_xml",
        "not_xml",
        "not_xml",
        "missing_field",
        "missing_field",
        "wrong_type",
        "not_xml",
        "not_xml",
        "not_xml",
    ]
    assert [event.event_name for event in found.records] == ["sound", "sound too"]
    assert [reject.line_no for reject in found.rejects] == [*range(1, 11), 12, 14, 15]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE log [<!ENTITY % x SYSTEM "http://example.com/x"> %x;]>',
    ],
)
def test_a_declared_document_type_is_refused_and_no_entity_is_expanded(tmp_path: Path, declaration: str) -> None:
    found = read_text(tmp_path, declaration + SOUND.format(EVENT.format("&a;") + EVENT.format("plain")))
    assert found.codes == ["not_xml", "not_xml"]
    assert "document type" in found.rejects[0].reason
    assert [event.event_name for event in found.records] == ["plain"]


def test_a_log_that_ends_too_early_is_reported(tmp_path: Path) -> None:
    found = read_text(tmp_path, SOUND.format(EVENT.format("a")).removesuffix("</trace></log>"))
    assert (found.codes, len(found.records)) == (["not_xml"], 1)
    assert "ends before" in found.rejects[0].reason


def test_something_broken_between_traces_leaves_events_without_a_trace_unread(tmp_path: Path) -> None:
    whole = SOUND.format(EVENT.format("a"))
    found = read_text(tmp_path, whole.replace("<trace>", "<trade>"))
    assert found.records == []
    assert set(found.codes) == {"not_xml"}


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    deep = '<string key="a" value="b">' * 200 + "</string>" * 200
    found = read_text(tmp_path, SOUND.format(EVENT.format("a").replace("<date", deep + "<date")))
    assert found.codes == ["too_deep"]


@pytest.mark.parametrize("hostile", [b"<!--", b"<![CDATA[", b"<event ", b"</trace", b"<trace>", b"<event>"])
def test_text_that_never_closes_what_it_opens_takes_no_long_time(tmp_path: Path, hostile: bytes) -> None:
    path = tmp_path / "log.xes"
    path.write_bytes(hostile * (400_000 // len(hostile)))
    start = time.process_time()
    found = read(FORMAT, path)
    assert (found.records, time.process_time() - start < 10) == ([], True)


def test_an_element_over_the_limit_is_cut_and_the_next_one_read() -> None:
    """Of 3 MB with a limit of 1 MB only the beginning is held; the last event is a piece of its own."""
    data = b"<log><trace><event>" + b"x" * 3_000_000 + b"</event><event></event></trace></log>"
    chunks = (data[place : place + 1_000_000] for place in range(0, len(data), 1_000_000))
    found = [
        (piece.kind, len(piece.raw) <= 2_000_000) for piece in Cutter(b"", chunks, 0, Caps(line=1 << 20).line).pieces()
    ]
    assert ("too_long", True) in found
    assert found[-3:] == [("event", True), ("trace_end", True), ("log_end", True)]
    assert all(is_short for _, is_short in found)


def test_pieces_carry_their_place_in_the_file() -> None:
    data = (FOLDER / "valid" / "claims.xes").read_bytes()
    for size in (7, 100, 5000):
        chunks = (data[place : place + size] for place in range(0, len(data), size))
        found = list(Cutter(b"", chunks, 0, 1 << 20).pieces())
        assert [piece.kind for piece in found].count("event") == 5
        assert all(data[piece.offset : piece.offset + len(piece.raw)] == piece.raw for piece in found)


def test_twenty_thousand_events_are_read_within_seconds(tmp_path: Path) -> None:
    text = SOUND.format("".join(EVENT.format(f"step {number}") for number in range(20_000)))
    start = time.process_time()
    found = read_text(tmp_path, text)
    assert (len(found.records), found.codes) == (20_000, [])
    assert time.process_time() - start < 20
