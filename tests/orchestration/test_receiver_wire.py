"""Bodies of OTLP/HTTP become lines of OTLP JSON, or an answer that says why not."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from orchestration.receiver_wire import JSON, PROTOBUF, Body, BodyError, failure, line_of, media_type, success

CAP = 10_000
REQUEST = b'{"resourceLogs": [\n {"scopeLogs": []}\r\n]}'


def status_of(body: Body, cap: int = CAP) -> int:
    with pytest.raises(BodyError) as error:
        line_of(body, cap)
    return error.value.status


def body(content: bytes, *, signal: str = "logs", media: str = JSON, encoding: str = "") -> Body:
    return Body(signal, media, encoding, content)


def test_json_stays_as_it_was_said_on_one_line() -> None:
    assert line_of(body(REQUEST), CAP) == b'{"resourceLogs": [  {"scopeLogs": []}  ]}'


def test_gzip_is_unpacked() -> None:
    assert line_of(body(gzip.compress(REQUEST), encoding="gzip"), CAP) == line_of(body(REQUEST), CAP)


def test_a_request_without_records_is_no_line() -> None:
    for content in (b"{}", b'{"resourceLogs":[]}'):
        assert line_of(body(content), CAP) is None
    assert line_of(body(b"", media=PROTOBUF), CAP) is None


def test_protobuf_becomes_otlp_json_with_hex_ids_and_numbers_as_text() -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id = bytes(range(16)), bytes(range(8))
    span.start_time_unix_nano, span.kind = 1_779_094_800_000_000_000, 3
    span.links.add().trace_id = bytes(range(16))
    attribute = span.attributes.add()
    attribute.key, attribute.value.int_value = "tokens", 7
    line = line_of(body(request.SerializeToString(), signal="traces", media=PROTOBUF), CAP)
    assert line is not None
    (found,) = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (found["traceId"], found["spanId"]) == ("000102030405060708090a0b0c0d0e0f", "0001020304050607")
    assert found["links"] == [{"traceId": "000102030405060708090a0b0c0d0e0f"}]
    assert (found["startTimeUnixNano"], found["kind"]) == ("1779094800000000000", 3)
    assert found["attributes"] == [{"key": "tokens", "value": {"intValue": "7"}}]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"resourceSpans":[]}',
        b'{"resourceLogs":7}',
        b'{"resourceLogs":[7]}',
        b"\xff",
        b"[" * 9,
    ],
)
def test_json_that_is_no_request_is_the_senders_fault(content: bytes) -> None:
    assert status_of(body(content)) == 400


def test_protobuf_that_is_no_request_is_the_senders_fault() -> None:
    assert status_of(body(b"\xff\xff\xff", media=PROTOBUF)) == 400


def test_a_bomb_is_too_large_and_never_unpacked_further() -> None:
    assert status_of(body(gzip.compress(b"0" * 50_000_000), encoding="gzip")) == 413
    assert status_of(body(REQUEST), cap=len(REQUEST) - 1) == 413


@pytest.mark.parametrize(
    "content",
    [b"plain", gzip.compress(REQUEST)[:-4], gzip.compress(REQUEST) + b"more"],
    ids=["plain", "cut short", "followed by more"],  # the bytes hold the time of packing, which tells workers apart
)
def test_broken_gzip_is_the_senders_fault(content: bytes) -> None:
    assert status_of(body(content, encoding="gzip")) == 400


def test_other_packings_and_media_are_not_read() -> None:
    assert status_of(body(REQUEST, encoding="br")) == 415
    assert media_type("Application/JSON; charset=utf-8") == JSON
    for header in ("", "text/plain", "application/jsonp"):
        with pytest.raises(BodyError, match="Content-Type") as error:
            media_type(header)
        assert error.value.status == 415


def test_answers_come_in_the_form_of_the_question() -> None:
    assert (success(JSON), success(PROTOBUF)) == (b"{}", b"")
    assert json.loads(failure(JSON, "no")) == {"code": 3, "message": "no"}
    assert failure(PROTOBUF, "no") == b"\x08\x03\x12\x02no"
    assert failure(PROTOBUF, "x" * 300)[:5] == b"\x08\x03\x12\xac\x02"


@given(st.binary(max_size=200), st.sampled_from([JSON, PROTOBUF]), st.sampled_from(["logs", "traces", "metrics"]))
def test_no_bytes_do_more_than_be_taken_or_refused(content: bytes, media: str, signal: str) -> None:
    try:
        line = line_of(body(content, signal=signal, media=media), CAP)
    except BodyError as error:
        assert error.status in (400, 413)
    else:
        assert line is None or b"\n" not in line
