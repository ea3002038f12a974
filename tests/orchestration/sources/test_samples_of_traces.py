"""The readers of traces, gateways, chats and event logs on recorded files, the figures counted by hand from them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from accounting import read

from orchestration.sources.looking import recognise
from orchestration.sources.records import Identity


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "samples"


def test_two_recorded_traces_of_langfuse(samples: Path) -> None:
    """LangGraph: seven spans and two generations of 60 and 108 tokens in, 15 and 51 out. OpenAI agents: two agents, a
    tool and two generations of 85 and 55 in, 29 and 15 out. Each has two scores of a model and names no user."""
    expected = {
        "langgraph-2025-08-22.json": ({"trace": 1, "span": 7, "generation": 2, "score": 2}, 168, 66),
        "openai-agents-2025-09-30.json": ({"trace": 1, "agent": 2, "tool": 1, "generation": 2, "score": 2}, 140, 44),
    }
    for name, (kinds, tokens_in, tokens_out) in expected.items():
        found = read("langfuse", samples / "langfuse" / name)
        assert (Counter(event.event_name for event in found.records), found.codes, found.lines) == (kinds, [], 1), name
        assert sum(event.input_tokens or 0 for event in found.records) == tokens_in
        assert sum(event.output_tokens or 0 for event in found.records) == tokens_out
        assert {(event.users, event.is_user_initiated) for event in found.records} == {((), False)}
        assert len({event.key for event in found.records}) == sum(kinds.values())


def test_the_cost_and_time_of_a_recorded_trace(samples: Path) -> None:
    """0.000075 + 0.000159 dollars; the generations took 848 and 1,743 ms; the trace began at 09:38:56.228."""
    found = read("langfuse", samples / "langfuse" / "langgraph-2025-08-22.json").records
    assert found[0].occurred_at == datetime(2025, 8, 22, 9, 38, 56, 228_000)
    generations = [event for event in found if event.event_name == "generation"]
    assert [event.cost for event in generations] == [0.000075, 0.000159]
    assert [event.attributes["duration_ms"] for event in generations] == [848.0, 1743.0]
    assert {event.model for event in generations} == {"gpt-4o-2024-08-06"}


def test_a_recorded_request_of_litellm(samples: Path) -> None:
    """Ten tokens in, 20 out, 0.000225 dollars, 4.583 ms, nobody named."""
    (event,) = read("litellm-spend-logs", samples / "litellm" / "spend_logs_payload.json").records
    assert (event.input_tokens, event.output_tokens, event.model) == (10, 20, "gpt-4o")
    assert (round(event.cost, 9), event.attributes["duration_ms"]) == (0.000225, 4.583)
    assert event.occurred_at == datetime(2025, 1, 24, 9, 20, 46, 847_371)
    assert (event.users, event.actor_type, event.session_id) == ((), "unknown", "1234567890")
    assert not {"messages_length", "response_length", "is_cache_hit"} & event.attributes.keys()


def test_three_exported_chats_of_open_webui(samples: Path) -> None:
    """One prompt each, of u1, at 1700000000, 1700001000 and 1700002000 s after 1970: 22:13:20, 22:30, 22:46:40."""
    found = read("open-webui", samples / "chat_ui" / "openwebui_export.json")
    assert [event.event_id for event in found.records] == ["ra1", "ta1", "sa1"]
    assert [event.occurred_at.strftime("%d %H:%M:%S") for event in found.records] == [
        "14 22:13:20",
        "14 22:30:00",
        "14 22:46:40",
    ]
    assert [event.model for event in found.records] == ["deepseek-r1", "gpt-4o", "llama3.1:latest"]
    assert {event.users for event in found.records} == {(Identity("open_webui_id", "u1"),)}
    assert [event.attributes["answers"] for event in found.records] == [1, 1, 1]


def test_the_running_example_of_process_mining(samples: Path) -> None:
    """Six cases, 42 events, no transitions. 14:32 at +01:00 is 13:32 UTC. Sara did 12 steps, Sue two."""
    found = read("xes", samples / "xes" / "running_example.xes")
    assert (len(found.records), found.codes, found.lines) == (42, [], 42)
    assert len({event.item_id for event in found.records}) == 6
    who = Counter(event.users[0].value for event in found.records)
    assert who == {"Sara": 12, "Mike": 11, "Pete": 7, "Ellen": 7, "Sean": 3, "Sue": 2}
    assert found.records[0].occurred_at == datetime(2010, 12, 30, 13, 32)
    assert found.records[0].attributes == {"Activity": "register request", "Costs": "50"}
    assert len({event.key for event in found.records}) == 42


def test_reviews_count_finished_steps_alone(samples: Path) -> None:
    """100 papers; 3,730 events, of them 1,452 starts and 2,278 completions. Midnight at +01:00 is the day before."""
    found = read("xes", samples / "xes" / "reviewing.xes.gz")
    assert (len(found.records), found.blanks, found.codes) == (2278, 1452, [])
    assert len({event.item_id for event in found.records}) == 100
    first = found.records[0]
    assert (first.event_name, first.occurred_at) == ("invite reviewers", datetime(2006, 1, 5, 23))
    assert first.attributes["duration_ms"] == 5 * 24 * 3_600_000, "from 1 to 6 January"
    assert first.users == (Identity("person_id", "Mike"), Identity("resource", "Mike"))


def test_transcripts_of_claude_code(samples: Path) -> None:
    """ccusage: three and two answers, with costs. daaain: six user lines, two of them answers of tools; five answers,
    two tool calls, a summary; everything in /tmp. simonw: four user lines, two of them answers of tools; three answers
    without ids, two tool calls."""
    folder = samples / "claude_code_transcripts"
    expected = {
        "ccusage_alpha_chat.jsonl": {"api_request": 3},
        "ccusage_beta_chat.jsonl": {"api_request": 2},
        "daaain_representative_messages.jsonl": {"user_prompt": 4, "api_request": 5, "tool_use": 2},
        "simonw_sample_session.jsonl": {"user_prompt": 2, "api_request": 3, "tool_use": 2},
    }
    for name, kinds in expected.items():
        found = read("claude-code-transcripts", folder / name)
        assert (Counter(event.event_name for event in found.records), found.codes) == (kinds, []), name
        assert {event.users for event in found.records} == {()}
    costs = [event.cost for event in read("claude-code-transcripts", folder / "ccusage_alpha_chat.jsonl").records]
    assert costs == [0.12, 0.34, 0.56]


def test_two_recorded_calls_of_langsmith(samples: Path) -> None:
    """Each batch begins and completes one call. 23.298773 to 24.417106 s are 1,118.333 ms; nine tokens in and out."""
    found = read("langsmith", samples / "langsmith" / "langsmith_py_wrap_openai_.json")
    (call,) = found.records
    assert (call.event_name, call.model, call.input_tokens, call.output_tokens) == ("llm", "gpt-4o-mini", 9, 9)
    assert call.occurred_at == datetime(2024, 10, 11, 20, 58, 23, 298_773)
    assert (round(call.attributes["duration_ms"], 3), call.users) == (1118.333, ())
    assert not call.is_user_initiated
    (streamed,) = read("langsmith", samples / "langsmith" / "langsmith_py_wrap_openai_stream.json").records
    assert round(streamed.attributes["duration_ms"], 3) == 1328.441, "from 20.695375 to 22.023816 s"


def test_every_sample_is_told_from_the_others_by_its_content(samples: Path) -> None:
    expected = {
        "langfuse/langgraph-2025-08-22.json": "langfuse",
        "langfuse/openai-agents-2025-09-30.json": "langfuse",
        "langsmith/langsmith_py_wrap_openai_.json": "langsmith",
        "langsmith/langsmith_py_wrap_openai_stream.json": "langsmith",
        "litellm/spend_logs_payload.json": "litellm-spend-logs",
        "chat_ui/openwebui_export.json": "open-webui",
        "xes/running_example.xes": "xes",
        "xes/reviewing.xes.gz": "xes",
        "claude_code_transcripts/ccusage_alpha_chat.jsonl": "claude-code-transcripts",
        "claude_code_transcripts/daaain_representative_messages.jsonl": "claude-code-transcripts",
        "claude_code_transcripts/simonw_sample_session.jsonl": "claude-code-transcripts",
    }
    found = {name: recognise(samples / name) for name in expected}
    assert {name: one and one[0].name for name, one in found.items()} == expected
