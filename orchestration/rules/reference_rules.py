"""The rules that document the language: one file per kind, the first rule its plain form, further ones an option."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.registry.rule_models import KEYS, Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.rules.parsing import parse_rule
from orchestration.rules.sentences import sentence
from orchestration.rules.vocabulary import Vocabulary

FOLDER = Path(__file__).with_name("reference")


@dataclass(frozen=True, slots=True)
class Documented:
    """The file of one kind."""

    kind: str
    yaml: YamlFile
    file: RuleFile

    def sentence(self, rule: Rule) -> str:
        """The rule in words, as every publication says it."""
        return sentence(parse_rule(rule, Vocabulary.of(self.file.catalogue)))

    def text(self, rule: Rule) -> str:
        """The YAML of one rule, as the file has it."""
        starts = [self.yaml.position(("rules", index))[0] for index in range(len(self.file.rules))]
        number = self.file.rules.index(rule)
        end = starts[number + 1] - 1 if number + 1 < len(starts) else None
        return "\n".join(self.yaml.text.split("\n")[starts[number] - 1 : end]).rstrip() + "\n"


def documented() -> list[Documented]:
    """The files of all kinds, in the order of the language."""
    found = []
    for kind in KEYS:
        yaml = YamlFile.read(FOLDER / f"{kind}.yml")
        found.append(Documented(kind, yaml, validate(yaml, RuleFile)))
    return found
