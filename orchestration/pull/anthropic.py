"""Anthropic: Claude Code Analytics (Admin API) and Claude Enterprise Analytics, one UTC day per window.

https://platform.claude.com/docs/en/build-with-claude/claude-code-analytics-api
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from orchestration.pull.client import Request
from orchestration.pull.visits import Report, Visit, json_pages, next_page
from orchestration.pull.windows import Cadence

_VERSION = "2023-06-01"
_LIMIT = 1000


def _by_day(path: str, parameter: str) -> Callable[[Visit, date, str | None], Request]:
    def request(visit: Visit, day: date, cursor: str | None) -> Request:
        query = [(parameter, day.isoformat()), ("limit", str(_LIMIT)), *([("page", cursor)] if cursor else [])]
        headers = {"x-api-key": visit.token, "anthropic-version": _VERSION}
        return Request("GET", f"{visit.base_url}{path}", tuple(query), headers)

    return request


REPORTS: Mapping[str, Report] = {
    "claude-code": Report(
        Cadence(reread_days=2),
        json_pages(_by_day("/v1/organizations/usage_report/claude_code", "starting_at"), next_page, ("data",)),
        "an Admin API key of the organisation",
    ),
    # Aggregated at 10:00 UTC of the following day, and to be had three days after that.
    "enterprise-users": Report(
        Cadence(timedelta(days=3, hours=10), 4, date(2026, 1, 1), 90),
        json_pages(_by_day("/v1/organizations/analytics/users", "date"), next_page, ("data",)),
        "a key with the scope `read:analytics`",
    ),
}
