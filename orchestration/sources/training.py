"""`training`: completions of training, as CSV or as xAPI statements, picked by what the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from orchestration.sources.byte_source import beginning
from orchestration.sources.formats import SourceFormat
from orchestration.sources.records import Parsed
from orchestration.sources.training_csv import TRAINING_CSV
from orchestration.sources.xapi import XAPI


def parse(path: Path, *, now: datetime | None = None) -> Iterator[Parsed]:
    """The completions of one file."""
    picked = XAPI if beginning(path).lstrip()[:1] in (b"{", b"[") else TRAINING_CSV
    return picked.parse(path, now=now)


TRAINING = SourceFormat(
    name="training",
    dataset="training",
    grain="snapshot",
    namespaces=tuple(dict.fromkeys(TRAINING_CSV.namespaces + XAPI.namespaces)),
    coverage="unknown",
    can_prove=False,
    parse=parse,
    suffixes=TRAINING_CSV.suffixes + XAPI.suffixes,
    title="Training completions in any format",
    proves="It says who completed which module and when; it proves no use.",
    also=XAPI.also,
)
