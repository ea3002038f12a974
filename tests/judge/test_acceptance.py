"""A real log with its expected outcomes: production to the byte, and the reference that the other tests rest on."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.evaluate import Evaluation, evaluate
from orchestration.judging import CaseEvent
from tests.judge import reference
from tests.judge.language import Log, Rule, events

DAY = timedelta(days=1)
# The rules of the log, written once more by hand.
RULES = (
    Rule("hd-wait-then-resolve", "followed_by", each=events("wait"), target=events("resolve_ticket"),
         same=("item_id",), who="anyone", within=14 * DAY, tolerate=20),
    Rule("hd-taken-before-resolved", "preceded_by", each=events("resolve_ticket"),
         target=events("take_in_charge_ticket"), same=("item_id",), within=30 * DAY, tolerate=10),
    Rule("hd-closed-by-someone-else", "followed_by", each=events("resolve_ticket"), target=events("closed"),
         same=("item_id",), who="other_user", within=30 * DAY),
    Rule("hd-no-wait-after-resolve", "not_followed_by", each=events("resolve_ticket"), target=events("wait"),
         same=("item_id",), who="anyone", within=7 * DAY, tolerate=5),
    Rule("hd-one-resolve-per-ticket", "count", per="item_id", of=events("resolve_ticket"),
         each=events("take_in_charge_ticket"), most=1, settle=7 * DAY, tolerate=5),
    Rule("hd-resolve-share", "share", of=events("resolve_ticket"), among=events("resolve_ticket", "wait"),
         least=40, most=95),
)  # fmt: skip


@pytest.fixture(scope="module")
def log_folder(shared: Path) -> Path:
    folder = shared / "logs" / "acceptance"
    if not folder.is_dir():
        pytest.skip("the acceptance log is not beside the repository")
    return folder


@pytest.fixture(scope="module")
def evaluated(log_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    out = tmp_path_factory.mktemp("evaluated")
    return evaluate(log_folder / "helpdesk_rules.yaml", log_folder / "helpdesk_events.csv.gz", out)


@pytest.mark.slow
def test_the_obligations_are_those_expected_to_the_byte(log_folder: Path, evaluated: Evaluation) -> None:
    expected = gzip.decompress((log_folder / "helpdesk_expected_obligations.csv.gz").read_bytes())
    assert evaluated.obligations_file.read_bytes().splitlines() == expected.splitlines()
    assert evaluated.obligations_file.read_bytes() == expected


@pytest.mark.slow
def test_the_verdicts_are_those_expected_to_the_byte(log_folder: Path, evaluated: Evaluation) -> None:
    assert evaluated.verdicts_file.read_bytes() == (log_folder / "helpdesk_expected_verdicts.csv").read_bytes()


def test_the_reference_judges_the_log_as_expected_too(log_folder: Path) -> None:
    """The reference is slow, so it sees each person and ticket with only the events that could matter to them."""
    log = _log(log_folder / "helpdesk_events.csv.gz")
    obligations: Counter[tuple[str, ...]] = Counter()
    verdicts: Counter[tuple[str, ...]] = Counter()
    for rule in RULES:
        found = [one for part in _parts(rule, log) for one in reference.obligations(rule, part)]
        for one in found:
            obligations[rule.rule_id, one.user_id, one.event_id or "", one.outcome, one.evidence or ""] += 1
        for row in reference.verdicts(rule, found):
            counts = map(str, (row.judged, row.broken, row.pending, row.undecided))
            verdicts[rule.rule_id, row.user_id, *counts, row.verdict] += 1
    assert obligations == _rows(log_folder / "helpdesk_expected_obligations.csv.gz")
    assert verdicts == _rows(log_folder / "helpdesk_expected_verdicts.csv")


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()


def _rows(path: Path) -> Counter[tuple[str, ...]]:
    return Counter(tuple(row) for row in list(csv.reader(io.StringIO(_text(path))))[1:])


def _log(path: Path) -> Log:
    found = [
        CaseEvent(
            row["eid"],
            row["event"],
            datetime.fromisoformat(row["ts"]),
            row["user_id"] or None,
            int(row["ord"]),
            fields={"item_id": row["item_id"] or None},
        )
        for row in csv.DictReader(io.StringIO(_text(path)))
    ]
    moments = (datetime(2011, 6, 1), datetime(2011, 12, 1), datetime(2011, 12, 10), datetime(2011, 5, 25))
    return Log(tuple(found), *moments)


def _parts(rule: Rule, log: Log) -> list[Log]:
    """The log cut by ticket: every rule but the share looks at one ticket at a time."""
    if rule.kind == "share":
        return [log]
    parts: dict[str, list[CaseEvent]] = {}
    for event in log.events:
        parts.setdefault(event.fields["item_id"], []).append(event)
    return [Log(tuple(part), log.starts_at, log.ends_at, log.watermark_at, log.data_from_at) for part in parts.values()]
