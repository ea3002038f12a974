"""OpenAI: usage and costs of the organisation by UTC day, and its users.

https://platform.openai.com/docs/api-reference/usage
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from orchestration.pull.client import Request, RequestError
from orchestration.pull.visits import Page, Report, Visit, json_pages, next_page
from orchestration.pull.windows import DAY, Cadence

_BUCKETS = 1
"""A window is one day, so one bucket of a day."""
_USERS = 100
_WHO = ("user_id", "api_key_id", "project_id")
_MODELLED = frozenset({"completions", "embeddings", "images", "audio-speeches", "audio-transcriptions", "moderations"})
"""Kinds whose results can be told apart by model."""
_PERMISSION = "an Admin API key of the organisation"


def _headers(visit: Visit) -> dict[str, str]:
    return {"authorization": f"Bearer {visit.token}"}


def _span(day: date) -> list[tuple[str, str]]:
    start = datetime.combine(day, time(), UTC)
    return [("start_time", str(int(start.timestamp()))), ("end_time", str(int((start + DAY).timestamp())))]


def _buckets(path: str, groups: tuple[str, ...]) -> Callable[[Visit, date, str | None], Request]:
    def request(visit: Visit, day: date, cursor: str | None) -> Request:
        query = [*_span(day), ("bucket_width", "1d"), ("limit", str(_BUCKETS))]
        query += [("group_by", group) for group in groups] + ([("page", cursor)] if cursor else [])
        return Request("GET", f"{visit.base_url}/v1/organization/{path}", tuple(query), _headers(visit))

    return request


def _usage(kind: str) -> Report:
    groups: tuple[str, ...] = ("project_id",)
    if kind in _MODELLED:
        groups = (*_WHO, "model", *(("batch",) if kind == "completions" else ()))
    request = _buckets(f"usage/{kind.replace('-', '_')}", groups)
    return Report(Cadence(reread_days=2), json_pages(request, next_page, ("data",)), _PERMISSION)


def _users(visit: Visit, _day: date, cursor: str | None) -> Request:
    query = (("limit", str(_USERS)), *((("after", cursor),) if cursor else ()))
    return Request("GET", f"{visit.base_url}/v1/organization/users", query, _headers(visit))


def _after(_visit: Visit, page: Page) -> str | None:
    """A list goes on after its last id."""
    if page.body.get("has_more") is not True:
        return None
    last = page.body.get("last_id")
    if not isinstance(last, str) or not last:
        raise RequestError("the answer has more pages but does not name its last user", helps=False)
    return last


_KINDS = (*sorted(_MODELLED), "vector-stores", "code-interpreter-sessions")
REPORTS: Mapping[str, Report] = {
    **{f"usage-{kind}": _usage(kind) for kind in _KINDS},
    "costs": Report(
        Cadence(reread_days=2),
        json_pages(_buckets("costs", ("project_id", "line_item")), next_page, ("data",)),
        _PERMISSION,
    ),
    "users": Report(Cadence(is_snapshot=True), json_pages(_users, _after, ("data",)), _PERMISSION),
}
