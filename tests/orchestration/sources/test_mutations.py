"""Every format under damage: nothing crashes, every line is accounted for, one bad byte costs at most one record.

Seeded, so that a failure repeats. The base of each format is its valid fixture repeated with other identifiers.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from accounting import FIXTURES, Outcome, content, physical_lines, read

from orchestration.sources import FORMATS
from orchestration.sources.records import AggregateRecord, EventRecord, PersonRecord

BASES = {
    "human-decision": "invoices.jsonl",
    "github-copilot-users": "users.ndjson",
    "github-copilot-seats": "seats_2026-03-09.json",
    "github-copilot-activity": "activity.csv",
    "github-copilot-billing": "usage.csv",
    "claude-code-analytics": "page.json",
    "claude-enterprise-analytics": "users_2026-03-02.json",
    "chatgpt-enterprise-users": "weekly_2026.csv",
    "openai-usage": "completions.json",
    "codex-enterprise-analytics": "usage.json",
    "cursor-daily-usage": "all_members.json",
    "cursor-usage-events": "events.json",
    "m365-copilot-usage-user-detail": "v2_d28.csv",
    "purview-copilot-interaction": "audit_search.csv",
    "windsurf": "analytics.json",
    "m365-ai-interactions": "page.json",
    "google-gemini-activities": "page.json",
    "google-gemini-usage": "gemini_2026-03-08.csv",
    "amazon-q-developer": "analytic.csv",
    "kiro-user-report": "ide_part_1.csv",
    "viva-person-query": "weeks.csv",
    "label-studio": "export.json",
    "amazon-a2i": "output.json",
    "otlp": "requests.jsonl",
    "langsmith": "batches.json",
    "open-webui": "chats.json",
    "claude-code-transcripts": "session.jsonl",
    "xes": "claims.xes",
    "litellm-spend-logs": "requests.json",
    "langfuse": "export.json",
    "people-csv": "people_2026-03-01.csv",
    "people": "people_2026-03-01.csv",
    "scim": "list.json",
    "absences": "march.csv",
    "outages": "march.csv",
    "training": "lms.csv",
    "training-csv": "lms.csv",
    "xapi": "statements.json",
    "entra": "graph.json",
    "okta": "users.json",
    "bamboohr": "report.json",
    "workday": "raas.json",
    "work-items": "march.csv",
    "eligible": "doc-extract_seats.csv",
}
CSV = {"people-csv", "people", "absences", "outages", "training", "training-csv", "work-items", "eligible"}
CSV |= {"github-copilot-activity", "github-copilot-billing", "chatgpt-enterprise-users"}
CSV |= {"m365-copilot-usage-user-detail", "purview-copilot-interaction", "google-gemini-usage"}
CSV |= {"amazon-q-developer", "kiro-user-report", "viva-person-query"}
LINES = {"human-decision", "github-copilot-users", "otlp"} | CSV
LINES |= {"claude-code-transcripts"}
EVERY_FIELD = ["human-decision", "github-copilot-users", "claude-code-analytics", "scim", "otlp", "xapi"]
EVERY_FIELD += ["entra", "okta", "bamboohr", "workday"]
EVERY_FIELD += ["github-copilot-seats", "claude-enterprise-analytics", "cursor-daily-usage", "cursor-usage-events"]
EVERY_FIELD += ["google-gemini-activities", "m365-ai-interactions", "windsurf"]
EVERY_FIELD += ["openai-usage", "codex-enterprise-analytics"]
EVERY_FIELD += ["langfuse"]
EVERY_FIELD += ["litellm-spend-logs"]
EVERY_FIELD += ["claude-code-transcripts"]
EVERY_FIELD += ["open-webui"]
EVERY_FIELD += ["langsmith"]
SEVERAL = {"label-studio", "amazon-a2i", "otlp", "langfuse", "openai-usage"}
SEVERAL |= {"windsurf", "purview-copilot-interaction", "google-gemini-activities"}
SEVERAL |= {"xes"}
SEVERAL |= {"open-webui"}
SEVERAL |= {"langsmith"}
FOLDERS = {"people": "people-csv", "training": "training-csv"}


def base(name: str) -> bytes:
    return (FIXTURES / FOLDERS.get(name, name) / "valid" / BASES[name]).read_bytes()


def outcome(name: str, tmp_path: Path, data: bytes) -> Outcome:
    path = tmp_path / "mutated_2026-03-09"  # some formats are dated by the name of their file
    path.write_bytes(data)
    return read(name, path)


def identity_of(record: object) -> str:
    """What stays the same when a byte of a neighbour, or of what surrounds the records, changes."""
    if isinstance(record, EventRecord | AggregateRecord):
        return repr(record.key)
    # Who the manager is stands in another record.
    return content(replace(record, manager_id=None) if isinstance(record, PersonRecord) else record)


def units(name: str, found: Outcome) -> set[str]:
    """The records, or where one record holds several events, the records as sets of events.

    Of XES a record is a trace: the item of an event stands in its head.
    """
    if name not in SEVERAL:
        return {identity_of(record) for record in found.records}
    by_record: dict[int | str, list[str]] = {}
    for record in found.records:
        by_record.setdefault(record.item_id if name == "xes" else record.line_no, []).append(identity_of(record))
    return {repr(sorted(events)) for events in by_record.values()}


def accounts_for(name: str, found: Outcome, data: bytes) -> bool:
    """Lines of line formats; records of documents cannot be counted from outside, but never vanish: see `units`."""
    return name not in LINES or found.lines == physical_lines(data.removeprefix(b"\xef\xbb\xbf"))


def first_record(name: str, data: bytes) -> int:
    """Where the records begin: a CSV header is not a record, and a broken one costs the file."""
    return data.index(b"\n") + 1 if name in CSV else 0


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("seed", range(10))
def test_one_bad_byte_costs_at_most_one_record(name: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(f"{name}{seed}")
    data = base(name)
    before = units(name, outcome(name, tmp_path, data))
    for _ in range(30):
        place = rng.randrange(first_record(name, data), len(data))
        if name in CSV and data[place : place + 1] == b"\n":
            continue  # joins two rows: both have lost a byte
        mutated = bytearray(data)
        mutated[place] = rng.choice([0, 0xFF, 0xC3, 0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x2C, 0x0A, 0x0D, 0x20, 0x78, 0x30])
        found = outcome(name, tmp_path, bytes(mutated))
        lost = before - units(name, found)
        assert len(lost) <= 1, (place, mutated[place], data[max(0, place - 20) : place + 20])
        assert accounts_for(name, found, bytes(mutated))


def _truncated(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _without_a_piece(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randrange(1, 60) :]


def _with_noise(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + rng.randbytes(rng.randrange(1, 40)) + data[start:]


def _with_many_bad_bytes(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.randrange(2, 30)):
        mutated[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(mutated)


def _with_other_types(data: bytes, rng: random.Random) -> bytes:
    """Some values of the text replaced by values of another type."""
    words = [b"null", b"[]", b"{}", b"true", b"-1", b"1e308", b'"x"', b'""', b"99999999999999999999", b"0.5"]
    mutated = data
    for _ in range(3):
        values = [place for place in range(len(mutated)) if mutated[place : place + 1] == b":"]
        if not values:
            break
        start = rng.choice(values) + 1
        end = min((mutated.find(stop, start) for stop in (b",", b"}") if mutated.find(stop, start) > 0), default=start)
        mutated = mutated[:start] + rng.choice(words) + mutated[end:]
    return mutated


def _shuffled_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    rng.shuffle(lines)
    return b"\n".join(lines)


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    _truncated,
    _without_a_piece,
    _with_noise,
    _with_many_bad_bytes,
    _with_other_types,
    _shuffled_lines,
]


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_of_any_kind_never_crashes_and_loses_no_line(
    name: str, damage: Callable[[bytes, random.Random], bytes], tmp_path: Path
) -> None:
    for seed in range(25):
        rng = random.Random(f"{name}{damage.__name__}{seed}")
        mutated = damage(base(name), rng)
        found = outcome(name, tmp_path, mutated)
        if not {"cr_only", "unsupported_encoding"} & set(found.codes):
            assert accounts_for(name, found, mutated), seed


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("seed", range(6))
def test_a_cut_off_or_flipped_archive_is_reported(name: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(f"{name}{seed}")
    packed = gzip.compress(base(name) * 3)
    whole = outcome(name, tmp_path, packed)
    cut = outcome(name, tmp_path, packed[: rng.randrange(2, len(packed))])
    assert "truncated_gzip" in cut.codes
    assert set(map(identity_of, cut.records)) <= set(map(identity_of, whole.records))
    flipped = bytearray(packed)
    flipped[rng.randrange(10, len(packed))] ^= 1 << rng.randrange(8)
    codes = set(outcome(name, tmp_path, bytes(flipped)).codes)
    assert codes & {"corrupt_gzip", "truncated_gzip"}


@pytest.mark.parametrize("name", BASES)
def test_the_form_of_the_file_does_not_change_the_records(name: str, tmp_path: Path) -> None:
    data = base(name)
    expected = [content(record) for record in outcome(name, tmp_path, data).records]
    forms = {
        "byte order mark": b"\xef\xbb\xbf" + data,
        "line ends of Windows": data.replace(b"\n", b"\r\n"),
        "gzip": gzip.compress(data),
        "gzip in two members": gzip.compress(data[:100]) + gzip.compress(data[100:]),
        "no last line feed": data.rstrip(b"\n"),
        "blank lines": b"\n\n" + data + b"\n \n\n",
    }
    for form, changed in forms.items():
        found = outcome(name, tmp_path, changed)
        assert [content(record) for record in found.records] == expected, form
        assert found.codes == [], form


@pytest.mark.parametrize("name", BASES)
def test_files_that_hold_nothing_give_nothing(name: str, tmp_path: Path) -> None:
    for data in (b"", b"\n", b"\xef\xbb\xbf", b"  \n\t\n", gzip.compress(b"")):
        found = outcome(name, tmp_path, data)
        assert (found.records, found.codes) == ([], [])


@pytest.mark.parametrize("name", BASES)
def test_a_wide_encoding_is_one_reject(name: str, tmp_path: Path) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        found = outcome(name, tmp_path, base(name).decode().encode(encoding))
        assert (found.records, found.codes) == ([], ["unsupported_encoding"])


@pytest.mark.parametrize("name", sorted(CSV))
def test_line_ends_of_old_macintoshes_are_one_reject(name: str, tmp_path: Path) -> None:
    data = base(name).replace(b"\n", b"\r")
    found = outcome(name, tmp_path, data)
    assert (found.records, found.codes, found.lines) == ([], ["cr_only"], data.count(b"\r"))


@pytest.mark.parametrize("name", BASES)
def test_a_line_of_ten_megabytes_costs_only_itself(name: str, tmp_path: Path) -> None:
    data = base(name)
    before = units(name, outcome(name, tmp_path, data))
    huge = b"x" * 10_000_000 + b"\n"
    found = outcome(name, tmp_path, data.rstrip(b"\n") + b"\n" + huge)
    assert units(name, found) == before
    assert len(found.codes) == 1


@pytest.mark.parametrize("name", ["human-decision", "github-copilot-users", "scim"])
def test_unknown_fields_are_kept_or_passed_over_but_never_fatal(name: str, tmp_path: Path) -> None:
    found = outcome(name, tmp_path, base(name).replace(b'"user', b'"brand_new":{"a":[1]},"other":null,"user'))
    assert found.codes == []
    assert len(found.records) == len(outcome(name, tmp_path, base(name)).records)


@pytest.mark.parametrize("name", sorted(CSV - {"viva-person-query"}))
def test_unknown_columns_become_attributes(name: str, tmp_path: Path) -> None:
    lines = [line for line in base(name).decode().splitlines() if line]
    widened = "\n".join([lines[0] + ",brand new", *(line + ",7" for line in lines[1:])])
    found = outcome(name, tmp_path, widened.encode())
    assert found.codes == []
    assert {record.attributes["brand_new"] for record in found.records} == {"7"}


@pytest.mark.parametrize("name", EVERY_FIELD)
def test_every_field_of_every_type_is_read_or_rejected(name: str, tmp_path: Path) -> None:
    """Each value anywhere in the first record is replaced by each odd value in turn."""
    text = base(name).decode()
    records = [json.loads(text.splitlines()[0])] if name in LINES else [json.loads(text)]
    odd = [None, True, -1, 0.5, 2**70, 1e300, "", "x", [], [1], {}, {"a": [None]}, "9999-12-31", "0001-01-01T00:00:00Z"]
    for path in _paths(records[0]):
        for value in odd:
            outcome(name, tmp_path, json.dumps(_replaced(records[0], path, value)).encode())


def _paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, child in children for path in _paths(child, (*here, key)))]


def _replaced(value: object, path: tuple[str | int, ...], new: object) -> object:
    if not path:
        return new
    copy = json.loads(json.dumps(value))
    copy[path[0]] = _replaced(copy[path[0]], path[1:], new)
    return copy


def test_every_format_is_mutated() -> None:
    assert set(BASES) == set(FORMATS)
