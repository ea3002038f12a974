"""Usage of the two coding tools as the vendors report it: daily counters per person, no events."""

from __future__ import annotations

import random
from typing import Any

from orchestration.sample.plans import REGULAR, Plan

ENTERPRISE = "900100"
ORGANISATION_SEATS = 1_500
LANGUAGES = ("python", "typescript", "java", "sql")
CHAT_FEATURES = ("chat_panel_ask_mode", "chat_panel_agent_mode", "chat_inline")
EDITORS = ("vscode", "vscode", "jetbrains")
TERMINALS = ("vscode", "iTerm.app", "tmux")
MODELS = ("claude-sonnet-4-6", "claude-opus-4-8")
ZERO = {"user_initiated_interaction_count": 0, "code_generation_activity_count": 0, "code_acceptance_activity_count": 0}


def active_days(plan: Plan, week: int, days: list[int], rng: random.Random) -> list[int]:
    """The days of the week on which the person touches the tool: two to four for a regular user, one for others."""
    items = plan.items[week]
    if not items or not days:
        return []
    wanted = 1 if items < REGULAR or _skips_practice(plan, week) else 2 + items // 4
    return sorted(rng.sample(days, min(wanted, len(days))))


def _skips_practice(plan: Plan, week: int) -> bool:
    """Those careless about regular practice come every other week; the rule of practice has no other trace."""
    return bool(plan.masks[week] & 2)


def copilot_row(plan: Plan, day: str, week: int, rng: random.Random, tally: bool) -> dict[str, Any]:
    """One person-day of a users report: completions and chat side by side, the totals summing over features."""
    row: dict[str, Any] = {
        "day": day,
        "report_start_day": day,
        "report_end_day": day,
        "enterprise_id": ENTERPRISE,
        "organization_id": organisation(plan),
        "user_id": 40_000_000 + plan.person.number,
        "user_login": plan.user,
    }
    plan.use(tally)
    is_regular = plan.items[week] >= REGULAR
    if not is_regular and rng.random() < 0.5:
        return row | _terminal_only(rng)
    offered = rng.randrange(14, 40) if is_regular else 1
    accepted = _accepted(plan, week, offered, rng)
    if tally:
        plan.note(0, offered, offered - accepted)
    chat = rng.randrange(1, 12)
    return row | _with_editor(offered, accepted, chat, rng)


def organisation(plan: Plan) -> str:
    """The organisation that pays for the seat: the first takes so many, the rest are spread over ten."""
    return str(700_002 + plan.person.number % 10) if plan.person.number >= ORGANISATION_SEATS else "700001"


def _accepted(plan: Plan, week: int, offered: int, rng: random.Random) -> int:
    """Correct users take a quarter to two fifths; the careless nearly everything or, one in four, nearly nothing."""
    if not plan.masks[week] & 1:
        share = rng.uniform(0.22, 0.4)
    elif plan.person.number % 4:
        share = rng.uniform(0.9, 0.98)
    else:
        share = rng.uniform(0.0, 0.03)
    return round(offered * share)


def _terminal_only(rng: random.Random) -> dict[str, Any]:
    """A day on the command line alone: every top-level counter is zero, and yet the tool was used."""
    prompts = rng.randrange(2, 12)
    lines = {"loc_suggested_to_add_sum": 0, "loc_suggested_to_delete_sum": 0, "loc_added_sum": 0, "loc_deleted_sum": 0}
    tokens = {"output_tokens_sum": prompts * 400, "prompt_tokens_sum": prompts * 9_000, "avg_tokens_per_request": 3_133}
    cli = {"session_count": 1, "request_count": prompts * 3, "prompt_count": prompts, "token_usage": tokens}
    flags = {"used_agent": False, "used_chat": False, "used_cli": True}
    return ZERO | lines | {"totals_by_ide": [], "totals_by_feature": [], "totals_by_cli": cli} | flags


