"""The real OpenTelemetry SDK exports to the receiver; everything it sent is loaded, once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, MeterProvider
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from receiving import AGENT, TOKEN, make_workspace, receiver
from warehouse_workspace import query, registry

from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

RESOURCE = Resource({"service.name": "claude-code"})
WHO = {"user.email": "ann@example.com", "session.id": "s-1"}
HEADERS = {"authorization": f"Bearer {TOKEN}"}
NS = 1_779_094_800_000_000_000  # 2026-05-18 09:00 UTC
PROMPTS = 1_200


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace after logs, spans and metrics were exported into it and loaded, twice."""
    workspace = make_workspace(tmp_path_factory.mktemp("sdk"))
    with receiver(workspace, token=TOKEN) as running:
        _logs(running.url)
        _spans(running.url)
        _metrics(running.url)
        assert running.stop()[0] == 0
    for _ in range(2):
        _load(workspace)
    return workspace


def _logs(url: str) -> None:
    exporter = OTLPLogExporter(f"{url}/v1/logs", headers=HEADERS, compression=Compression.Gzip)
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter, max_export_batch_size=100))
    logger = provider.get_logger("com.anthropic.claude_code.events")
    for number in range(PROMPTS):
        said = {"event.name": "user_prompt", "event.sequence": number, "prompt_length": 3, "prompt": "why"}
        logger.emit(LogRecord(timestamp=NS + number * 10**9, body="claude_code.user_prompt", attributes=WHO | said))
    decided = {"event.name": "tool_decision", "event.sequence": PROMPTS, "decision": "reject", "source": "user_reject"}
    logger.emit(LogRecord(timestamp=NS + PROMPTS * 10**9, body="claude_code.tool_decision", attributes=WHO | decided))
    provider.shutdown()


def _spans(url: str) -> None:
    provider = TracerProvider(resource=Resource({"service.name": "help-desk"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", headers=HEADERS)))
    tracer = provider.get_tracer("help-desk")
    with tracer.start_as_current_span("invoke_agent desk") as outer:
        outer.set_attributes({"gen_ai.operation.name": "invoke_agent", "enduser.id": "p1"})
        for _ in range(3):
            with tracer.start_as_current_span("chat m") as inner:
                inner.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5})
                inner.add_event("gen_ai.evaluation.result", {"gen_ai.evaluation.score.value": 0.5})
    provider.shutdown()


def _metrics(url: str) -> None:
    exporter = OTLPMetricExporter(
        f"{url}/v1/metrics", headers=HEADERS, preferred_temporality={Counter: AggregationTemporality.DELTA}
    )
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
    provider = MeterProvider([reader], resource=RESOURCE)
    lines = provider.get_meter("com.anthropic.claude_code").create_counter("claude_code.lines_of_code.count")
    for added in (30, 12):
        lines.add(added, WHO | {"type": "added"})
        reader.force_flush()
    provider.shutdown()


def _load(workspace: Workspace) -> None:
    rows: dict[str, list[dict[str, Any]]] = registry()
    tool, source = rows["tool"][0], rows["tool_source"][0]
    tool |= {"tool_id": AGENT, "title": AGENT}
    source |= {"tool_id": AGENT, "source_id": f"{AGENT}/otlp", "format": "otlp", "path": f"inbox/{AGENT}"}
    with open_warehouse(workspace, now=datetime(2099, 1, 1)) as warehouse:  # the SDK takes its times from the clock
        warehouse.replace_registry({"tool": [tool], "tool_source": [source]})
        assert warehouse.load_tool(AGENT).is_balanced
        warehouse.verify_ledger()


def test_every_log_record_is_an_event_once(loaded: Workspace) -> None:
    names = "select event_name, count(*), count(distinct seq) from raw.usage_event where source_id is not null "
    assert query(loaded, names + "and session_id = 's-1' group by 1 order by 1") == [
        ("tool_decision", 1, 1),
        ("user_prompt", PROMPTS, PROMPTS),
    ]
    decided = "select decision, decision_source, occurred_at from raw.usage_event where event_name = 'tool_decision'"
    assert query(loaded, decided) == [("rejected", "human", datetime(2026, 5, 18, 9, 20))]


def test_every_span_and_every_evaluation_on_it_is_an_event(loaded: Workspace) -> None:
    """One agent, three calls of 5 tokens, three evaluations; all of one trace."""
    names = "select event_name, count(*), sum(input_tokens)::int from raw.usage_event where session_id is null "
    assert query(loaded, names + "group by 1 order by 1") == [
        ("chat", 3, 15),
        ("gen_ai.evaluation.result", 3, None),
        ("invoke_agent", 1, None),
    ]
    assert query(loaded, "select count(distinct item_id) from raw.usage_event where session_id is null") == [(1,)]


def test_every_count_adds_up(loaded: Workspace) -> None:
    assert query(loaded, "select count(*), sum(lines_added)::int from raw.usage_aggregate") == [(2, 42)]


def test_nothing_was_rejected_and_no_prompt_was_kept(loaded: Workspace) -> None:
    assert query(loaded, "select count(*) from raw.quarantine") == [(0,)]
    assert query(loaded, "select count(*) from raw.usage_event where attributes like '%why%'") == [(0,)]


def test_the_receiver_lands_below_the_inbox_alone(loaded: Workspace) -> None:
    files = [path for path in loaded.inbox.rglob("*") if path.is_file()]
    assert {path.parent for path in files} == {Path(loaded.inbox / AGENT)}
