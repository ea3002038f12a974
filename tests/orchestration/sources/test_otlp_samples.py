"""`otlp` on recorded and documented payloads. Every figure was counted by hand from the files."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from accounting import read


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


def test_the_recorded_logs_of_claude_code(samples: Path) -> None:
    """Four log records of one session, sequence 93 to 96: two connections, one request (3 and 5 tokens, 0.0995565
    USD, query_source sdk), one hook. Nothing in it is an act of the person."""
    found = read("otlp", samples / "claude_code_otel" / "logs_yuriioks_v2.1.158.json")
    assert (found.codes, len(found.records)) == ([], 4)
    assert [event.seq for event in found.records] == [93, 94, 95, 96]
    assert Counter(event.event_name for event in found.records) == {
        "mcp_server_connection": 2,
        "api_request": 1,
        "hook_execution_start": 1,
    }
    request = found.records[1]
    assert (request.input_tokens, request.output_tokens, request.cost) == (3, 5, 0.0995565)
    assert request.occurred_at == datetime(2026, 5, 31, 18, 26, 3, 781_000)
    assert not any(event.is_user_initiated for event in found.records)
    assert {event.users[0].namespace for event in found.records} == {"email"}


def test_the_recorded_metrics_of_claude_code(samples: Path) -> None:
    """Five delta points of 31 May 2026: 0.10187775 USD; 3 input, 13 output, 0 read and 27,113 written to the cache."""
    found = read("otlp", samples / "claude_code_otel" / "metrics_yuriioks_v2.1.158.json")
    assert (found.codes, len(found.records)) == ([], 5)
    measures = {name: value for count in found.records for name, value in count.measures.items()}
    assert measures == {"cost": 0.10187775, "input_tokens": 3, "output_tokens": 13}
    further = {name: count.attributes[name] for count in found.records for name in count.attributes if "cache" in name}
    assert further == {"cache_read_tokens": 0, "cache_creation_tokens": 27113}
    assert {count.period_start for count in found.records} == {date(2026, 5, 31)}


def test_the_examples_of_the_protocol(samples: Path) -> None:
    """One event, one log record, one span, and four metrics of one point each; all of 13 December 2018."""
    names = ("events", "logs", "trace", "metrics")
    found = {name: read("otlp", samples / "otlp" / f"proto_example_{name}.json") for name in names}
    assert {name: len(each.records) for name, each in found.items()} == {
        "events": 1,
        "logs": 1,
        "trace": 1,
        "metrics": 4,
    }
    assert not any(each.codes for each in found.values())
    (page,), (span,) = found["events"].records, found["trace"].records
    assert (page.event_name, page.occurred_at) == ("browser.page_view", datetime(2018, 12, 13, 14, 51, 0, 300_000))
    assert (span.event_name, span.attributes["duration_ms"]) == ("I'm a server span", 1000.0)
    assert [count.grain for count in found["metrics"].records] == ["day", "snapshot", "day", "day"]


def test_the_recorded_spans_of_an_sdk_keep_no_content(samples: Path) -> None:
    """An array of SDK objects; the first asks for a haiku: 14 tokens in, 20 out, model gpt-4o-mini-2024-07-18."""
    found = read("otlp", samples / "otel_genai" / "vercel_v6_all-spans.json")
    assert found.codes == []
    first = found.records[0]
    assert (first.input_tokens, first.output_tokens, first.model) == (14, 20, "gpt-4o-mini-2024-07-18")
    assert "haiku" not in repr([event.attributes for event in found.records])


def test_attributes_without_a_span_are_no_telemetry(samples: Path) -> None:
    for path in sorted((samples / "otel_genai").glob("o*.json")):
        found = read("otlp", path)
        assert found.records == []
        assert set(found.codes) == {"unknown_shape"}
