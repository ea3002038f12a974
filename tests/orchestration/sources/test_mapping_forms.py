"""Files of every form by what a mapping file says of them: documents, telemetry, databases, encodings."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.orchestration.sources.accounting import NOW, sorted_out
from tests.orchestration.sources.declared import EVENTS, declared, line, outcome

PAGES = """
    version: 1
    source: ws
    read: {format: json, records: "$.results[*].items[*].item"}
    grain: {kind: aggregate, period: day}
    identity: {namespace: api_key, field: key}
    time: date
    fields: {accepted: n, team: $.team}
"""


@pytest.mark.parametrize("kind", ["json", "glued_json", "ndjson"])
def test_records_deep_in_a_document_with_what_wraps_them(tmp_path: Path, kind: str) -> None:
    def page(team: str, *keys: str) -> str:
        items = [{"item": {"key": key, "date": "2026-03-02", "n": "45"}} for key in keys]
        return json.dumps({"team": team, "results": [{"items": items[:1]}, {"items": items[1:]}]})

    joint = "\n" if kind == "ndjson" else ""
    text = PAGES.replace("format: json", f"format: {kind}")
    found = outcome(tmp_path, text, page("red", "k1", "k2", "k3") + joint + page("blue", "k4"), "pages.json")
    assert [one.users[0].value for one in found.records] == ["k1", "k2", "k3", "k4"]
    assert [one.attributes.get("team") for one in found.records] == ["red", "red", "red", "blue"]
    assert found.records[0].measures == {"accepted": 45}
    assert found.rejects == []


def test_a_broken_record_of_a_document_costs_only_itself(tmp_path: Path) -> None:
    text = EVENTS.replace("format: ndjson", 'format: json, records: "$.data[*]"')
    content = '{"page": 1, "data": [' + line(1) + ', {"id": "e2", "user": ,}, ' + line(3) + "]}"
    found = outcome(tmp_path, text, content, "page.json")
    assert [one.event_id for one in found.records] == ["e1", "e3"]
    assert found.codes == ["not_json"]


def test_lists_explode_and_json_in_cells_is_read(tmp_path: Path) -> None:
    text = """
        version: 1
        source: purview
        read: {format: csv, json_columns: [AuditData], explode: ["AuditData.Event.Messages"]}
        grain: {kind: event}
        identity: {namespace: upn, field: UserId}
        time: CreationDate
        fields: {event_name: {const: prompt}, event_id: AuditData.Event.Messages.Id, app: AuditData.Event.App}
        filters: [{drop_if: "AuditData.Event.Messages.isPrompt = false", reason: answer}]
    """
    audit = {"Event": {"App": "Word", "Messages": [{"Id": "1", "isPrompt": True}, {"Id": "2", "isPrompt": False}]}}
    cell = json.dumps(audit).replace('"', '""')
    content = (
        f'UserId,CreationDate,AuditData\nann@example.com,2026-03-02T09:00:00,"{cell}"\nb@x.io,2026-03-02T10:00,"{{"\n'
    )
    found = outcome(tmp_path, text, content)
    (event,) = found.records
    assert (event.event_id, event.lines) == ("1", 1)
    assert event.attributes == {"app": "Word"}
    assert (found.codes, found.lines) == (["not_json"], 3)


def test_a_list_of_named_values_is_looked_up_by_name(tmp_path: Path) -> None:
    text = EVENTS.replace("event_id: id", "feature: 'parameters[name=app].value', action: 'events[0].name'")
    more = {"parameters": [{"name": "x", "value": 1}, {"name": "app", "value": "docs"}], "events": [{"name": "go"}]}
    (event,) = outcome(tmp_path, text, line(1, **more), "log.jsonl").records
    assert (event.feature, event.attributes["action"]) == ("docs", "go")


def test_telemetry_is_flattened(tmp_path: Path) -> None:
    text = """
        version: 1
        source: otel
        read: {format: otlp_json}
        grain: {kind: event}
        identity: {namespace: email, field: 'attributes["user.email"]'}
        time: {field: timeUnixNano, unit: ns}
        fields: {event_name: body, model: attributes.gen_ai.request.model, service: resource.service.name}
    """

    def pair(key: str, value: str) -> dict[str, Any]:
        return {"key": key, "value": {"stringValue": value}}

    record = {
        "timeUnixNano": "1772442000000000000",
        "body": {"stringValue": "asked"},
        "attributes": [pair("user.email", "ann@example.com"), pair("gen_ai.request.model", "m1")],
    }
    request = {
        "resourceLogs": [
            {
                "resource": {"attributes": [pair("service.name", "desk")]},
                "scopeLogs": [{"logRecords": [record, record]}],
            }
        ]
    }
    found = outcome(tmp_path, text, json.dumps(request) + "\n" + json.dumps({"resourceLogs": []}), "otel.json")
    assert [(one.event_name, one.model, one.attributes["service"]) for one in found.records] == [
        ("asked", "m1", "desk")
    ] * 2
    assert (found.lines, found.blanks) == (2, 1)


DATABASE = EVENTS.replace("format: ndjson", 'format: sqlite, table: odd "name')


def database(path: Path) -> Path:
    with sqlite3.connect(path) as made:
        made.execute('create table "odd ""name" (id integer, user text, at text, "drop table" blob)')
        made.executemany(
            'insert into "odd ""name" values (?, ?, ?, ?)',
            [(1, "ann@example.com", "2026-03-02T09:00:00Z", b"x"), (2, None, "2026-03-02T09:00:00Z", None)],
        )
        made.execute("create table other (a)")
    made.close()
    return path


def test_a_table_of_a_database(tmp_path: Path) -> None:
    path = database(tmp_path / "desk.db")
    found = sorted_out(declared(tmp_path, DATABASE).parse(path, now=NOW))
    (event,) = found.records
    assert (event.event_id, event.attributes) == ("1", {"drop table": "x"})
    assert (found.codes, found.lines) == (["missing_field"], 2)
    assert not path.with_name("desk.db-journal").exists()


def test_a_row_whose_database_has_gone_is_read_from_its_bytes(tmp_path: Path) -> None:
    known = declared(tmp_path, DATABASE)
    (reject,) = sorted_out(known.parse(database(tmp_path / "desk.db"), now=NOW)).rejects
    sealed = tmp_path / "sealed.db"
    sealed.write_bytes(reject.raw)
    mended = declared(tmp_path, DATABASE.replace("field: user}", "field: user, required: false}"))
    (event,) = sorted_out(mended.parse(sealed, now=NOW)).records
    assert event.event_id == "2"


@pytest.mark.parametrize("table", ["sqlite_master", 'other"; drop table other; --', "none"])
def test_a_table_that_is_not_there_is_no_sql(tmp_path: Path, table: str) -> None:
    path = database(tmp_path / "desk.db")
    before = path.read_bytes()
    text = EVENTS.replace("format: ndjson", f"format: sqlite, table: '{table}'")
    found = sorted_out(declared(tmp_path, text).parse(path, now=NOW))
    assert found.codes == ["unknown_shape"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"\1" * 4000, b"PAR1 nonsense", b"", b"a,b\n1,2\n"])
@pytest.mark.parametrize("kind", ["sqlite, table: t", "parquet"])
def test_a_damaged_database_is_refused(tmp_path: Path, kind: str, content: bytes) -> None:
    found = outcome(tmp_path, EVENTS.replace("format: ndjson", f"format: {kind}"), content, "x.db")
    assert found.records == []
    assert found.codes == (["unknown_shape"] if content else [])


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"id": ["e1", "e2"], "user": ["ann@example.com", None], "at": [datetime(2026, 3, 2, 9), datetime(2026, 3, 2)]}
    )
    pq.write_table(table, tmp_path / "log.parquet")
    known = declared(tmp_path, EVENTS.replace("format: ndjson", "format: parquet"))
    found = sorted_out(known.parse(tmp_path / "log.parquet", now=NOW))
    assert [(one.event_id, one.occurred_at) for one in found.records] == [("e1", datetime(2026, 3, 2, 9))]
    assert found.codes == ["missing_field"]


def test_a_table_without_a_header_in_which_quotes_mean_nothing(tmp_path: Path) -> None:
    text = """
        version: 1
        source: snow
        read: {format: csv, columns: [app, at, user, context], quotes: false, json_columns: [context]}
        grain: {kind: event}
        identity: {namespace: email, field: user}
        time: {field: at, format: '%Y-%m-%d %H:%M:%S'}
        fields: {event_name: {const: view}, page: context.page}
    """
    row = 'web\t2026-03-02 09:00:00\tann@example.com\t{"page": "a \\"b\\""}'
    found = outcome(tmp_path, text, f"{row}\n\nweb\tsoon\tx@y.z\t\n", "snow.tsv")
    assert [one.attributes["page"] for one in found.records] == ['a "b"']
    (reject,) = found.rejects
    assert (reject.code, reject.raw, reject.line_no, found.lines) == ("bad_time", b"web\tsoon\tx@y.z\t", 3, 3)


def test_other_encodings_keep_the_bytes_of_what_is_refused(tmp_path: Path) -> None:
    text = EVENTS.replace("format: ndjson", "format: csv, encoding: cp1252").replace("event_id: id", "desk: Büro")
    content = "id;user;at;Büro\n1;ann@example.com;2026-03-02T09:00:00Z;Köln\n2;ann@example.com;später;Köln\n"
    found = outcome(tmp_path, text, content.encode("cp1252"))
    assert [one.attributes["desk"] for one in found.records] == ["Köln"]
    assert found.rejects[0].raw.decode("cp1252") == "2;ann@example.com;später;Köln"


def test_gzip_marks_and_empty_files(tmp_path: Path) -> None:
    plain = "\n".join([line(1), "", line(2)])
    found = outcome(tmp_path, EVENTS, gzip.compress(b"\xef\xbb\xbf" + plain.encode()), "log.jsonl.gz")
    assert (len(found.records), found.blanks, found.lines) == (2, 1, 3)
    assert outcome(tmp_path, EVENTS, b"", "log.jsonl").lines == 0


def test_python_literals_in_place_of_json(tmp_path: Path) -> None:
    text = EVENTS.replace("format: ndjson", "format: ndjson, json_columns: [info]").replace(
        "event_id: id", "app: info.app"
    )
    deep = "[" * 200 + "]" * 200
    rows = [line(1, info="{'app': 'x', 'y': None}"), line(2, info=deep), line(3, info="__import__('os')")]
    found = outcome(tmp_path, text, "\n".join(rows), "log.jsonl")
    assert [one.attributes["app"] for one in found.records] == ["x"]
    assert found.codes == ["not_json", "not_json"]
