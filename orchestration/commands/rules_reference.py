"""`takeup rules reference`: the page of the rule language, written from the code that reads and judges rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from orchestration.commands.output import say
from orchestration.commands.rules_tables import every_key, kind_keys, matrix, model_keys
from orchestration.commands.rules_terms import terms
from orchestration.registry.rule_models import (
    KEYS,
    Catalogue,
    Effective,
    Evidence,
    Example,
    Expectation,
    Period,
    Rule,
    RuleFile,
)
from orchestration.rules.meanings import MEANINGS
from orchestration.rules.pictures import Picture, option_of, pictures
from orchestration.rules.reference_rules import Documented, documented

PICTURES = Path("pictures") / "rules"
HEADING = """\
# The rule language

<!-- Written by `make docs` (takeup rules reference) from the code itself; changes here are lost. -->

**One idea: every rule yields obligations; everything after that is uniform.** An obligation says that one person, by
one event, came to owe something. It is kept or broken; or pending, unknown or excused, and then it counts for nothing.
Obligations make [verdicts](#verdict), verdicts make the [status](#status-of-a-person) of a person.

[Rule files](#rule-files) · [Kinds](#kinds) · [Selectors and conditions](#selectors-and-conditions) ·
[Examples](#examples) · [Order](#order-in-time) · [Outcomes](#outcomes) · [Verdict](#verdict) ·
[Status of a person](#status-of-a-person) · [Periods](#periods) · [Versions](#versions) ·
[Measures](#measures-of-daily-counts) · [Columns](#columns)

`takeup check` finds mistakes, `takeup rules test` judges the examples of each rule and asks whether they would notice
if it said something else, and `takeup rules explain` says what broke a rule. [All commands](cli.md).
"""
FILES = """
## Rule files

`config/rules/<tool>.yml` holds the rules of one tool. A key that is not in these tables is an error, with a suggestion.
`takeup schemas` writes the same as JSON Schema, for editors.
"""


def write_reference(out: Path | None) -> None:
    """The page on stdout; with `out` into that file, and its pictures into pictures/rules beside it."""
    if out is None:
        say(page().rstrip("\n"))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(), encoding="utf-8")
    for path, svg in picture_files(out.parent).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    say(str(out))


def picture_files(folder: Path) -> Mapping[Path, str]:
    """Every picture of the page by its path, for a page in `folder`."""
    drawn = [one for kind in documented() for one in pictures(kind.kind, kind.file)]
    return {folder / PICTURES / f"{one.name}.svg": one.svg for one in drawn}


def page() -> str:
    """The whole page in Markdown."""
    kinds = "".join(_kind(one) for one in documented())
    return HEADING + _files() + _overview() + kinds + terms()


def _files() -> str:
    catalogue = f"\n### `catalogue`\n\n{model_keys(Catalogue)}"
    rule = f"\n### Keys of every rule\n\n{every_key()}\n{matrix()}"
    parts: Mapping[str, type[BaseModel]] = {
        "`evidence`": Evidence,
        "`effective`": Effective,
        "An entry of `examples`": Example,
        "`expect` of an example": Expectation,
        "`period`": Period,
    }
    further = "".join(f"\n### {name}\n\n{model_keys(model)}" for name, model in parts.items())
    return f"{FILES}\n{model_keys(RuleFile)}{catalogue}{rule}{further}"


def _overview() -> str:
    rows = [
        f"| [`{kind}`](#{kind}) | {meaning.per} | {meaning.kept} | {meaning.declare} |"
        for kind, meaning in MEANINGS.items()
    ]
    head = "| kind | one obligation per | kept if and only if | Declare template |\n|---|---|---|---|\n"
    return f"\n## Kinds\n\n{head}" + "\n".join(rows) + "\n" + _LEGEND


_LEGEND = """
Each picture below is drawn from the examples beside it. What it shows as kept or broken is what the judging models make
of them: a test compares.
"""


def _kind(one: Documented) -> str:
    meaning, (plain, *variants) = MEANINGS[one.kind], one.file.rules
    drawn = {picture.rule_id: picture for picture in pictures(one.kind, one.file)}
    means = f"One obligation per {meaning.per}. Kept if and only if {meaning.kept}. {meaning.further}"
    head = f"\n### `{one.kind}`\n\n{means}\n\n{kind_keys(one.kind)}"
    return (
        head + _shown(one, plain, drawn[plain.id]) + "".join(_variant(one, rule, drawn[rule.id]) for rule in variants)
    )


def _shown(one: Documented, rule: Rule, picture: Picture) -> str:
    """The sentence, the picture and the YAML of one rule."""
    told = one.sentence(rule)
    return (
        f"\n> {told}\n\n![{rule.kind}: {rule.title}]({(PICTURES / f'{picture.name}.svg').as_posix()})\n\n"
        f"```yaml\n{one.text(rule)}```\n"
    )


def _variant(one: Documented, rule: Rule, picture: Picture) -> str:
    option = option_of(rule)
    name = f"who: {option}" if option == rule.who else option
    return f"\n#### `{one.kind}` with `{name}`\n{_shown(one, rule, picture)}"


assert set(MEANINGS) == set(KEYS)
