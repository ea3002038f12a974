"""A synthetic company whose every person's true label is known, written as the files that vendors and HR would send."""

from orchestration.sample.company import CompanyReport, ToolReport, write_company
from orchestration.sample.dates import dated
from orchestration.sample.span import DEFAULT_UNTIL, DEFAULT_WEEKS, Span
from orchestration.sample.truth import Confusion, confusion, read_truth

__all__ = [
    "DEFAULT_UNTIL",
    "DEFAULT_WEEKS",
    "CompanyReport",
    "Confusion",
    "Span",
    "ToolReport",
    "confusion",
    "dated",
    "read_truth",
    "write_company",
]
