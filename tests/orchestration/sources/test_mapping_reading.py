"""Files read by what a mapping file says of them: every form, every feature, every line accounted for."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.sources.mapping.plan import Dropped
from orchestration.sources.records import AggregateRecord, EventRecord, Identity
from tests.orchestration.sources.accounting import NOW, physical_lines, sorted_out
from tests.orchestration.sources.declared import EVENTS, declared, line, outcome

KIRO = r"""
    version: 1
    source: kiro
    match: {columns_all: [Date, UserId, Total_Messages]}
    read: {format: csv, csv_null: [None]}
    grain: {kind: aggregate, period: day, coverage: active_only, is_final_after: P2D, restate_window: P4D}
    identity:
      namespace: email
      field: User_Email
      lower: true
      fallback: [{namespace: idc_user_id, field: UserId, strip_prefix: '^d-[0-9a-f]{10}\.'}]
    time: {field: Date, format: "%Y-%m-%d", alt_formats: ["%m-%d-%Y"]}
    fields:
      messages: Total_Messages
      cost_amount: {field: Credits_Used, as: credits}
    unpivot: {columns: "^(.+)_messages$", exclude: [Total_Messages], to: {feature: $1, messages: value}}
    constants: {tool: kiro}
"""
KIRO_FILE = """\
Date,UserId,User_Email,Client_Type,Total_Messages,Credits_Used,claude-4_messages,auto_messages
2026-03-02,d-0123456789.u1,Ann@Example.com,CLI,7,1.5,5,2
03-03-2026,d-0123456789.u2,None,IDE,3,,3,
"""


def test_days_people_units_and_parts_of_a_wide_report(tmp_path: Path) -> None:
    found = outcome(tmp_path, KIRO, KIRO_FILE)
    assert (found.lines, found.blanks, found.rejects) == (3, 1, [])
    first, second = found.records
    assert first.users == (Identity("email", "ann@example.com"),)
    assert second.users == (Identity("idc_user_id", "u2"),)
    assert (first.period_start, second.period_start) == (date(2026, 3, 2), date(2026, 3, 3))
    assert first.measures == {"messages": 7, "cost": 1.5}
    assert first.currency == "credits"
    assert "cost" not in second.measures
    assert first.coverage == "active_only"


def test_figures_are_final_when_the_days_of_the_mapping_have_passed(tmp_path: Path) -> None:
    path = tmp_path / "kiro.csv"
    path.write_text(KIRO_FILE)
    at = datetime(2026, 3, 5, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))
    found = sorted_out(declared(tmp_path, KIRO).parse(path, now=NOW))
    assert [row.is_final for row in found.records] == [True, False]


def test_parts_of_a_total_stay_beside_it_so_that_nothing_is_counted_twice(tmp_path: Path) -> None:
    (first, second) = outcome(tmp_path, KIRO, KIRO_FILE).records
    assert {k: v for k, v in first.attributes.items() if k.startswith("messages_")} == {
        "messages_claude-4": 5,
        "messages_auto": 2,
    }
    assert "messages_auto" not in second.attributes
    assert first.part == ""


def test_parts_without_a_total_are_rows_of_their_own_that_add_up(tmp_path: Path) -> None:
    text = KIRO.replace("      messages: Total_Messages\n", "")
    rows = outcome(tmp_path, text, KIRO_FILE).records
    assert [(row.part, row.measures, row.lines) for row in rows] == [
        ("", {"cost": 1.5}, 1),
        ("claude-4", {"messages": 5}, 0),
        ("auto", {"messages": 2}, 0),
        ("claude-4", {"messages": 3}, 1),
    ]
    assert len({row.key for row in rows}) == 4


def test_columns_that_the_mapping_does_not_mention_become_attributes(tmp_path: Path) -> None:
    (first, _) = outcome(tmp_path, KIRO, KIRO_FILE).records
    assert first.attributes["client_type"] == "CLI"
    assert first.attributes["tool"] == "kiro"
    assert {"user_email", "userid", "date", "total_messages"}.isdisjoint(first.attributes)
    (dropped, _) = outcome(tmp_path, KIRO + "    unknown_columns: drop\n", KIRO_FILE).records
    assert "client_type" not in dropped.attributes
    (left_out, _) = outcome(tmp_path, KIRO + "    drop: [Client_Type]\n", KIRO_FILE).records
    assert "client_type" not in left_out.attributes


def test_a_broken_line_costs_only_itself(tmp_path: Path) -> None:
    broken = KIRO_FILE + '2026-03-04,x,bob@example.com,CLI,"1,1,1,1\n2026-03-04,x,bob@example.com,CLI,many,1,1,1\n'
    broken += "2026-03-05,x,bob@example.com,CLI,4,1,4,\n"
    found = outcome(tmp_path, KIRO, broken)
    assert found.codes == ["stray_quote", "wrong_type"]
    assert found.lines == physical_lines(broken.encode())
    assert len(found.records) == 3


def test_a_file_of_another_kind_is_refused_once_for_its_header(tmp_path: Path) -> None:
    found = outcome(tmp_path, KIRO, "Date,Somebody\n2026-03-02,x\n2026-03-03,y\n")
    assert (found.codes, found.lines) == (["wrong_columns"], 3)
    nobody = outcome(
        tmp_path,
        KIRO.replace("    match: {columns_all: [Date, UserId, Total_Messages]}\n", ""),
        "Date,A\n2026-03-02,1\n",
    )
    assert (nobody.codes, nobody.lines) == (["wrong_columns"], 2)


@pytest.mark.parametrize(
    ("time", "value", "expected"),
    [
        ("{field: at}", "2026-03-02T09:00:00+02:00", datetime(2026, 3, 2, 7)),
        ("{field: at}", "2026-03-02T09:00:00.1234567Z", datetime(2026, 3, 2, 9, 0, 0, 123456)),
        ("{field: at, assume_tz: Europe/Berlin}", "2026-03-02 09:00:00", datetime(2026, 3, 2, 8)),
        ("{field: at, format: '%m/%d/%Y %I:%M:%S %p'}", "3/2/2026 4:05:03 PM", datetime(2026, 3, 2, 16, 5, 3)),
        ("{field: at, unit: s}", 1772442000, datetime(2026, 3, 2, 9)),
        ("{field: at, unit: s}", "1772442000.5", datetime(2026, 3, 2, 9, 0, 0, 500000)),
        ("{field: at, unit: ms}", "1772442000000", datetime(2026, 3, 2, 9)),
        ("{field: at, unit: ns}", 1772442000000000000, datetime(2026, 3, 2, 9)),
        ("{field: at, unit: epoch}", 1772442000000000000, datetime(2026, 3, 2, 9)),
        ("{field: at, unit: epoch}", 1772442000, datetime(2026, 3, 2, 9)),
        ("{field: at, unit: dotnet_ticks}", 639080388000000000, datetime(2026, 3, 2, 9)),
        ("{field: at, unit: date}", "2026-03-02T23:59:00Z", datetime(2026, 3, 2)),
        ("{field: [sent, at]}", "2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9)),
    ],
)
def test_times_in_every_way_of_writing_them(tmp_path: Path, time: str, value: Any, expected: datetime) -> None:
    found = outcome(tmp_path, EVENTS.replace("time: at", f"time: {time}"), line(1, at=value), "log.jsonl")
    assert [record.occurred_at for record in found.records] == [expected]


@pytest.mark.parametrize(
    ("value", "code"), [(None, "missing_field"), ("soon", "bad_time"), ("2999-12-31", "future_time")]
)
def test_a_bad_time_is_told(tmp_path: Path, value: Any, code: str) -> None:
    assert outcome(tmp_path, EVENTS, line(1, at=value), "log.jsonl").codes == [code]


def test_a_day_without_a_column_comes_from_the_name_of_the_file(tmp_path: Path) -> None:
    text = """
        version: 1
        source: slack
        read: {format: csv}
        grain: {kind: aggregate, period: snapshot, days: 28, coverage: all_members}
        identity: {namespace: email, field: USER_EMAIL}
        time: {from: file_name}
        fields: {is_active: SLACK_AI_MAU, prompts: USAGE}
    """
    content = "USER_EMAIL,SLACK_AI_MAU,USAGE\nann@example.com,TRUE,12\nbob@example.com,FALSE,0\n"
    found = outcome(tmp_path, text, content, "slack_2026-03-29.csv")
    assert [(row.period_start, row.period_end, row.is_active) for row in found.records] == [
        (date(2026, 3, 2), date(2026, 3, 30), True),
        (date(2026, 3, 2), date(2026, 3, 30), False),
    ]
    assert outcome(tmp_path, text, content, "slack.csv").codes == ["bad_time", "bad_time"]


@pytest.mark.parametrize(
    ("grain", "time", "start", "end"),
    [
        ("period: week", "Day", date(2026, 3, 1), date(2026, 3, 8)),
        ("period: week", "{field: Day, marks: end}", date(2026, 2, 23), date(2026, 3, 2)),
        ("period: month", "Day", date(2026, 3, 1), date(2026, 4, 1)),
        ("period: 28d", "{field: Day, marks: end}", date(2026, 2, 2), date(2026, 3, 2)),
    ],
)
def test_periods(tmp_path: Path, grain: str, time: str, start: date, end: date) -> None:
    text = f"""
        version: 1
        source: x
        read: {{format: csv}}
        grain: {{kind: aggregate, {grain}}}
        identity: {{namespace: email, field: Mail}}
        time: {time}
        fields: {{prompts: N}}
    """
    (row,) = outcome(tmp_path, text, "Mail,Day,N\nann@example.com,2026-03-01,3\n").records
    assert (row.period_start, row.period_end) == (start, end)


def test_events_keep_their_fields_words_and_flags(tmp_path: Path) -> None:
    text = (
        EVENTS
        + """
    identity: [{namespace: email, field: user}, {namespace: badge, field: badge}]
    fields:
      event_name: {field: kind, map: {ASKED: prompt, Decided: decide}}
      event_id: id
      decision: {field: verdict, map: {ok: accepted, 'no': rejected}, otherwise: reject}
      confidence: {field: score, as: percent}
      dwell_ms: {field: took, as: seconds}
      cost: {field: cents, as: minor_units}
      currency: {const: EUR}
      is_user_initiated: {field: auto, as: not}
      attachments: {field: files, as: length}
      ward: {field: [ward, unit]}
    """.replace("    identity: {namespace: email, field: user}\n", "")
    )
    text = text.replace("    identity: {namespace: email, field: user}\n", "", 1).replace(
        "    fields: {event_name: {const: prompt}, event_id: id}\n", "", 1
    )
    rows = [
        line(
            1, badge=7, kind="decided", verdict="OK", score="87", took=1.5, cents=12, auto=True, files=[1, 2], unit="B"
        ),
        line(2, kind="ASKED", verdict="maybe"),
    ]
    found = outcome(tmp_path, text, "\n".join(rows), "log.jsonl")
    (event,) = found.records
    assert found.codes == ["unknown_value"]
    assert event.users == (Identity("email", "ann@example.com"), Identity("badge", "7"))
    assert (event.event_name, event.decision, event.confidence, event.dwell_ms) == ("decide", "accepted", 0.87, 1500)
    assert (event.cost, event.currency, event.is_user_initiated) == (0.12, "EUR", False)
    assert event.attributes == {"attachments": 2, "ward": "B"}


def test_an_event_is_known_by_its_id_by_what_dedup_names_or_by_all_of_it(tmp_path: Path) -> None:
    def keys(text: str, *lines: str) -> list[tuple[str, ...]]:
        return [one.key for one in outcome(tmp_path, text, "\n".join(lines), "log.jsonl").records]

    one, other = keys(EVENTS, line(1), line(1, text="corrected"))
    assert one == other
    one, other = keys(EVENTS.replace(", event_id: id", ""), line(1), line(1, text="another"))
    assert one != other
    one, other = keys(EVENTS + "    dedup: [user, time]\n", line(1), line(2))
    assert one == other
    found = outcome(tmp_path, EVENTS + "    dedup: [ticket]\n", line(1) + "\n" + line(2, ticket=4), "log.jsonl")
    assert (found.codes, len(found.records)) == (["missing_field"], 1)


def test_what_a_filter_drops_is_counted_with_its_reason(tmp_path: Path) -> None:
    text = EVENTS + "    filters: [{drop_if: \"client.kind = 'bot' or headless == true\", reason: not_human}]\n"
    rows = [line(1), line(2, client={"kind": "bot"}), line(3, headless=True), line(4, client={"kind": "web"})]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(rows))
    items = list(declared(tmp_path, text).parse(path, now=NOW))
    assert [type(item) for item in items] == [EventRecord, Dropped, Dropped, EventRecord]
    assert [item.reason for item in items if isinstance(item, Dropped)] == ["not_human", "not_human"]
    assert sum(item.lines for item in items) == 4


def test_several_kinds_of_records_in_one_file(tmp_path: Path) -> None:
    text = """
        version: 1
        source: glean
        read: {format: ndjson}
        identity: {namespace: email, field: who.mail}
        time: ts
        variants:
        - name: prompts
          match: {where: "type = 'PROMPT'"}
          grain: {kind: event}
          fields: {event_name: {const: prompt}}
        - name: days
          match: {keys_all: [prompts_today]}
          grain: {kind: aggregate, period: day}
          fields: {prompts: prompts_today}
    """
    who = {"who": {"mail": "ann@example.com"}, "ts": "2026-03-02T09:00:00Z"}
    rows = [who | {"type": "PROMPT"}, who | {"prompts_today": 4}, who | {"type": "LOGIN"}]
    found = outcome(tmp_path, text, "\n".join(map(json.dumps, rows)), "log.jsonl")
    assert [type(one) for one in found.records] == [EventRecord, AggregateRecord]
    assert found.codes == ["unknown_shape"]
    known = declared(tmp_path, text)
    assert known.datasets == ("events", "aggregates")


def test_versions_of_one_report_are_told_by_their_columns(tmp_path: Path) -> None:
    text = """
        version: 1
        source: tabnine
        read: {format: csv}
        grain: {kind: aggregate, period: day}
        time: Date
        variants:
        - {name: v2, match: {columns_all: [user_email]}, identity: {namespace: email, field: user_email},
           fields: {offered: completions_shown, accepted: completions_accepted}}
        - {name: v1, match: {columns_any: [User]}, fields: {accepted: Accepted},
           identity: {namespace: upn, field: User}}
    """
    (new,) = outcome(
        tmp_path, text, "Date,user_email,completions_shown,completions_accepted\n2026-03-02,a@x.io,9,3\n"
    ).records
    (old,) = outcome(tmp_path, text, "Date,User,Accepted\n2026-03-02,ann@x.io,3\n").records
    assert (new.users[0].namespace, new.measures) == ("email", {"offered": 9, "accepted": 3})
    assert (old.users[0].namespace, old.measures) == ("upn", {"accepted": 3})


def test_older_names_of_fields(tmp_path: Path) -> None:
    text = EVENTS.replace("event_id: id", "feature: kind") + "    aliases: {kind: [kindLabel], user: [email]}\n"
    rows = [
        line(1, kind="chat"),
        json.dumps({"email": "bob@example.com", "at": "2026-03-02T09:00Z", "kindLabel": "edit"}),
    ]
    found = outcome(tmp_path, text, "\n".join(rows), "log.jsonl").records
    assert [(one.feature, one.users[0].value) for one in found] == [
        ("chat", "ann@example.com"),
        ("edit", "bob@example.com"),
    ]
    assert all("kindLabel" not in one.attributes for one in found)


def test_nobody_is_an_error_unless_the_mapping_says_otherwise(tmp_path: Path) -> None:
    rows = line(1, user=None)
    assert outcome(tmp_path, EVENTS, rows, "log.jsonl").codes == ["missing_field"]
    text = EVENTS.replace("field: user}", "field: user, required: false}")
    (event,) = outcome(tmp_path, text, rows, "log.jsonl").records
    assert (event.users, event.actor_type) == ((), "unknown")


@pytest.mark.parametrize(
    ("fields", "coverage", "cells", "expected"),
    [
        ("prompts: N", "active_only", "3", True),
        ("prompts: N", "active_only", "0", None),
        ("prompts: N", "all_members", "0", False),
        ("prompts: N", "all_members", "", None),
        ("offered: N", "all_members", "9", None),
        ("cost: N", "licensed_only", "9", None),
        ("prompts: N, is_active: {const: false}", "active_only", "3", False),
        ("cost: N, is_active: {field: N, as: present}", "licensed_only", "0.2", True),
        ("cost: N, is_active: {field: N, as: present}", "licensed_only", "", False),
    ],
)
def test_counts_of_what_people_do_say_whether_they_used_it(
    tmp_path: Path, fields: str, coverage: str, cells: str, expected: bool | None
) -> None:
    text = f"""
        version: 1
        source: x
        read: {{format: csv}}
        grain: {{kind: aggregate, period: day, coverage: {coverage}}}
        identity: {{namespace: email, field: Mail}}
        time: Day
        fields: {{{fields}}}
    """
    (row,) = outcome(tmp_path, text, f"Mail,Day,N\nann@example.com,2026-03-01,{cells}\n").records
    assert row.is_active is expected


def test_a_record_that_would_explode_without_end_is_refused(tmp_path: Path) -> None:
    text = EVENTS.replace("format: ndjson", "format: ndjson, explode: [a, b]")
    rows = [line(1, a=[1] * 400, b=[2] * 400), line(2, a=[1] * 200_000, b=[1]), line(3, a=[1, 2], b=[3])]
    found = outcome(tmp_path, text, "\n".join(rows), "log.jsonl")
    assert found.codes == ["too_large", "too_large"]
    assert [(one.event_id, one.lines) for one in found.records] == [("e3", 1), ("e3", 0)]
