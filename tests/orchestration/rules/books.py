"""Rule files for the tests of the rule language: one rule of each kind, written by hand."""

from pathlib import Path

from orchestration.registry.rule_models import Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.compile import RuleRow, compile_rule
from orchestration.rules.parsing import ParsedRule, parse_rule
from orchestration.rules.vocabulary import Vocabulary

HERE = Path("triage.yml")
VOCABULARY = Vocabulary(
    frozenset({"recommendation_shown", "evidence_opened", "decide", "second_review", "prompt", "Send invoice, paid"}),
    {"claim_id": "text", "amount": "double", "pages": "integer", "dwell_s": "double"},
    frozenset({"reviews"}),
)
RULES = {
    "check": {"each": "decide where decision = 'approve'", "must": "dwell_s >= 2"},
    "followed_by": {
        "each": "decide where decision = 'approve' and amount >= 10000",
        "then": "second_review",
        "who": "other_user",
        "same": ["claim_id"],
        "within": "3d",
    },
    "preceded_by": {"each": "decide", "first": "evidence_opened", "same": "item_id", "within": "15m"},
    "not_followed_by": {"each": "decide", "never": "prompt", "within": "7d"},
    "count": {"per": "session", "of": "prompt", "max": 3},
    "share": {"of": "decide where decision = 'edit'", "among": "decide", "min": "5%", "max": "60%"},
    "cadence": {"of": "prompt", "at_least": "3 days"},
    "coverage": {"items": "claim", "by": "decide, prompt"},
    "calibrated": {"each": "decide", "accepted": "decision = 'approve'", "low": "50%", "high": "80%", "gap": "20%"},
    "trained": {"each": "decide", "module": "CT-301", "valid_for": "52w"},
}


def rule(kind, **changes):
    """The rule of that kind with some keys changed (None drops one)."""
    keys = {"id": f"triage-{kind.replace('_', '-')}", "kind": kind, "severity": "major", **RULES[kind], **changes}
    return Rule.model_validate({key: value for key, value in keys.items() if value is not None})


def parsed(kind, **changes) -> ParsedRule:
    return parse_rule(rule(kind, **changes), VOCABULARY)


def compiled(kind, **changes) -> RuleRow:
    return compile_rule("triage", rule(kind, **changes), VOCABULARY)


def read(text: str) -> tuple[YamlFile, RuleFile]:
    """A rule file from its text."""
    file = YamlFile.parse(HERE, text)
    return file, validate(file, RuleFile)
