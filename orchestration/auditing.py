"""Answering the readiness audit of every tool in a run: evidence together, answers kept."""

from __future__ import annotations

from datetime import date, timedelta

from orchestration.audits.answers import audit
from orchestration.audits.evidence import Evidence, Measured, Setting
from orchestration.drills.journal import passed
from orchestration.loading import audits as kept
from orchestration.loading.alert_facts import today_of
from orchestration.loading.session import Session
from orchestration.registry.loading import Registry
from orchestration.registry.models import Tool
from orchestration.registry.rule_models import Rule
from orchestration.workspace import Workspace


def audit_tools(session: Session, workspace: Workspace, registry: Registry) -> int:
    """Answer all questions of all tools by the figures of the run under way, and keep them; how many are no yes."""
    today = today_of(session)
    measured, before = kept.measured(session), kept.due_before(session)
    drills = passed(workspace)
    answers = {
        tool.id: audit(
            Evidence(tool, measured.get(tool.id, Measured()), _setting(registry, tool, drills), today),
            before.get(tool.id, {}),
        )
        for tool in registry.tools
    }
    kept.keep(session, answers, today - timedelta(days=today.weekday()), session.value("select as_of from raw.run"))
    return sum(one.answer != "yes" for mine in answers.values() for one in mine)


def _setting(registry: Registry, tool: Tool, drills: dict[str, date]) -> Setting:
    rules = [rule for file in registry.rules_of(tool.id) for rule in file.rules]
    return Setting(
        targets=sum(target.tool == tool.id for target in registry.targets),
        rules=len(rules),
        rules_with_examples=sum(_has_examples(rule) for rule in rules),
        destinations=tuple(one.name for one in registry.alerts.destinations if not one.tools or tool.id in one.tools),
        drills=drills,
    )


def _has_examples(rule: Rule) -> bool:
    """Whether some example keeps the rule and some breaks it."""
    counted = [one.expect for one in rule.examples]
    return any(one.kept for one in counted) and any(one.broken for one in counted)
