"""What a file is read as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.loading.datasets import DATASETS, Dataset
from orchestration.sources import SourceFormat
from orchestration.sources.records import AggregateRecord, Record, VoidingRecord

_ELSEWHERE: dict[type[Record], str] = {AggregateRecord: "aggregates", VoidingRecord: "voidings"}
"""Records that a format brings beside those of its own dataset."""


@dataclass(frozen=True, slots=True)
class Source:
    """A tool's source, or one of the company-wide inputs (`tool_id` None)."""

    source_id: str
    tool_id: str | None
    format: SourceFormat

    @property
    def dataset(self) -> Dataset:
        """Where its rows go; of a format that brings several datasets, the first."""
        return DATASETS[self.format.dataset]

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """Everywhere its rows go."""
        return tuple(DATASETS[name] for name in self.format.datasets)

    def by_dataset(self, records: list[Record]) -> Iterable[tuple[Dataset, list[Record]]]:
        """`records` with the dataset they belong to, in order within each."""
        if not self.format.also:
            return [(self.dataset, records)]
        sorted_out: dict[str, list[Record]] = {name: [] for name in self.format.datasets}
        for record in records:
            sorted_out[_ELSEWHERE.get(type(record), self.format.dataset)].append(record)
        return [(DATASETS[name], chosen) for name, chosen in sorted_out.items()]
