"""One pure module per log format: a file in, records and rejects out, nothing lost on the way."""

from __future__ import annotations

from collections.abc import Mapping

from orchestration.sources.formats import Dataset, Parser, SourceFormat

FORMATS: Mapping[str, SourceFormat] = {}

__all__ = ["FORMATS", "Dataset", "Parser", "SourceFormat"]
