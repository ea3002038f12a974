"""The bodies of OTLP/HTTP: from JSON or protobuf, packed or not, to one line of OTLP JSON, and the answers in kind."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

JSON, PROTOBUF = "application/json", "application/x-protobuf"
LISTS = {"logs": "resourceLogs", "traces": "resourceSpans", "metrics": "resourceMetrics"}
"""Signal of the address -> the list that its requests hold."""

_INVALID_ARGUMENT = 3
_IDS = ("traceId", "spanId", "parentSpanId")


class BodyError(Exception):
    """A body that cannot be taken. `status` is the HTTP code, the text says why without quoting the body."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it came, with the headers that say how to read it."""

    signal: str
    media: str
    encoding: str
    content: bytes


def media_type(header: str) -> str:
    """JSON or PROTOBUF, whatever parameters follow; BodyError 415 for anything else."""
    found = header.partition(";")[0].strip().lower()
    if found not in (JSON, PROTOBUF):
        raise BodyError(415, f"Content-Type must be {JSON} or {PROTOBUF}")
    return found


def line_of(body: Body, cap: int) -> bytes | None:
    """The request as one line of OTLP JSON of at most `cap` bytes; None when it holds no records.

    BodyError 400 when it is no export request of the signal, 413 when it is too large, 415 for an unknown packing.
    """
    content = _unpacked(body, cap)
    line = _from_json(body.signal, content) if body.media == JSON else _from_protobuf(body.signal, content)
    if line is not None and len(line) > cap:
        raise BodyError(413, f"the request is larger than {cap} bytes - export smaller batches")
    return line


def success(media: str) -> bytes:
    """An empty Export...ServiceResponse: everything was accepted."""
    return b"{}" if media == JSON else b""


def failure(media: str, why: str) -> bytes:
    """A google.rpc.Status with the reason."""
    if media == JSON:
        return orjson.dumps({"code": _INVALID_ARGUMENT, "message": why})
    text = why.encode()
    # Two fields of a message whose encoding is fixed: not worth the package that generates it.
    return bytes((0x08, _INVALID_ARGUMENT, 0x12)) + _varint(len(text)) + text


def _unpacked(body: Body, cap: int) -> bytes:
    if body.encoding in ("", "identity"):
        return body.content
    if body.encoding != "gzip":
        raise BodyError(415, "Content-Encoding must be gzip or identity")
    worker = zlib.decompressobj(31)
    try:
        content = worker.decompress(body.content, cap + 1)
    except zlib.error:
        raise BodyError(400, "the body is not valid gzip") from None
    if len(content) > cap:
        raise BodyError(413, f"the request is larger than {cap} bytes after decompression - export smaller batches")
    if not worker.eof or worker.unused_data:
        raise BodyError(400, "the body is not one whole gzip stream")
    return content


def _from_json(signal: str, content: bytes) -> bytes | None:
    """The body itself, on one line: its numbers and texts stay exactly as they were said."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BodyError(400, "the body is not valid JSON") from None
    if not isinstance(value, dict):
        raise BodyError(400, "the body is not an export request")
    groups = value.get(LISTS[signal])
    if groups is None and not value:
        return None
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        raise BodyError(400, f"{LISTS[signal]} must be a list of objects")
    # A line feed inside JSON is white space: texts write it as \n.
    return content.replace(b"\r", b" ").replace(b"\n", b" ").strip() if groups else None


def _from_protobuf(signal: str, content: bytes) -> bytes | None:
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError

    message = _message(signal)
    try:
        message.ParseFromString(content)
        value = MessageToDict(message, use_integers_for_enums=True)
    except (DecodeError, UnicodeDecodeError, ValueError, RecursionError):
        raise BodyError(400, "the body is not a valid protobuf export request") from None
    groups = value.get(LISTS[signal])
    if not groups:
        return None
    for record in _records(value):
        _write_ids_as_hex(record)
    return orjson.dumps({LISTS[signal]: groups})


def _message(signal: str) -> Any:
    """An empty request message. Imported when the first protobuf comes: it takes a moment and most send JSON."""
    if signal == "logs":
        from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

        return ExportLogsServiceRequest()
    if signal == "traces":
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        return ExportTraceServiceRequest()
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

    return ExportMetricsServiceRequest()


def _records(value: Any) -> Iterator[dict[str, Any]]:
    """Every object that carries ids, but for attribute values, whose keys are the sender's own."""
    if isinstance(value, dict):
        if any(name in value for name in _IDS):
            yield value
        for name, child in value.items():
            if name not in ("attributes", "body"):
                yield from _records(child)
    elif isinstance(value, list):
        for child in value:
            yield from _records(child)


def _write_ids_as_hex(record: dict[str, Any]) -> None:
    """OTLP JSON differs from protobuf's JSON here: ids are hex, not base64."""
    for name in _IDS:
        if name in record:
            record[name] = base64.b64decode(record[name]).hex()


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*parts, number))


def of_headers(signal: str, headers: Mapping[str, str], content: bytes) -> Body:
    """The body with what its headers say of it; BodyError 415 for another media type."""
    encoding = headers.get("content-encoding", "").strip().lower()
    return Body(signal, media_type(headers.get("content-type", "")), encoding, content)
