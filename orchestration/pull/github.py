"""GitHub: Copilot user metrics behind signed links, and Copilot seats.

https://docs.github.com/en/rest/copilot/copilot-usage-metrics and .../copilot-user-management
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import IO
from urllib.parse import urlsplit

from orchestration.pull.client import Request, RequestError
from orchestration.pull.landing import Step
from orchestration.pull.visits import (
    NothingYetError,
    Page,
    Report,
    StaleCursorError,
    Stepper,
    Visit,
    download,
    json_pages,
)
from orchestration.pull.windows import Cadence

_API_VERSION = "2022-11-28"
_PER_PAGE = 100
_SETTLE_DAYS = 4
"""A day is final after three full UTC days: D-3 to D-1 are read by every run, and each once more after that."""
_FIRST_DAY = date(2025, 10, 10)


def _headers(visit: Visit) -> dict[str, str]:
    return {
        "authorization": f"Bearer {visit.token}",
        "accept": "application/vnd.github+json",
        "x-github-api-version": _API_VERSION,
    }


def _owner(visit: Visit) -> str:
    """The scope of the report, as it stands in addresses."""
    spec = visit.spec
    return f"orgs/{spec.org}" if spec.org else f"enterprises/{spec.enterprise}"


def _report(kind: str, *, by_day: bool) -> Stepper:
    """The files of one report. The cursor is `<number of the next>|<which files they are>`: links are made anew."""

    def step(visit: Visit, day: date, cursor: str | None, sink: IO[bytes]) -> Step:
        url = f"{visit.base_url}/{_owner(visit)}/copilot/metrics/reports/{kind}"
        request = Request("GET", url, (("day", day.isoformat()),) if by_day else (), _headers(visit))
        number, _, known = (cursor or "0|").partition("|")
        index, key = int(number), request.shown

        def renewed() -> str:
            """The link that came with the last file of the report, then a new one each time."""
            links = visit.kept.pop(key, None) or _links(visit, request)
            if index >= len(links) or known not in ("", _which(links)):
                raise StaleCursorError
            given[:] = links
            return str(links[index])

        given: list[str] = []
        fetched = download(visit.client, renewed, sink)
        is_last = index + 1 == len(given)
        if not is_last:
            visit.kept[key] = list(given)
        after = None if is_last else f"{index + 1}|{_which(given)}"
        return Step(f"{request.shown} -> {fetched.shown}", 200, ".ndjson", after)

    return step


def _links(visit: Visit, request: Request) -> list[str]:
    """The download links of a report, which are secrets for as long as they hold."""
    body, _ = visit.client.json(request)
    links = body.get("download_links") if isinstance(body, Mapping) else None
    if body is None or links == []:
        raise NothingYetError
    if not isinstance(links, list) or not all(isinstance(link, str) for link in links):
        raise RequestError("the answer has no download links", helps=False)
    return links


def _which(links: list[str]) -> str:
    """The files behind links, by their addresses without what is signed anew."""
    paths = "\n".join(urlsplit(link).path for link in links)
    return hashlib.sha256(paths.encode()).hexdigest()[:16]


def _seats(visit: Visit, _day: date, cursor: str | None) -> Request:
    url = f"{visit.base_url}/{_owner(visit)}/copilot/billing/seats"
    if cursor:
        return Request("GET", visit.inside(cursor), (), _headers(visit))
    return Request("GET", url, (("per_page", str(_PER_PAGE)),), _headers(visit))


def _linked(visit: Visit, page: Page) -> str | None:
    """The address that the Link header calls next."""
    found = page.answer.links.get("next")
    return visit.inside(found) if found else None


_METRICS = "`Organization Copilot metrics: read` (for an enterprise: `View Enterprise Copilot Metrics`)"
REPORTS: Mapping[str, Report] = {
    "users-1-day": Report(
        Cadence(timedelta(), _SETTLE_DAYS, _FIRST_DAY, 365),
        _report("users-1-day", by_day=True),
        _METRICS,
        missing=frozenset({404}),
    ),
    "users-28-day": Report(Cadence(is_snapshot=True), _report("users-28-day/latest", by_day=False), _METRICS),
    "seats": Report(
        Cadence(is_snapshot=True),
        json_pages(_seats, _linked, ("seats",)),
        "`GitHub Copilot Business: read` (for an enterprise: the scope `manage_billing:copilot`)",
    ),
}
