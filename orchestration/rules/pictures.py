"""What the pictures of the rule language show. The outcomes below are facts that a test takes from the macros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestration.registry.rule_models import Example, Rule, RuleFile
from orchestration.rules.bands import Rate, Standing, band
from orchestration.rules.examples import parse_example
from orchestration.rules.parsing import ParsedRule, parse_rule
from orchestration.rules.sentences import sentence
from orchestration.rules.timelines import Lane, Outcome, timeline
from orchestration.rules.vocabulary import Vocabulary

# rule -> example -> what is drawn; an example that is not named is not drawn, None: nothing is asked.
DRAWN: Mapping[str, Mapping[str, Outcome | None]] = {
    "unsure-advice-is-not-accepted": {
        "sure enough": Outcome("L1", "kept", "L1"),
        "accepted although unsure": Outcome("L1", "broken", "L1"),
        "the log does not say how sure": Outcome("L1", "unknown", "L1"),
        "edited, so nothing is asked": None,
    },
    "large-approvals-are-reviewed": {
        "reviewed in time": Outcome("L1", "kept", "L2"),
        "reviewed too late": Outcome("L1", "broken"),
        "reviewed beforehand, and another claim": Outcome("L2", "broken"),
        "the time is not over yet": Outcome("L1", "pending"),
    },
    "reviewed-before-the-money-goes": {
        "reviewed, then paid": Outcome("L1", "kept", "L2"),
        "paid before the review": Outcome("L1", "broken"),
    },
    "evidence-is-looked-at-first": {
        "the very next thing": Outcome("L1", "kept", "L2"),
        "something else came between": Outcome("L1", "broken"),
    },
    "four-eyes": {
        "bob reviews": Outcome("L1", "kept", "L3"),
        "a self-review does not count": Outcome("L1", "broken"),
    },
    "evidence-opened-before-accepting": {
        "opened, then accepted": Outcome("L2", "kept", "L1"),
        "opened afterwards, and of another claim": Outcome("L2", "broken"),
        "opened too long ago": Outcome("L2", "broken"),
        "the log begins too late to tell": Outcome("L2", "unknown"),
    },
    "evidence-opened-anew": {
        "opened since the advice was shown": Outcome("L3", "kept", "L2"),
        "the advice changed after it was opened": Outcome("L3", "broken"),
    },
    "decisions-hold": {
        "left alone": Outcome("L1", "kept"),
        "reopened on the fourth day": Outcome("L1", "broken", "L2"),
        "another claim, and after the week": Outcome("L1", "kept"),
        "the week is not over yet": Outcome("L1", "pending"),
    },
    "few-prompts-per-session": {
        "three are enough": Outcome("L1", "kept", "L3"),
        "the fourth is one too many": Outcome("L1", "broken", "L4"),
        "the session may still go on": Outcome("L1", "pending", "L2"),
    },
    "three-days-a-week": {
        "on three days": Outcome(None, "kept"),
        "three times, on two days": Outcome(None, "broken"),
        "away for two days, so two are enough": Outcome(None, "kept"),
        "the week is not over yet": Outcome(None, "pending"),
    },
    "every-claim-goes-through-triage": {
        "triaged before it was closed": Outcome(None, "kept", "L2"),
        "triaged after it was closed": Outcome(None, "broken"),
        "triaged by somebody else": Outcome(None, "broken"),
    },
    "trained-within-a-year": {
        "trained half a year ago": Outcome("L2", "kept"),
        "trained too long ago": Outcome("L2", "broken"),
        "trained afterwards": Outcome("L1", "broken"),
    },
}
# The examples of a share that are drawn; counts and verdict are those that they expect.
SHARES = ("a quarter is edited", "nothing is ever edited", "nearly everything is edited", "too few to tell")
# example -> accepted and shown, with low and with high confidence.
ACCEPTED: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "careful where the tool is unsure": ((6, 20), (16, 20)),
    "accepts whatever is shown": ((19, 20), (19, 20)),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One SVG file: `<kind>.svg`, or `<kind>_<option>.svg` for a variant."""

    name: str
    rule_id: str
    svg: str


def pictures(kind: str, file: RuleFile) -> list[Picture]:
    """The pictures of the rules that document a kind: the first shows the kind, each other one an option of it."""
    vocabulary = Vocabulary.of(file.catalogue)
    return [
        Picture(_name(kind, rule, number), rule.id, _svg(parse_rule(rule, vocabulary), vocabulary))
        for number, rule in enumerate(file.rules)
    ]


def option_of(rule: Rule) -> str:
    """What a variant is about: the option that it alone uses."""
    if rule.who not in (None, "same_user"):
        return str(rule.who)
    return next(key for key in ("before", "since", "immediately") if getattr(rule, key))


def _name(kind: str, rule: Rule, number: int) -> str:
    return kind if number == 0 else f"{kind}_{option_of(rule)}"


def _svg(parsed: ParsedRule, vocabulary: Vocabulary) -> str:
    rule = parsed.rule
    title = f"{rule.kind}: {rule.title}"
    if rule.kind in ("share", "calibrated"):
        return band(rule, list(_standings(rule)), title, sentence(parsed))
    lanes = [
        Lane(one.name, parse_example(one.events, rule, vocabulary), DRAWN[rule.id][one.name])
        for one in rule.examples
        if one.name in DRAWN[rule.id]
    ]
    return timeline(parsed, lanes, title, sentence(parsed))


def _standings(rule: Rule) -> Iterator[Standing]:
    """Counts and verdict of a band are those that the example itself expects."""
    for example in rule.examples:
        if example.name not in (*SHARES, *ACCEPTED):
            continue
        assert example.expect.verdict is not None
        rates = _of_band(example) if rule.kind == "share" else _of_calibration(example)
        yield Standing(example.name, rates, example.expect.verdict)


def _of_band(example: Example) -> tuple[Rate, ...]:
    kept, broken = example.expect.kept or 0, example.expect.broken or 0
    return (Rate(kept, kept + broken, "edited"),)


def _of_calibration(example: Example) -> tuple[Rate, ...]:
    low, high = ACCEPTED[example.name]
    return (Rate(*low, "accepted where unsure"), Rate(*high, "accepted where sure"))
