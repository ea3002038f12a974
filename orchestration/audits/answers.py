"""How each question is answered. Yes needs evidence or a document; no needs evidence that it is missing; else vague."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.audits.evidence import Answer, Evidence, Measured
from orchestration.audits.questions import ACTIONS
from orchestration.registry.production_models import QUESTIONS, Downstream, Production, Recorded, Upstream

DRILL_HOLDS = timedelta(days=180)
"""A drill says how things were; after half a year it must be run again."""
ANSWER_HOLDS = timedelta(days=365)
REAL_CASES = 200
FINAL_WEEKS = 4
MOST = 0.8
"""So many of the people concerned must be trained, or keep a rule, for it to be said of them."""
DUE = {"no": timedelta(days=30), "vague": timedelta(days=60)}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the evidence says; `gap` names what is missing."""

    answer: str
    evidence: str
    gap: str | None = None


def audit(evidence: Evidence, due_before: Mapping[str, date]) -> list[Answer]:
    """All sixteen answers. A gap that was there before keeps its date: a plan that moves every week is none."""
    return [_answer(question, evidence, due_before.get(question)) for question in QUESTIONS]


def _answer(question: str, evidence: Evidence, due_before: date | None) -> Answer:
    shown = _ANSWERS[question](evidence)
    recorded = evidence.tool.audit.get(question)
    best = _with_recorded(shown, recorded, evidence.today)
    if best.answer == "yes":
        return Answer(question, "yes", best.evidence)
    due = recorded.due if recorded and recorded.due else due_before or evidence.today + DUE[best.answer]
    owner = recorded.owner if recorded and recorded.owner else evidence.tool.owner.email
    action = recorded.action if recorded and recorded.action else ACTIONS[question]
    return Answer(question, best.answer, best.evidence, best.gap or "nothing shows it", owner, action, due)


def _with_recorded(shown: _Shown, recorded: Recorded | None, today: date) -> _Shown:
    """What people recorded stands in where data show nothing; where data show a gap, no document closes it."""
    if recorded is None or shown.answer != "vague":
        return shown
    said = f"Recorded{f' on {recorded.on}' if recorded.on else ''}: {recorded.answer}"
    said += f" ({recorded.document})" if recorded.document else ""
    said += f". {recorded.note}" if recorded.note else "."
    if recorded.answer == "yes" and recorded.on is not None and today - recorded.on > ANSWER_HOLDS:
        return _Shown("vague", said, "the answer is more than a year old")
    if recorded.answer == "yes":
        return _Shown("yes", said)
    return _Shown(recorded.answer, f"{said} {shown.evidence}", recorded.action or shown.gap)


def _production(evidence: Evidence) -> Production:
    return evidence.tool.production or Production()


def _distribution(evidence: Evidence) -> _Shown:
    measured = evidence.measured
    if measured.final_weeks >= FINAL_WEEKS and measured.decisions >= REAL_CASES:
        gap = f", calibration gap {measured.calibration_gap:.1%}" if measured.calibration_gap is not None else ""
        return _Shown("yes", f"{measured.decisions:,} real decisions in four weeks were held against its answers{gap}.")
    return _Shown("vague", f"{measured.decisions:,} decisions in four weeks are comparable.", "too few real cases")


def _upstream(evidence: Evidence) -> _Shown:
    sources = _production(evidence).integration.upstream
    if not sources:
        return _Shown("no", "No upstream source is named in tools.yml.", "the map is missing")
    lacking = [one.name for one in sources if not (one.schema_ and one.updates and one.on_failure and one.fallback)]
    if lacking:
        return _Shown("vague", f"Named upstream sources: {len(sources)}.", f"incomplete: {', '.join(lacking)}")
    return _Shown("yes", f"Upstream sources with schema, rhythm, failure behaviour and fallback: {len(sources)}.")


def _pipeline(evidence: Evidence) -> _Shown:
    measured = evidence.measured
    if not measured.lines_read:
        return _Shown("vague", "No line of its logs has come yet.", "nothing to judge by")
    if not measured.is_balanced:
        return _Shown("no", f"{measured.lines_read:,} lines read, not all accounted for.", "the books do not balance")
    told = f"{measured.lines_read:,} lines read, each accounted for"
    if measured.is_late:
        return _Shown("no", f"{told}.", "a source is late")
    return _Shown("yes", f"{told}; every source is within its deadline.")


