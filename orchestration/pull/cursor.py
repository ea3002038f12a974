"""Cursor: daily usage of all members, and usage events, by UTC day.

https://cursor.com/docs/account/teams/admin-api
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from orchestration.pull.client import Request, RequestError
from orchestration.pull.visits import Page, Report, Visit, json_pages
from orchestration.pull.windows import DAY, Cadence

_MILLISECONDS = 1000


def _of_day(path: str, page_size: int) -> Callable[[Visit, date, str | None], Request]:
    """Both ends of a span are included, so it ends a millisecond before the next day. With `page`, idle members come
    too."""

    def request(visit: Visit, day: date, cursor: str | None) -> Request:
        start = int(datetime.combine(day, time(), UTC).timestamp()) * _MILLISECONDS
        end = start + int(DAY.total_seconds()) * _MILLISECONDS - 1
        body = {"startDate": start, "endDate": end, "page": int(cursor or 1), "pageSize": page_size}
        basic = base64.b64encode(f"{visit.token}:".encode()).decode()
        return Request("POST", f"{visit.base_url}{path}", headers={"authorization": f"Basic {basic}"}, body=body)

    return request


def _turned(_visit: Visit, page: Page) -> str | None:
    """The number of the next page. An answer without paging is whole."""
    paging = page.body.get("pagination")
    if paging is None:
        return None
    number = int(page.cursor or 1)
    if not isinstance(paging, dict):
        raise RequestError("the answer's paging cannot be read", helps=False)
    last = next((paging[name] for name in ("numPages", "totalPages") if isinstance(paging.get(name), int)), None)
    goes_on = paging.get("hasNextPage", last is not None and number < last)
    return str(number + 1) if goes_on is True else None


_PERMISSION = "a team API key that an administrator of the team has made"
REPORTS: Mapping[str, Report] = {
    "daily-usage": Report(
        Cadence(reread_days=2), json_pages(_of_day("/teams/daily-usage-data", 1000), _turned, ("data",)), _PERMISSION
    ),
    "usage-events": Report(
        Cadence(reread_days=2),
        json_pages(_of_day("/teams/filtered-usage-events", 500), _turned, ("usageEvents",)),
        _PERMISSION,
    ),
}
