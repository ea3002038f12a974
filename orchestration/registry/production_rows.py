"""Production definitions, contacts, integrations and pauses as rows of the raw schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from orchestration.registry.loading import Registry
from orchestration.registry.models import Tool
from orchestration.registry.pauses import Pause
from orchestration.registry.production_models import ACTS, Act, Downstream, Production, Upstream

Row = dict[str, Any]


def production_rows(registry: Registry) -> dict[str, list[Row]]:
    """Rows by table name (without `raw.`): tool_production, tool_link, tool_pause."""
    return {
        "tool_production": [_production(tool) for tool in registry.tools],
        "tool_link": [row for tool in registry.tools for row in _links(tool)],
        "tool_pause": [_pause(one) for one in registry.pauses],
    }


def contact_rows(registry: Registry) -> list[Row]:
    """Rows of tool_contact; each names its person as {namespace, value}, of which the warehouse makes a pseudonym."""
    return [row for tool in registry.tools for row in _contacts(tool)]


def pause_spans(pauses: Sequence[Pause]) -> list[Row] | None:
    """All pauses of a tool, as raw.tool keeps them."""
    spans = [{"first_date": one.first_date.isoformat(), "last_date": one.last_date.isoformat()} for one in pauses]
    return spans or None


def paused_from(pauses: Sequence[Pause], today: date) -> date | None:
    """The first day of the pause that holds, else of the next one."""
    held = [one.first_date for one in pauses if one.covers(today)]
    return next(iter([*held, *(one.first_date for one in pauses if one.first_date > today)]), None)


def may(tool: Tool, act: Act) -> tuple[str, ...]:
    """The addresses of those who may do it: whom `authority` names, else the owner and the deputies."""
    production = tool.production or Production()
    named: tuple[str, ...] = getattr(production.authority, act)
    return named or (tool.owner.email, *(one.email for one in production.deputies))


def _production(tool: Tool) -> Row:
    promised = tool.production or Production()
    budget, latency, retraining = promised.error_budget, promised.latency, promised.retraining
    approver = retraining.approver if retraining else None
    return {
        "tool_id": tool.id,
        "expected_people_per_day": promised.expected_people_per_day,
        "expected_events_per_day": promised.expected_events_per_day,
        "freshness_hours": promised.freshness_hours,
        "latency_within_ms": latency.within_ms if latency else None,
        "latency_share": latency.share if latency else None,
        "error_measure": budget.of if budget else None,
        "error_share": budget.share if budget else None,
        "fallback": promised.fallback,
        "runbook": promised.runbook,
        "workflow_change": promised.workflow_change,
        "output_meaning": promised.output_meaning,
        "retraining_override_share": retraining.override_share if retraining else None,
        "retraining_calibration_gap": retraining.calibration_gap if retraining else None,
        "retraining_on_drift": bool(retraining and retraining.on_drift),
        "retraining_process": retraining.process if retraining else None,
        "retraining_approver": approver.name if approver else None,
        "retraining_approver_email": approver.email if approver else None,
        "retraining_document": retraining.document if retraining else None,
    }


def _contacts(tool: Tool) -> Iterator[Row]:
    """Everybody whom the tool's entry names, once, in the first part that they have."""
    production = tool.production or Production()
    approver = production.retraining.approver if production.retraining else None
    named: list[tuple[str, str | None, str]] = [("owner", tool.owner.name, tool.owner.email)]
    named += [("deputy", one.name, one.email) for one in production.deputies]
    named += [("escalation", tool.escalation.name, tool.escalation.email)] if tool.escalation else []
    named += [("approver", approver.name, approver.email)] if approver else []
    named += [("authority", None, email) for act in ACTS for email in getattr(production.authority, act)]
    allowed = {act: {email.casefold() for email in may(tool, act)} for act in ACTS}
    seen: set[str] = set()
    for role, name, email in named:
        known = email.casefold()
        if known not in seen:
            seen.add(known)
            yield {
                "tool_id": tool.id,
                "role": role,
                "name": name,
                "email": email,
                **{f"can_{act}": known in allowed[act] for act in ACTS},
                "position": len(seen),
                "namespace": "email",
                "value": email,
            }


def _links(tool: Tool) -> Iterator[Row]:
    integration = (tool.production or Production()).integration
    sides: list[tuple[str, Upstream | Downstream]] = [("upstream", one) for one in integration.upstream]
    sides += [("downstream", one) for one in integration.downstream]
    for position, (direction, one) in enumerate(sides):
        yield {
            "tool_id": tool.id,
            "direction": direction,
            "position": position,
            "name": one.name,
            "interface": one.schema_ if isinstance(one, Upstream) else one.interface,
            "updates": one.updates if isinstance(one, Upstream) else None,
            "on_failure": one.on_failure,
            "fallback": one.fallback,
        }


def _pause(one: Pause) -> Row:
    return {
        "tool_id": one.tool_id,
        "first_date": one.first_date,
        "last_date": one.last_date,
        "decided_by": one.decided_by,
        "reason": one.reason,
        "decided_at": one.decided_at,
    }