def _malformed(evidence: Evidence) -> _Shown:
    drilled = _drill(evidence, "quarantine")
    if evidence.measured.lines_quarantined:
        return _Shown(
            "yes",
            f"{evidence.measured.lines_quarantined:,} broken lines came, are kept with reasons, and stopped nothing.",
        )
    if drilled:
        return _Shown("yes", f"The drill of {drilled} planted broken lines, and the alert came.")
    return _Shown("vague", "No broken line has come yet.", "never tried")


def _drill(evidence: Evidence, kind: str) -> date | None:
    day = evidence.setting.drills.get(kind)
    return day if day is not None and evidence.today - day <= DRILL_HOLDS else None


def _map(evidence: Evidence) -> _Shown:
    integration = _production(evidence).integration
    if not integration.upstream and not integration.downstream:
        return _Shown("no", "No integration is named in tools.yml.", "the map is missing")
    if not integration.upstream or not integration.downstream:
        side = "upstream" if not integration.upstream else "downstream"
        return _Shown("vague", "One direction is mapped.", f"nothing {side} is named")
    both: tuple[Upstream | Downstream, ...] = (*integration.upstream, *integration.downstream)
    lacking = [one.name for one in both if not (one.on_failure and one.fallback)]
    if lacking:
        return _Shown("vague", f"Named systems: {len(both)}.", f"no failure behaviour: {', '.join(lacking)}")
    return _Shown("yes", f"Systems of which it is said what happens when they fail: {len(both)}.")


def _apis(evidence: Evidence) -> _Shown:
    integration = _production(evidence).integration
    links = [(one.name, one.schema_) for one in integration.upstream]
    links += [(one.name, one.interface) for one in integration.downstream]
    lacking = [name for name, document in links if not document]
    if not links:
        return _Shown("vague", "No integration is named in tools.yml.", "no interface is documented here")
    if lacking:
        return _Shown(
            "vague", f"{len(links) - len(lacking)} of {len(links)} are linked.", f"missing: {', '.join(lacking)}"
        )
    return _Shown("yes", f"All {len(links)} interfaces are linked.")


def _load(evidence: Evidence) -> _Shown:
    measured = evidence.measured
    if not measured.has_promised_volume:
        return _Shown("vague", "No volume is promised.", "nothing to reach")
    held, judged = measured.volume_weeks_held, measured.volume_weeks_judged
    if judged >= FINAL_WEEKS and held * 4 >= judged * 3:
        return _Shown("yes", f"It carried the promised volume in {held} of the last {judged} weeks.")
    return _Shown("vague", f"It carried the promised volume in {held} of {judged} weeks.", "the volume was not reached")


def _fallback(evidence: Evidence) -> _Shown:
    fallback = _production(evidence).fallback
    if not fallback:
        return _Shown("no", "No fallback is stated.", "nobody knows what to do without it")
    if evidence.measured.outages:
        outages = evidence.measured.outages
        told = "one declared outage" if outages == 1 else f"{outages} declared outages"
        return _Shown("yes", f"{fallback} It was needed in {told}.")
    return _Shown("vague", fallback, "it was never tried")


def _working(evidence: Evidence) -> _Shown:
    promised = _production(evidence)
    parts = {
        "a volume": bool(promised.expected_people_per_day or promised.expected_events_per_day),
        "an error budget": promised.error_budget is not None,
        "a target": evidence.setting.targets > 0,
    }
    missing = [name for name, is_there in parts.items() if not is_there]
    there = [name for name, is_there in parts.items() if is_there]
    if not there:
        return _Shown("no", "Neither volume, error budget nor target are stated.", "nothing to measure it by")
    told = f"Stated and measured every week: {', '.join(there)}, freshness."
    return _Shown("vague", told, f"missing: {', '.join(missing)}") if missing else _Shown("yes", told)


def _alerting(evidence: Evidence) -> _Shown:
    if not evidence.setting.destinations:
        return _Shown("no", "alerts.yml sends nothing of this tool anywhere.", "nobody hears of it")
    drilled = _drill(evidence, "zero-day")
    to = ", ".join(evidence.setting.destinations)
    if drilled is None:
        return _Shown("vague", f"Alerts go to {to}.", "no drill in half a year has shown that they come")
    return _Shown("yes", f"Alerts go to {to}; the drill of {drilled} planted a day without anybody, and it came.")


