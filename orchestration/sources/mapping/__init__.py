"""Logs that no format of takeup's own knows, read by what a mapping file says about them.

The registry turns a mapping file into a `Plan`; `source_format` turns the plan into a format like any other. Nothing in
a plan is ever run as code or as SQL: names are looked up, patterns are bounded, conditions are trees.
"""

from orchestration.sources.mapping.compiled import source_format
from orchestration.sources.mapping.plan import Plan

__all__ = ["Plan", "source_format"]
