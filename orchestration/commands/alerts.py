"""`takeup alerts`: what is wrong, who has taken it on, and sending what waits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from orchestration.acknowledging import acknowledge, acknowledgements
from orchestration.commands.output import records, say, say_json, warn
from orchestration.errors import UsageError
from orchestration.explain import Publication, published_tool
from orchestration.workspace import Workspace

COLUMNS = {
    "incident_id": "incident", "severity": "severity", "tool_id": "tool", "title": "what", "status": "status",
    "first_guess": "first guess", "since": "since", "owner_name": "owner",
}  # fmt: skip
_ALERTS = """
    select * from fct_alert
    where (status <> 'resolved' or $with_resolved) and (tool_id = $tool_id or $tool_id is null)
    order by status = 'resolved', case severity when 'critical' then 0 when 'major' then 1 else 2 end, opened_at desc
"""

_SENSITIVITY = """
    select noticed.* from fct_alert_sensitivity as noticed inner join dim_tool as tool using (tool_id)
    where tool_id = $tool_id or $tool_id is null
    order by tool.position
"""


def show_alerts(workspace: Workspace, tool_id: str | None, *, with_resolved: bool, as_json: bool) -> int:
    """Print the alerts of the latest publication, with acknowledgements given since."""
    if tool_id is not None:
        with Publication(workspace) as publication:
            published_tool(publication, tool_id)
    found = alerts_of(workspace, tool_id, with_resolved=with_resolved)
    noticed = sensitivities(workspace, tool_id)
    if as_json:
        say_json({"alerts": found, "sensitivity": noticed})
        return 0
    if not found:
        say("No alert is open.")
    else:
        say(records([one | {"since": f"{one['opened_at']:%Y-%m-%d}"} for one in found], COLUMNS))
        for one in found:
            say(f"\n{one['incident_id']}  {one['summary']}")
            for text in one["guess_evidence"]:
                say(f"  {one['first_guess']}: {text}")
            say(f"  what to do: {one['runbook']}{', ' + one['tool_runbook'] if one['tool_runbook'] else ''}")
            if one["acknowledged_by"]:
                say(f"  taken on by {one['acknowledged_by']}{': ' + one['note'] if one['note'] else ''}")
    for one in noticed:
        told = too_small(one)
        if told:
            say(f"\n{one['tool_id']}: {told}")
    return 0


def sensitivities(workspace: Workspace, tool_id: str | None = None) -> list[dict[str, Any]]:
    """How small a drop of each tool's use would be noticed; nothing of a publication that is older than that."""
    with Publication(workspace) as publication:
        if not publication.rows("select 1 from duckdb_tables() where table_name = 'fct_alert_sensitivity'"):
            return []
        return publication.rows(_SENSITIVITY, tool_id=tool_id)


def too_small(one: Mapping[str, Any]) -> str | None:
    """That no drop of one day would be noticed, and what would be instead; None where some would."""
    if one["people_per_day"] is None or one["drop_1_day"] is not None:
        return None
    seen = [
        f"of {math.ceil(100 * one[f'drop_{days}_days'])} % within {days}"
        for days in (5, 10, 20)
        if one[f"drop_{days}_days"] is not None
    ]
    drops = f"a drop {', '.join(seen)} working days" if seen else "no drop within 20 working days"
    zero = "a working day" if one["zero_days"] == 1 else f"{one['zero_days']} working days on end"
    return (
        f"about {one['people_per_day']:.0f} people a day, too few for an alert on a drop of one day. "
        f"Noticed in 95 of 100 cases: {drops}; {zero} without anybody."
    )


def alerts_of(workspace: Workspace, tool_id: str | None = None, *, with_resolved: bool = False) -> list[dict[str, Any]]:
    """The alerts of the latest publication by urgency, taken on by whoever has said so since."""
    with Publication(workspace) as publication:
        found = publication.rows(_ALERTS, tool_id=tool_id, with_resolved=with_resolved)
    said = acknowledgements(workspace)
    for one in found:
        one["guess_evidence"] = json.loads(one["guess_evidence"])
        by = said.get(one["incident_id"])
        if by is not None and one["status"] != "resolved":
            one |= {"status": "acknowledged", "acknowledged_by": by.by, "acknowledged_at": by.at, "note": by.note}
    return found


def take_on(workspace: Workspace, incident_ids: list[str], note: str | None, *, as_json: bool) -> int:
    """Write down that whoever calls has taken these on. All of them, or none."""
    known = {one["incident_id"]: one for one in alerts_of(workspace, with_resolved=True)}
    for wanted in incident_ids:
        if wanted not in known:
            raise UsageError(f"there is no incident {wanted!r} - takeup alerts lists them")
        if known[wanted]["status"] == "resolved":
            raise UsageError(f"the incident {wanted} is resolved already - nothing is left to take on")
    for wanted in incident_ids:
        acknowledge(workspace, wanted, note)
    if as_json:
        say_json({"acknowledged": incident_ids, "note": note})
    else:
        say(f"Taken on: {', '.join(incident_ids)}. Nobody is reminded of it any more.")
    return 0


def send_alerts(workspace: Workspace, *, as_json: bool) -> int:
    """Send what waits in the outbox; 1 when something could not be sent."""
    from orchestration import steps

    sent = steps.send_alerts(workspace)
    if as_json:
        say_json({"sent": sent.sent, "held": sent.held, "failures": sent.failures})
    else:
        say(f"{sent.sent} sent, {sent.held} held until the quiet hours end")
        for failure in sent.failures:
            warn(failure)
    return 1 if sent.failures else 0