def _owner(evidence: Evidence) -> _Shown:
    owner = evidence.tool.owner
    if evidence.measured.is_owner_here is False:
        return _Shown("no", f"{owner.name} is no longer on the roster.", "nobody answers for it")
    if evidence.measured.is_owner_here is None:
        return _Shown("vague", f"{owner.name} is named; no roster has the address.", "whether they are here is unknown")
    deputies = len(_production(evidence).deputies)
    others = "1 deputy" if deputies == 1 else f"{deputies or 'no'} deputies"
    return _Shown("yes", f"{owner.name}, on the roster, with {others}.")


def _retraining(evidence: Evidence) -> _Shown:
    policy = _production(evidence).retraining
    if policy is None:
        return _Shown("no", "No policy is stated.", "nobody knows when it is retrained")
    parts = {
        "a trigger": policy.has_trigger,
        "a process": bool(policy.process),
        "an approver": policy.approver is not None,
    }
    missing = [name for name, is_there in parts.items() if not is_there]
    if missing or policy.approver is None:
        return _Shown("vague", "A policy is stated in part.", f"missing: {', '.join(missing)}")
    return _Shown("yes", f"{policy.process}; {policy.approver.name} approves; its triggers are watched every week.")


def _design(evidence: Evidence) -> _Shown:
    del evidence
    return _Shown("vague", "No data can show it.", "no record is linked")


def _correct_use(evidence: Evidence) -> _Shown:
    setting, measured = evidence.setting, evidence.measured
    if not setting.rules:
        return _Shown("no", "No rule says what correct use is.", "correct use is not defined")
    told = f"{setting.rules} rules, {setting.rules_with_examples} with examples that keep and break them"
    share = measured.judged_share
    told += f"; {share:.0%} of the people it is meant for are judged" if share is not None else ""
    if not measured.can_prove:
        return _Shown("vague", f"{told}.", "its sources cannot tell correct use from incorrect")
    if setting.rules_with_examples < setting.rules or share is None or share < 0.5:
        return _Shown("vague", f"{told}.", "rules without examples, or too few people judged")
    return _Shown("yes", f"{told}.")


def _workflow(evidence: Evidence) -> _Shown:
    document = _production(evidence).workflow_change
    if document:
        return _Shown("yes", f"{document}")
    return _Shown("vague", "No document is linked in tools.yml.", "how work changes is not written down")


def _outputs(evidence: Evidence) -> _Shown:
    """Three things together: what the output means is written down, people learnt it, and they act on it."""
    measured, document = evidence.measured, _production(evidence).output_meaning
    parts = [(bool(document), document or "no document says what the output means"), _trained(measured)]
    if measured.has_calibrated_rule:
        judged, kept = measured.calibrated_people, measured.calibrated_satisfied
        text = f"{kept} of {judged} people judged trust it no further than its confidence"
        parts.append((judged > 0 and kept >= MOST * judged, text))
    told = "; ".join(text for _, text in sorted(parts, key=lambda part: not part[0])) + "."
    missing = [text for holds, text in parts if not holds]
    if not missing:
        return _Shown("yes", told)
    is_nothing = len(missing) == len(parts) and not measured.trained_people
    return _Shown("no" if is_nothing else "vague", told, missing[0])


def _trained(measured: Measured) -> tuple[bool, str]:
    """Whether most of those who use it completed a module that its rules name."""
    modules = f"one of {', '.join(measured.modules)}" if measured.modules else "any module: no rule names one"
    text = f"{measured.trained_people} of {measured.active_people} users completed {modules}"
    return measured.active_people > 0 and measured.trained_people >= MOST * measured.active_people, text


_ANSWERS: Mapping[str, Callable[[Evidence], _Shown]] = {
    "data-distribution": _distribution,
    "data-upstream": _upstream,
    "data-pipeline": _pipeline,
    "data-malformed": _malformed,
    "integration-map": _map,
    "integration-apis": _apis,
    "integration-load": _load,
    "integration-fallback": _fallback,
    "governance-working": _working,
    "governance-alerting": _alerting,
    "governance-owner": _owner,
    "governance-retraining": _retraining,
    "adoption-design": _design,
    "adoption-correct-use": _correct_use,
    "adoption-workflow": _workflow,
    "adoption-outputs": _outputs,
}
