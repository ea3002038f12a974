"""Logs of real tools read by mappings, where the shared samples lie beside the repository."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from orchestration.registry.mappings import read_mapping
from orchestration.sources.records import Identity
from tests.orchestration.sources.accounting import NOW, sorted_out
from tests.orchestration.sources.declared import declared
from tests.orchestration.sources.test_mapping_examples import TEMPLATES


def test_messages_of_dify(shared: Path) -> None:
    path = shared / "samples" / "chat_ui" / "dify_messages.json"
    found = sorted_out(read_mapping(TEMPLATES / "mapping-dify.yml").parse(path, now=NOW))
    (event,) = found.records
    assert (event.users, event.input_tokens, event.output_tokens) == ((), 100, 58)
    assert event.occurred_at == datetime(2024, 1, 16, 12, 20, 29)
    assert event.attributes["rating"] == "like"
    assert {"query", "answer"}.isdisjoint(event.attributes)


FEEDBACK = """
    version: 1
    source: dify-feedback
    read: {format: json, records: "$.data[*]"}
    grain: {kind: event}
    identity: [{namespace: dify_end_user, field: from_end_user_id, fallback: [{namespace: dify_account,
                field: from_account_id}]}]
    time: created_at
    fields: {event_name: {const: feedback}, event_id: id, item_id: message_id, rating: rating}
    drop: [content]
"""


def test_feedback_in_dify(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "chat_ui" / "dify_app_feedbacks.json"
    found = sorted_out(declared(tmp_path, FEEDBACK).parse(path, now=NOW))
    assert [event.attributes["rating"] for event in found.records] == ["like", "dislike"]
    assert found.rejects == []


WINDSURF = """
    version: 1
    source: windsurf
    read: {format: json, records: "$.queryResults[*].responseItems[*].item"}
    grain: {kind: aggregate, period: day, coverage: active_only}
    identity: {namespace: windsurf_api_key, field: api_key}
    time: date
    variants:
    - {name: completions, match: {keys_all: [sum_num_acceptances]},
       fields: {accepted: sum_num_acceptances, lines_accepted: sum_num_lines_accepted}}
    - {name: chat, match: {keys_all: [sum_num_chats_received]},
       fields: {messages: sum_num_chats_received, part: {const: chat}}}
"""


def test_answers_of_windsurf_with_numbers_as_text(shared: Path, tmp_path: Path) -> None:
    folder = shared / "samples" / "windsurf"
    known = declared(tmp_path, WINDSURF)
    (day,) = sorted_out(known.parse(folder / "faros_autocomplete_analytics.json", now=NOW)).records
    assert (day.period_start, day.measures) == (date(2024, 1, 15), {"accepted": 45, "lines_accepted": 280})
    (chat,) = sorted_out(known.parse(folder / "faros_chat_analytics.json", now=NOW)).records
    assert (chat.measures, chat.part) == ({"messages": 25}, "chat")
    assert day.key != chat.key
    assert sorted_out(known.parse(folder / "faros_pcw_analytics.json", now=NOW)).codes == ["unknown_shape"]


SEGMENT = """
    version: 1
    source: segment
    read: {format: glued_json}
    grain: {kind: event}
    identity: {namespace: app_user_id, field: userId, fallback: [{namespace: anonymous_id, field: anonymousId}]}
    time: {field: [originalTimestamp, timestamp]}
    fields: {event_name: {field: event, map: {Course Clicked: course_clicked}}, event_id: messageId,
             page: context.page.path}
"""


def test_a_track_call_of_segment(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "inhouse_events" / "segment_track.json"
    (event,) = sorted_out(declared(tmp_path, SEGMENT).parse(path, now=NOW)).records
    assert (event.event_name, event.users) == ("course_clicked", (Identity("app_user_id", "AiUGstSDIg"),))
    assert event.occurred_at == datetime(2015, 12, 12, 19, 11, 1, 152000)
    assert event.attributes["page"] == "/academy/"


def test_an_enriched_event_of_snowplow(shared: Path, tmp_path: Path) -> None:
    """131 columns without a header, JSON in cells, quotes that mean nothing."""
    names = [f"c{place}" for place in range(1, 132)]
    for place, name in {
        1: "app_id",
        4: "collector_tstamp",
        6: "event",
        7: "event_id",
        13: "user_id",
        53: "contexts",
    }.items():
        names[place - 1] = name
    text = f"""
    version: 1
    source: snowplow
    read: {{format: csv, columns: [{", ".join(names)}], quotes: false, json_columns: [contexts]}}
    grain: {{kind: event}}
    identity: {{namespace: email, field: user_id}}
    time: {{field: collector_tstamp, format: '%Y-%m-%d %H:%M:%S'}}
    fields: {{event_name: event, event_id: event_id, genre: 'contexts.data[0].data.genre'}}
    unknown_columns: drop
    """
    path = shared / "samples" / "inhouse_events" / "snowplow_enriched.tsv"
    found = sorted_out(declared(tmp_path, text).parse(path, now=NOW))
    (event,) = found.records
    assert (event.event_name, event.occurred_at) == ("page_view", datetime(2013, 11, 26, 0, 2, 5))
    assert event.attributes == {"genre": "blog"}


AMAZON_Q = """
    version: 1
    source: amazon-q
    read: {format: csv}
    grain: {kind: aggregate, period: day, coverage: active_only}
    identity: {namespace: idc_user_id, field: UserId}
    time: {field: Date, format: '%m-%d-%Y'}
    fields: {messages: Chat_MessagesSent, offered: Inline_SuggestionsCount, accepted: Inline_AcceptanceCount}
"""


def test_an_excerpt_of_amazon_q(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "kiro_amazonq" / "by_user_analytic_excerpt_2025.csv"
    first, second = sorted_out(declared(tmp_path, AMAZON_Q).parse(path, now=NOW)).records
    assert first.measures == {"messages": 69, "offered": 70, "accepted": 49}
    assert second.measures == {"messages": 3}


LITELLM = """
    version: 1
    source: litellm
    read: {format: json, json_columns: [metadata]}
    grain: {kind: event}
    identity: {namespace: email, field: metadata.user_api_key_user_email, required: false}
    time: startTime
    fields: {event_name: {const: prompt}, event_id: request_id, input_tokens: prompt_tokens, cost: spend, model: model,
             currency: {const: USD}, tokens_told: metadata.usage_object.prompt_tokens}
    drop: [messages, response]
"""


def test_spend_logs_with_json_in_a_field(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "litellm" / "spend_logs_payload.json"
    (event,) = sorted_out(declared(tmp_path, LITELLM).parse(path, now=NOW)).records
    assert (event.model, event.input_tokens, event.attributes["tokens_told"]) == ("gpt-4o", 10, 10)
    assert event.occurred_at == datetime(2025, 1, 24, 9, 20, 46, 847371)
