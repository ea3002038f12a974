"""What a rule file may leave out but should not: warnings, beside the errors that compiling finds."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.errors import Problem
from orchestration.registry.rule_models import Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile

_WANTED = {
    "owner": "name who answers for the rule, such as `owner: claims-risk`",
    "why": "give the reason that people will read when they are told of a breach",
    "train": "name the module that teaches it, or write `train: 'none: reason'`",
}


def advise(file: YamlFile, rules: RuleFile) -> list[Problem]:
    """A warning for every rule without owner, why or train, and where nobody could ever be proven correct."""
    found = [one for index, rule in enumerate(rules.rules) for one in _missing_prose(file, index, rule)]
    if rules.rules and all(rule.severity == "minor" for rule in rules.rules):
        what = f"every rule of {rules.tool!r} is minor, so nobody can be proven a correct user"
        found.append(file.problem(("rules",), what, "make the rule that matters most major", is_warning=True))
    return found


def _missing_prose(file: YamlFile, index: int, rule: Rule) -> Iterator[Problem]:
    for key, mend in _WANTED.items():
        if getattr(rule, key) is None:
            what = f"the rule {rule.id!r} has no {key!r}"
            yield file.problem(("rules", index, "id"), what, mend, is_warning=True)
