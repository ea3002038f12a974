"""The rules that benchmarks/rules.py judges: one of every kind, and a book of twenty over five tools."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.compile import RuleRow, compile_rule_book

SAME_ITEM = "same: [item_id], within: 1d"
KINDS: Mapping[str, str] = {
    "check": 'kind: check, tolerate: 5%, each: "decide where confidence < 0.3", must: "dwell_ms >= 5000"',
    "share": "kind: share, of: \"decide where decision = 'accepted'\", among: decide, min: 20%, max: 90%",
    "calibrated": "kind: calibrated, each: decide, accepted: \"decision = 'accepted'\", confidence: confidence,"
    " low: 0.5, high: 0.8, gap: 0.2",
    "preceded_by": f"kind: preceded_by, tolerate: 5%, each: decide, first: evidence_opened, {SAME_ITEM}",
    "preceded_by since": f"kind: preceded_by, tolerate: 5%, each: decide, first: evidence_opened,"
    f" since: recommendation_shown, {SAME_ITEM}",
    "followed_by before": f"kind: followed_by, tolerate: 5%, each: recommendation_shown, then: decide, before: share,"
    f" {SAME_ITEM}",
    "four eyes": 'kind: followed_by, tolerate: 5%, each: "decide where amount >= 10000", then: second_review,'
    " who: other_user, same: [item_id], within: 3d",
    "not_followed_by": f"kind: not_followed_by, tolerate: 5%, each: decide, never: undo, {SAME_ITEM}",
    "count": "kind: count, tolerate: 5%, per: session, of: \"decide where decision = 'accepted'\", max: 3,"
    " each: decide",
    "cadence": "kind: cadence, tolerate: 5%, of: decide, at_least: 2 days, per: week",
    "trained": "kind: trained, tolerate: 5%, each: decide, module: M1, valid_for: 90d",
}
BOOK: Mapping[int, Sequence[str]] = {
    0: ("check", "share", "preceded_by", "followed_by before"),
    1: ("preceded_by", "preceded_by since", "not_followed_by", "cadence"),
    2: ("followed_by before", "not_followed_by", "preceded_by", "calibrated"),
    3: ("four eyes", "count", "followed_by before", "preceded_by since"),
    4: ("trained", "check", "preceded_by", "not_followed_by"),
}
HEAD = """tool: {tool_id}
catalogue:
  events: [recommendation_shown, evidence_opened, note_added, decide, second_review, share, undo, close]
  attributes: {{amount: double}}
rules:
"""
RULE = "- {{id: {rule_id}, version: 1, title: x, severity: major, owner: o, why: w, train: t, examples: [], {terms}}}\n"


def compiled(book: Mapping[int, Sequence[str]]) -> list[RuleRow]:
    """The rows of the rule book that gives each tool (by number) the kinds named for it."""
    with tempfile.TemporaryDirectory() as folder:
        files = [_written(Path(folder), tool, kinds) for tool, kinds in book.items()]
        return compile_rule_book([(file, validate(file, RuleFile)) for file in files])


def _written(folder: Path, tool: int, kinds: Sequence[str]) -> YamlFile:
    tool_id = f"tool-{tool}"
    rules = (
        RULE.format(rule_id=f"{tool_id}-{kind.replace(' ', '-').replace('_', '-')}", terms=KINDS[kind])
        for kind in kinds
    )
    path = folder / f"{tool_id}.yml"
    path.write_text(HEAD.format(tool_id=tool_id) + "".join(rules))
    return YamlFile.read(path)
