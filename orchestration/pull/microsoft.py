"""Microsoft Graph: who used Microsoft 365 Copilot, as a snapshot of the licensed users.

https://learn.microsoft.com/en-us/microsoft-365-copilot/extensibility/api/admin-settings/reports/copilotreportroot-getmicrosoft365copilotusageuserdetail
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import IO

from orchestration.pull.client import ELSEWHERE, Answer, Request, RequestError
from orchestration.pull.landing import Step
from orchestration.pull.visits import Report, Visit, download, listing, page_of
from orchestration.pull.windows import Cadence

_LOGIN = "https://login.microsoftonline.com"
_FUNCTION = "v1.0/copilot/reports/getMicrosoft365CopilotUsageUserDetail"
_NEXT = "@odata.nextLink"
_SCOPE = ".default"


def _token(visit: Visit) -> str:
    """An access token for the application itself, asked for once a visit."""
    known = visit.kept.get("token")
    if isinstance(known, str):
        return known
    form = {
        "grant_type": "client_credentials",
        "client_id": str(visit.spec.client_id),
        "client_secret": visit.token,
        "scope": f"{visit.spec.of.base_url}/{_SCOPE}",
    }
    login = visit.spec.login_url or _LOGIN
    request = Request("POST", f"{login}/{visit.spec.tenant}/oauth2/v2.0/token", form=form)
    try:
        body, _ = visit.client.json(request)
    except RequestError as error:
        if error.status in (400, 401):  # a wrong secret is 401, an unknown application or tenant 400
            raise RequestError("the application could not sign in", 401, helps=False) from None
        raise
    token = body.get("access_token") if isinstance(body, Mapping) else None
    if not isinstance(token, str):
        raise RequestError("the answer to signing in has no token", helps=False)
    visit.kept["token"] = token
    return token


def _step(visit: Visit, _day: date, cursor: str | None, sink: IO[bytes]) -> Step:
    """v1.0 leads to a file of CSV; an answer in JSON comes in pages."""
    request = _request(visit, cursor)
    answer = page_of(visit.client, request, sink, cursor)
    if answer.status not in ELSEWHERE:
        return _page(visit, request, sink, answer)
    given = [answer.location]

    def renewed() -> str:
        """The address as it was given, then asked for again each time."""
        found = given.pop() if given else page_of(visit.client, request, sink, cursor).location
        if not found:
            raise RequestError("the answer leads to no file", answer.status, helps=False)
        return found

    fetched = download(visit.client, renewed, sink)
    return Step(f"{request.shown} -> {fetched.shown}", 200, ".csv", None)


def _request(visit: Visit, cursor: str | None) -> Request:
    headers = {"authorization": f"Bearer {_token(visit)}"}
    if cursor:
        return Request("GET", visit.inside(cursor), (), headers)
    spec = visit.spec
    version = ",version='v2'" if spec.version == "v2" else ""
    return Request("GET", f"{visit.base_url}/{_FUNCTION}(period='{spec.period or 'D7'}'{version})", (), headers)


def _page(visit: Visit, request: Request, sink: IO[bytes], answer: Answer) -> Step:
    """A page of JSON, or the file of CSV itself."""
    if "json" not in answer.headers.get("content-type", ""):
        return Step(request.shown, answer.status, ".csv", None)
    after = listing(sink, ("value",)).get(_NEXT)
    return Step(request.shown, answer.status, ".json", visit.inside(after) if isinstance(after, str) else None)


REPORTS: Mapping[str, Report] = {
    # The report is two or three days old and looks back over whole days: a snapshot a day reads all of them again.
    "usage-user-detail": Report(
        Cadence(is_snapshot=True), _step, "the application permission `Reports.Read.All`, consented by an administrator"
    ),
}
