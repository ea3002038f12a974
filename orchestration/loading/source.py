"""What a file is read as."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.loading.datasets import DATASETS, Dataset
from orchestration.sources import SourceFormat


@dataclass(frozen=True, slots=True)
class Source:
    """A tool's source, or one of the company-wide inputs (`tool_id` None)."""

    source_id: str
    tool_id: str | None
    format: SourceFormat

    @property
    def dataset(self) -> Dataset:
        """Where its rows go."""
        return DATASETS[self.format.dataset]
