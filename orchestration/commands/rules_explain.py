"""`takeup rules explain`: a verdict that its subject can check and act upon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.commands.output import say, say_json
from orchestration.errors import DataError, UsageError
from orchestration.explain import Breach, Explanation, Publication, RuleExplanation, explain
from orchestration.vault import Vault
from orchestration.way_back import WayBack
from orchestration.workspace import Workspace

TERMS = ("rule_id", "version", "semantic_hash", "kind", "severity", "title", "sentence", "why", "owner", "tolerate",
         "evidence_incorrect", "evidence_correct", "share_min", "share_max")  # fmt: skip
CLASSES = {
    "non_user": "Non-user",
    "incorrect_user": "Incorrect user",
    "correct_user": "Correct user",
    "not_judged": "Not judged",
}
OPEN = ("violated", "unproven")
WINDOW_NOTE = "The way back counts further cases only; old ones leave the rolling window meanwhile, which is ignored."


@dataclass(frozen=True, slots=True)
class Question:
    """Whose status is asked for. `person`: a person id, an alias or a person_key; `week` None: the latest final one."""

    person: str
    tool: str
    week: str | None
    why: str


def show_explanation(workspace: Workspace, question: Question, *, as_json: bool) -> int:
    """Print the explanation; 0."""
    with Publication(workspace) as publication:
        is_key = publication.knows_key(question.person)
        key = question.person if is_key else _key_of(workspace, question)
        found = explain(publication, key, question.tool, question.week)
    if as_json:
        say_json(document(found))
    else:
        for line in lines(found):
            say(line)
    return 0


def _key_of(workspace: Workspace, question: Question) -> str:
    """The person_key, through the vault, which logs it."""
    if not (workspace.vault / "key").is_file():
        raise UsageError(f"{workspace.vault}: no vault, so nobody can be looked up - give a person_key")
    key = Vault(workspace).lookup([question.person], question.why)[question.person]
    if key is None:
        raise DataError(f"{question.person}: nobody on any roster has this identifier - check its spelling")
    return key


def lines(found: Explanation) -> Iterator[str]:
    """The explanation as plain text."""
    status = found.status
    name = CLASSES.get(status["status"], status["status"])
    provisional = " (provisional: late records or open deadlines may still change it)"
    yield f"{name}: {found.says}{provisional if status['is_provisional'] else ''}"
    yield f"{found.person_key} · {status['title']} ({found.tool_id}) · {found.week}"
    last = found.window_end - timedelta(days=1)
    days = f"{_count(status['active_days'], 'day')}, {_count(status['available_days'], 'available day')}"
    yield f"judged over {found.window_start} to {last}: {_count(status['uses'], 'use')} on {days}"
    yield f"times in {found.timezone}"
    for rule in found.rules:
        yield ""
        yield from _rule_lines(rule, ZoneInfo(found.timezone))
    if any(rule.verdict in OPEN for rule in found.rules):
        yield f"\n{WINDOW_NOTE}"


def _rule_lines(rule: RuleExplanation, zone: ZoneInfo) -> Iterator[str]:
    terms = rule.terms
    verdict = rule.verdict.replace("_", " ")
    yield f"{terms['rule_id']} (version {terms['version']}, {terms['severity']}): {verdict}"
    yield f"  {terms['sentence']}"
    if rule.judged:
        yield f"  {_broken(rule)}"
    for breach in rule.breaches if _are_telling(rule) else ():
        yield f"    {_breach(breach, zone)}"
    for one in rule.missing:
        yield f"  missing: {one}"
    if rule.way_back and rule.verdict in OPEN:
        yield f"  way back: {way_back_in_words(rule, rule.way_back)}"
    if rule.broken and rule.verdict != "satisfied":
        yield f"  why: {terms['why'] or 'no reason is given'}"
        yield f"  train: {terms['train'] or 'no module is named'}"


def _broken(rule: RuleExplanation) -> str:
    if rule.terms["kind"] == "share" and rule.terms.get("share_min") is not None:
        band = f"{rule.terms['share_min']:.0%} to {rule.terms['share_max']:.0%} permitted"
        return f"{rule.judged - rule.broken:,} of {rule.judged:,} ({1 - rule.broken / rule.judged:.0%}; {band})"
    if rule.terms["kind"] in ("share", "calibrated"):
        return f"{rule.judged - rule.broken:,} of {rule.judged:,}"
    permitted = f"{rule.terms['tolerate']:.0%} permitted" if rule.terms["tolerate"] else "none permitted"
    return f"broken {rule.broken:,} of {rule.judged:,} ({rule.broken / rule.judged:.0%}; {permitted})"


def _are_telling(rule: RuleExplanation) -> bool:
    """Of a share the cases that were not taken are no breaches, unless there are too many of them."""
    least = rule.terms.get("share_min")
    return rule.terms["kind"] != "share" or (least is not None and rule.judged - rule.broken < least * rule.judged)


def _breach(breach: Breach, zone: ZoneInfo) -> str:
    times = f" ×{breach.weight}" if breach.weight > 1 else ""
    evidence = breach.evidence_event_id
    seen = f", seen at {evidence}" if evidence and evidence != breach.event_id else ""
    due = f", due {breach.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if breach.due_at != breach.at else ""
    return f"{breach.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {breach.event_id}{times}{due}{seen}"


def way_back_in_words(rule: RuleExplanation, way: WayBack) -> str:
    """How many further clean cases, of what, until what; or when the breaches will have left the window."""
    steps = []
    if way.until_not_violated:
        steps.append(f"{way.until_not_violated:,} until no longer violated")
    if way.until_satisfied:
        steps.append(f"{way.until_satisfied:,} until satisfied")
    said = [f"further {way.clean_cases}: {', '.join(steps)}"] if steps else []
    if way.why_not:
        said.append(way.why_not)
    if rule.clean_from and (way.until_not_violated is None or way.until_satisfied is None):
        said.append(f"without a new breach, {rule.clean_from:%G-W%V} is the first week without these")
    return "; ".join(said)


def document(found: Explanation) -> dict[str, Any]:
    """The explanation for programs."""
    status: Mapping[str, Any] = found.status
    names = ("status", "reason", "is_provisional", "uses", "active_days", "available_days", "org_unit")
    return {
        "person_key": found.person_key,
        "tool_id": found.tool_id,
        "week": found.week,
        "week_start": found.week_start,
        "window": {"from": found.window_start, "to": found.window_end - timedelta(days=1)},
        **{name: status[name] for name in names},
        "says": found.says,
        "rules": [_rule_document(rule) for rule in found.rules],
        "note": WINDOW_NOTE,
    }


def _rule_document(rule: RuleExplanation) -> dict[str, Any]:
    return {
        **{name: rule.terms.get(name) for name in TERMS},
        "verdict": rule.verdict,
        "judged": rule.judged,
        "broken": rule.broken,
        "pending": rule.pending,
        "unknown": rule.unknown,
        "excused": rule.excused,
        "value": rule.terms["value"],
        "first_broken": [asdict(one) for one in rule.breaches],
        "missing": list(rule.missing),
        "way_back": asdict(rule.way_back) if rule.way_back else None,
        "clean_from_week": f"{rule.clean_from:%G-W%V}" if rule.clean_from else None,
        "module": rule.terms["train"],
    }


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
