"""`takeup status`, and the table that ends `takeup run`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from orchestration.commands.output import say, say_json, table
from orchestration.publication import status
from orchestration.workspace import Workspace

COLUMNS = ("tool", "week", "eligible", "active", "correct", "incorrect", "non-user", "not judged", "known")
COUNTS = ("eligible", "active", "correct_user", "incorrect_user", "non_user", "not_judged")


def show_status(workspace: Workspace, *, as_json: bool) -> int:
    """Print what was published last; 1 when nothing was."""
    found = status(workspace)
    code = 0 if found["publication"] else 1
    if as_json:
        say_json(found)
    elif code:
        say(found["reason"])
    else:
        say(f"{found['publication']}\npublished {found['published_at']}\n")
        say(headline(found))
    return code


def headline(found: Mapping[str, Any]) -> str:
    """The table per tool, what its signs mean where there are any, and where every line read has gone.

    `known` is the share of usage records that belong to a known person: what the other columns rest on.
    """
    text = table(COLUMNS, [_row(tool) for tool in found["tools"]])
    if any(tool["is_provisional"] and tool["week_start"] for tool in found["tools"]):
        text += "\n* provisional: late records or open deadlines may still change it"
    if any(tool["has_few_known"] for tool in found["tools"]):
        text += "\n! few records belong to a known person, so users may look like non-users: takeup people suggest"
    for tool in found["tools"]:
        if tool.get("paused_from"):
            text += f"\n{tool['tool_id']} is paused from {tool['paused_from']} on: nobody is judged by it"
    text += "".join(f"\n{one}" for one in _untrustworthy(found.get("drift", ())))
    text += _alerts_told(found.get("alerts", []))
    lines = found["lines"]
    fates = " + ".join(f"{count:,} {fate}" for fate, count in lines.items() if fate != "read")
    return f"{text}\n\n{lines['read']:,} lines read = {fates}"


def _untrustworthy(drift: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line per change in a source that figures read, in words: those figures are not to be trusted."""
    for one in drift:
        if one["is_untrustworthy"]:
            until = f" to {one['last_date']}" if one["last_date"] else ""
            what = f"rules {one['rule_ids']}" if one["rule_ids"] else "who is a user"
            yield f"! {one['tool_id']}: {one['words']}, since {one['first_date']}{until}; it decides {what}"


def _alerts_told(alerts: Sequence[Mapping[str, Any]]) -> str:
    """How many alerts are open, when any is."""
    if not alerts:
        return ""
    critical = sum(one["severity"] == "critical" for one in alerts)
    grave = f", {critical} of them critical" if critical else ""
    return f"\n\n{len(alerts)} alert(s) are open{grave}: takeup alerts"


def _row(tool: Mapping[str, Any]) -> list[Any]:
    if tool["week_start"] is None:
        return [tool["tool_id"], "no week has ended yet", *[None] * len(COUNTS), _known(tool)]
    return [tool["tool_id"], _week(tool), *(tool[count] for count in COUNTS), _known(tool)]


def _known(tool: Mapping[str, Any]) -> str | None:
    """Whole percents, rounded down: 100 means all."""
    if tool["known_share"] is None:
        return None
    return f"{math.floor(tool['known_share'] * 100 + 1e-9)}%{' !' if tool['has_few_known'] else ''}"


def _week(tool: Mapping[str, Any]) -> str:
    """The ISO week with its last day, and a star while it is provisional."""
    monday = date.fromisoformat(tool["week_start"])
    sunday = monday + timedelta(days=6)
    return f"{monday:%G-W%V}, to {sunday.day} {sunday:%b}{' *' if tool['is_provisional'] else ''}"
