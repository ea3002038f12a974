from books import read

from orchestration.rules.advice import advise

RULE = "- {id: a, kind: check, each: x, must: a = 1, severity: major, owner: o, why: w, train: t}\n"
HEAD = "tool: t\nrules:\n"


def advised(text):
    return [str(one) for one in advise(*read(HEAD + text))]


def test_a_rule_with_owner_reason_and_module_needs_no_advice():
    assert advised(RULE) == []


def test_a_rule_without_reason_owner_or_module_is_warned_about():
    found = advised(RULE.replace(", owner: o, why: w, train: t", ""))
    assert [one.split(" - ")[0] for one in found] == [
        f"triage.yml:3:8: warning: the rule 'a' has no '{key}'" for key in ("owner", "why", "train")
    ]


def test_minor_rules_alone_prove_nobody_correct():
    found = advised(RULE.replace("severity: major", "severity: minor"))
    assert "nobody can be proven a correct user" in found[0]
    assert advised(RULE + RULE.replace("id: a", "id: b").replace("major", "minor")) == []