def _with_editor(offered: int, accepted: int, chat: int, rng: random.Random) -> dict[str, Any]:
    completion = _feature("code_completion", 0, offered, accepted, suggested=offered * 2, added=accepted * 2)
    feature = rng.choice(CHAT_FEATURES)
    talk = _feature(feature, chat, chat, chat // 3, suggested=chat * 8, added=chat * 3)
    totals = {name: completion[name] + talk[name] for name in completion if name != "feature"}
    by_ide = [{"ide": rng.choice(EDITORS), **totals}]
    flags = {"used_agent": feature == "chat_panel_agent_mode", "used_chat": True}
    return totals | {"totals_by_ide": by_ide, "totals_by_feature": [completion, talk]} | flags


def _feature(name: str, prompts: int, offered: int, accepted: int, *, suggested: int, added: int) -> dict[str, Any]:
    return {
        "feature": name,
        "user_initiated_interaction_count": prompts,
        "code_generation_activity_count": offered,
        "code_acceptance_activity_count": accepted,
        "loc_suggested_to_add_sum": suggested,
        "loc_suggested_to_delete_sum": 0,
        "loc_added_sum": added,
        "loc_deleted_sum": added // 5,
    }


def bot_row(number: int, day: str) -> dict[str, Any]:
    """A seat that no roster knows: an automation account."""
    head = {"day": day, "report_start_day": day, "report_end_day": day, "enterprise_id": ENTERPRISE}
    who = {"organization_id": "700001", "user_id": 90_000_000 + number, "user_login": f"mdw-release-bot-{number}"}
    return head | who | _with_editor(4, 4, 1, random.Random(number))  # noqa: S311 - a sample, not a secret


def restated(row: dict[str, Any]) -> dict[str, Any]:
    """The row as the vendor counts it three days later: a few more lines were kept."""
    return row | {"loc_added_sum": row["loc_added_sum"] + 7}


def claude_rows(plan: Plan, day: str, week: int, rng: random.Random, tally: bool) -> list[dict[str, Any]]:
    """One person-day of Claude Code Analytics: a row per terminal, now and then two."""
    plan.use(tally)
    is_regular = plan.items[week] >= REGULAR
    proposed = rng.randrange(10, 30) if is_regular else rng.randrange(0, 2)
    accepted = proposed if not is_regular else _approved(plan, week, proposed, rng)
    if tally:
        plan.note(0, proposed, proposed - accepted)
    actor = {"type": "user_actor", "email_address": plan.user}
    if not is_regular or rng.random() < 0.85:
        return [_claude_row(actor, day, TERMINALS[plan.person.number % 3], (accepted, proposed - accepted), rng)]
    here, there = accepted // 3, (proposed - accepted) // 2
    return [
        _claude_row(actor, day, "vscode", (accepted - here, proposed - accepted - there), rng),
        _claude_row(actor, day, "tmux", (here, there), rng),
    ]


def _approved(plan: Plan, week: int, proposed: int, rng: random.Random) -> int:
    """Correct users decline some edits; the careless approve all or, one in five, throw nearly everything away."""
    if not plan.masks[week] & 1:
        return round(proposed * rng.uniform(0.68, 0.86))
    return proposed if plan.person.number % 5 else round(proposed * rng.uniform(0.05, 0.2))


def service_rows(number: int, day: str, rng: random.Random) -> list[dict[str, Any]]:
    """What a pipeline did under an API key: not a person."""
    actor = {"type": "api_actor", "api_key_name": f"ci-pipeline-{number:02}"}
    return [_claude_row(actor, day, "non-interactive", (12, 0), rng)]


def _claude_row(
    actor: dict[str, str], day: str, terminal: str, counts: tuple[int, int], rng: random.Random
) -> dict[str, Any]:
    accepted, rejected = counts
    writes, half = accepted // 4, rejected // 2
    tokens = {
        "input": 900 * (accepted + 1),
        "output": 300 * (accepted + 1),
        "cache_read": 4_000 * (accepted + 1),
        "cache_creation": 700,
    }
    return {
        "date": f"{day}T00:00:00Z",
        "actor": actor,
        "organization_id": "5f0c6a54-8c1b-4d0e-9c52-6a2f3c0d7b11",
        "customer_type": "subscription",
        "terminal_type": terminal,
        "core_metrics": {
            "num_sessions": 1 + rng.randrange(0, 4),
            "lines_of_code": {"added": 11 * accepted + 3, "removed": 4 * accepted},
            "commits_by_claude_code": accepted // 6,
            "pull_requests_by_claude_code": accepted // 15,
        },
        "tool_actions": {
            "edit_tool": {"accepted": accepted - writes, "rejected": rejected - half},
            "multi_edit_tool": {"accepted": 0, "rejected": half},
            "write_tool": {"accepted": writes, "rejected": 0},
            "notebook_edit_tool": {"accepted": 0, "rejected": 0},
        },
        "model_breakdown": [
            {
                "model": rng.choice(MODELS),
                "tokens": tokens,
                "estimated_cost": {"currency": "USD", "amount": 14 * (accepted + 1)},
            }
        ],
    }
