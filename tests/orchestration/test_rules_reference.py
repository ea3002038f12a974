"""The page of the rule language: it is that of the code, its examples stand, and its pictures show what is judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from orchestration.commands.rules_reference import page, picture_files, write_reference
from orchestration.commands.rules_terms import branches
from orchestration.explain import REASONS
from orchestration.judging import Judgement, judge
from orchestration.registry.rule_models import (
    KEYS,
    Catalogue,
    Effective,
    Evidence,
    Example,
    Expectation,
    Rule,
    RuleFile,
)
from orchestration.rules.compile import compile_rule
from orchestration.rules.examples import parse_example
from orchestration.rules.pictures import ACCEPTED, DRAWN, SHARES
from orchestration.rules.reference_rules import documented
from orchestration.rules.svg import WIDTH
from orchestration.rules.vocabulary import Vocabulary
from orchestration.trying.cases import case_of
from orchestration.trying.examples import try_rules

DOCS = Path(__file__).resolve().parents[2] / "docs"
RENEW = "renew it with: make docs"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_the_page_is_that_of_the_code(text: str) -> None:
    assert (DOCS / "rules.md").read_text() == text, RENEW


def test_the_pictures_are_those_of_the_examples() -> None:
    drawn = picture_files(DOCS)
    assert {path: path.read_text() for path in drawn if path.exists()} == drawn, RENEW
    assert set((DOCS / "pictures" / "rules").iterdir()) == set(drawn)


def test_page_and_pictures_are_written_where_they_are_asked_for(tmp_path: Path, text: str) -> None:
    write_reference(tmp_path / "site" / "language.md")
    assert (tmp_path / "site" / "language.md").read_text() == text
    shown = re.findall(r"\]\((pictures/[^)]+)\)", text)
    assert shown
    assert all((tmp_path / "site" / picture).is_file() for picture in shown)


@pytest.mark.parametrize("model", [RuleFile, Catalogue, Rule, Evidence, Effective, Example, Expectation])
def test_every_key_says_what_it_is(model: type[Rule]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_every_kind_has_its_section_with_each_of_its_keys(text: str) -> None:
    for kind, keys in KEYS.items():
        section = re.search(rf"^### `{kind}`\n(.*?)(?=^###? |\Z)", text, re.DOTALL | re.MULTILINE)
        assert section, kind
        for key in (*keys.required, *keys.optional):
            needed = "**needed**" if key in keys.required else ""
            assert re.search(rf"^\| `{key}` \|.*{re.escape(needed)}", section[1], re.MULTILINE), (kind, key)
        assert f"](pictures/rules/{kind}.svg)" in section[1]
        assert re.search(r"^> [A-Z].*\.$", section[1], re.MULTILINE), f"{kind}: its sentence"


def test_every_link_within_the_page_leads_somewhere(text: str) -> None:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings]
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)


def test_the_status_table_has_every_branch_of_the_macro_in_its_order(text: str) -> None:
    listed = re.findall(r"^\| \d+ \| `(\w+)` \| (\w+) \| .+ \|$", text, re.MULTILINE)
    assert listed == branches()
    assert {reason for _, reason in listed} == set(REASONS)


def svgs() -> Iterator[tuple[str, str]]:
    yield from ((path.stem, svg) for path, svg in picture_files(DOCS).items())


@pytest.mark.parametrize(("name", "svg"), svgs(), ids=lambda value: value if len(value) < 40 else "")
def test_a_picture_is_whole_and_needs_nothing_else(name: str, svg: str) -> None:
    root = ElementTree.fromstring(svg)
    assert root.find(f"{SVG}title") is not None, name
    told = root.find(f"{SVG}desc")
    assert told is not None
    assert "Examples: " in (told.text or "")
    assert "prefers-color-scheme: dark" in svg
    assert not re.search(r"<script|<image|<use|href|url\(|@import|http(?!://www\.w3\.org/2000/svg)", svg)


@pytest.mark.parametrize(("name", "svg"), svgs(), ids=lambda value: value if len(value) < 40 else "")
def test_everything_in_a_picture_lies_inside_its_card(name: str, svg: str) -> None:
    root = ElementTree.fromstring(svg)
    height = float(root.attrib["height"])
    for mark in root.iter():
        for key, limit in (("x", WIDTH), ("cx", WIDTH), ("x2", WIDTH), ("y", height), ("cy", height), ("y2", height)):
            assert 0 <= float(mark.get(key, 0)) <= limit, (name, mark.attrib)


def test_every_drawn_example_is_one_of_its_rule() -> None:
    rules = {rule.id: rule for one in documented() for rule in one.file.rules}
    for rule_id, drawn in DRAWN.items():
        assert set(drawn) <= {example.name for example in rules[rule_id].examples}
    bands = {example.name for rule in rules.values() if rule.id not in DRAWN for example in rule.examples}
    assert {*SHARES, *ACCEPTED} <= bands


@pytest.mark.slow
def test_the_documented_rules_stand() -> None:
    results = try_rules([(one.yaml, one.file) for one in documented()])
    assert {one.kind for one in results} == set(KEYS)
    assert [(one.rule_id, one.failures, one.missing, one.survivors) for one in results if not one.has_passed] == []


@pytest.fixture(scope="module")
def judged() -> Judgement:
    """Every documented example, judged by the production models; the case is 'rule/example'."""
    cases = []
    for one in documented():
        vocabulary = Vocabulary.of(one.file.catalogue)
        for rule in one.file.rules:
            row = compile_rule(one.file.tool, rule, vocabulary)
            logs = [(example.name, parse_example(example.events, rule, vocabulary)) for example in rule.examples]
            cases += [case_of(f"{rule.id}/{name}", log, [row]) for name, log in logs]
    return judge(cases)


@pytest.mark.slow
def test_the_outcomes_drawn_are_those_of_the_judge(judged: Judgement) -> None:
    found: dict[str, list[tuple[str | None, str, str | None]]] = {}
    for row in judged.obligations:
        found.setdefault(row.case_id, []).append((row.event_id, row.outcome, row.evidence_event_id))
    for rule_id, drawn in DRAWN.items():
        for name, outcome in drawn.items():
            expected = [(outcome.event, outcome.outcome, outcome.evidence)] if outcome else []
            assert found.get(f"{rule_id}/{name}", []) == expected, (rule_id, name)


@pytest.mark.slow
def test_the_rates_drawn_are_those_of_the_judge(judged: Judgement) -> None:
    (one,) = [one for one in documented() if one.kind == "calibrated"]
    (rule,) = one.file.rules
    assert rule.high is not None
    for example in rule.examples:
        if example.name not in ACCEPTED:
            continue
        log = parse_example(example.events, rule, Vocabulary.of(one.file.catalogue))
        sure = {event.event_id: event.fields["confidence"] >= rule.high for event in log.events}
        rates = {False: [0, 0], True: [0, 0]}
        for row in judged.obligations:
            if row.case_id == f"{rule.id}/{example.name}" and row.event_id is not None:
                is_sure = sure[row.event_id]
                rates[is_sure][0] += (row.outcome == "kept") == is_sure
                rates[is_sure][1] += 1
        assert (tuple(rates[False]), tuple(rates[True])) == ACCEPTED[example.name]
