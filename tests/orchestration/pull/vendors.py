"""The vendors' APIs as they document them, on 127.0.0.1: paging, signed links, tokens, restatements, and faults."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-token-7f3a9c1e5d"
ACCESS = "canary-access-b2c4d6e8f0"
"""What Microsoft's login gives for the token."""
SIGNATURE = "canary-signature-99aa77"
SECRETS = (TOKEN, ACCESS, SIGNATURE, base64.b64encode(f"{TOKEN}:".encode()).decode())
PEOPLE = ("ann", "bob", "cy", "dee", "eve")


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request whose path holds `where`, after `skip` such requests that go well."""

    where: str
    kind: str = "status"
    """status, reset, truncated, cut_gzip, bad_gzip, half_json, hang"""
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@dataclass(frozen=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Vendors:
    """The state of the server. `version` goes up with a restatement; `size` is the number of rows of a page."""

    url: str
    seen: list[Seen] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    version: int = 1
    size: int = 2
    files: int = 1
    """Files of a GitHub report."""
    absent: set[str] = field(default_factory=set)
    """Days that GitHub does not have yet."""
    signed: int = 0
    valid: set[str] = field(default_factory=set)
    lifetimes: list[int] = field(default_factory=list)
    """How often each next link may be fetched; links beyond the list hold for ever."""
    hung: threading.Event = field(default_factory=threading.Event)
    gzips: bool = False

    def count(self, where: str) -> int:
        return sum(where in one.path for one in self.seen)

    def rows(self) -> list[tuple[str, int]]:
        """(who, amount) of everybody; the amount changes with a restatement."""
        return [(name, 10 * number + self.version) for number, name in enumerate(PEOPLE, 1)]

    def page(self, number: int) -> tuple[list[tuple[str, int]], bool]:
        """The rows of a page from 1 on, and whether there are more."""
        rows = self.rows()
        return rows[(number - 1) * self.size : number * self.size], number * self.size < len(rows)

    def sign(self, path: str) -> str:
        self.signed += 1
        signature = f"{SIGNATURE}-{self.signed}"
        self.valid.add(signature)
        if path.endswith(".csv"):  # Microsoft's addresses have it in the path
            return f"{self.url}/signed/{signature}{path}"
        return f"{self.url}/signed{path}?sig={signature}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendors: Vendors

    def log_message(self, *_: Any) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        is_form = "urlencoded" in self.headers.get("content-type", "")
        self._answer({k: v[0] for k, v in parse_qs(raw.decode()).items()} if is_form else json.loads(raw))

    def _answer(self, body: Any) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, parts.path, parse_qs(parts.query), headers, body)
        self.vendors.seen.append(seen)
        fault = next((one for one in self.vendors.faults if one.where in self.path), None)
        if fault is not None:
            self.vendors.faults.remove(fault)
        if fault is not None and fault.kind == "status":
            self.send(fault.status, fault.body, fault.headers)
        elif fault is not None and fault.kind in ("reset", "hang"):
            self._break(fault.kind)
        else:
            status, told, more = _route(self.vendors, seen)
            self.send(status, told, more, fault.kind if fault else "")

    def _break(self, kind: str) -> None:
        if kind == "hang":
            self.vendors.hung.set()
            threading.Event().wait(30)
        self.close_connection = True
        self.connection.close()

    def send(self, status: int, body: bytes, headers: Mapping[str, str], fault: str = "") -> None:
        length: int | None = len(body)
        packed = fault in ("cut_gzip", "bad_gzip") or self.vendors.gzips
        if packed:
            body = gzip.compress(body)
            if fault == "cut_gzip":
                body = body[:-9]
            elif fault == "bad_gzip":
                body = body[:12] + bytes(255 - byte for byte in body[12:-8]) + body[-8:]
            length = len(body)
        if fault == "truncated":
            body = body[: len(body) // 2]
        if fault == "half_json":
            body, length = body[: len(body) // 2], None
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if packed:
            self.send_header("content-encoding", "gzip")
        if length is not None and status != 204:
            self.send_header("content-length", str(length))
        if fault:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)


Reply = tuple[int, bytes, dict[str, str]]


def _json(value: Any, **headers: str) -> Reply:
    return 200, json.dumps(value).encode(), {"content-type": "application/json", **headers}


def _no(status: int) -> Reply:
    return (
        status,
        json.dumps({"error": {"message": f"not with {TOKEN}"}}).encode(),
        {"content-type": "application/json"},
    )


def _route(vendors: Vendors, seen: Seen) -> Reply:
    for prefix, route in _ROUTES.items():
        if seen.path.startswith(prefix):
            return route(vendors, seen)
    return _no(404)


def _has(seen: Seen, name: str, value: str) -> bool:
    return seen.headers.get(name) == value


def _signed(vendors: Vendors, seen: Seen) -> Reply:
    """Whoever has the address may fetch; a header of the vendor's would be a leak."""
    signature = seen.query.get("sig", [seen.path.split("/")[2]])[0]
    leaked = {"authorization", "x-api-key"} & set(seen.headers)
    if leaked or signature not in vendors.valid:
        return _no(400 if leaked else 404)
    number = int(signature.rsplit("-", 1)[1])
    if number <= len(vendors.lifetimes):
        vendors.lifetimes[number - 1] -= 1
        if vendors.lifetimes[number - 1] < 0:
            return _no(403 if number % 2 else 410)
    if seen.path.endswith(".csv"):
        head = "Report Refresh Date,User Principal Name,Display Name,Last Activity Date,Report Period\n"
        rows = "".join(f"2026-11-20,{who}@example.com,{who},2026-11-19,7\n" for who, _ in vendors.rows())
        return 200, (head + rows).encode(), {"content-type": "application/octet-stream"}
    _, _, day, part = seen.path.split("/")
    page = vendors.rows()[int(part) :: vendors.files]
    lines = [
        json.dumps({"day": day, "user_login": who, "user_initiated_interaction_count": amount}) for who, amount in page
    ]
    return 200, ("\n".join(lines) + "\n").encode(), {"content-type": "application/x-ndjson"}


def _github(vendors: Vendors, seen: Seen) -> Reply:
    if not _has(seen, "authorization", f"Bearer {TOKEN}"):
        return _no(401)
    if not seen.headers.get("x-github-api-version"):
        return _no(400)
    if seen.path.endswith("/copilot/billing/seats"):
        return _seats(vendors, seen)
    day = seen.query.get("day", ["2026-11-22"])[0]
    if day in vendors.absent:
        return 204, b"", {}
    return _json(
        {"download_links": [vendors.sign(f"/{day}/{part}") for part in range(vendors.files)], "report_day": day}
    )


def _seats(vendors: Vendors, seen: Seen) -> Reply:
    number = int(seen.query.get("page", ["1"])[0])
    rows, has_more = vendors.page(number)
    seats = [
        {
            "created_at": "2026-01-05T09:00:00Z",
            "last_activity_at": "2026-11-20T09:00:00Z",
            "plan_type": "business",
            "assignee": {"login": who, "id": 1000 + amount, "type": "User"},
        }
        for who, amount in rows
    ]
    next_ = f'<{vendors.url}{seen.path}?per_page=100&page={number + 1}>; rel="next"'
    return _json({"total_seats": len(PEOPLE), "seats": seats}, **({"link": next_} if has_more else {}))


def _anthropic(vendors: Vendors, seen: Seen) -> Reply:
    if not _has(seen, "x-api-key", TOKEN):
        return _no(401)
    if not _has(seen, "anthropic-version", "2023-06-01"):
        return _no(400)
    number = int(seen.query.get("page", ["page_1"])[0].removeprefix("page_"))
    rows, has_more = vendors.page(number)
    if seen.path.endswith("/claude_code"):
        day = seen.query["starting_at"][0]
        data: list[Any] = [
            {
                "date": f"{day}T00:00:00Z",
                "actor": {"type": "user_actor", "email_address": f"{who}@example.com"},
                "core_metrics": {"num_sessions": amount},
                "tool_actions": {},
                "model_breakdown": [],
            }
            for who, amount in rows
        ]
        return _json({"data": data, "has_more": has_more, "next_page": f"page_{number + 1}" if has_more else None})
    assert seen.query["date"]
    data = [
        {"user": {"email_address": f"{who}@example.com"}, "chat_metrics": {"message_count": amount}}
        for who, amount in rows
    ]
    return _json({"data": data, "next_page": f"page_{number + 1}" if has_more else None})


def _openai(vendors: Vendors, seen: Seen) -> Reply:
    if not _has(seen, "authorization", f"Bearer {TOKEN}"):
        return _no(401)
    if seen.path.endswith("/users"):
        at = int(seen.query.get("after", ["user-0"])[0].removeprefix("user-"))
        found = PEOPLE[at : at + vendors.size]
        data = [
            {
                "object": "organization.user",
                "id": f"user-{at + n}",
                "name": who,
                "email": f"{who}@example.com",
                "added_at": 1_767_225_600 + at + n,
            }
            for n, who in enumerate(found, 1)
        ]
        has_more = at + len(found) < len(PEOPLE)
        return _json({"object": "list", "data": data, "last_id": f"user-{at + len(found)}", "has_more": has_more})
    number = int(seen.query.get("page", ["page_1"])[0].removeprefix("page_"))
    rows, has_more = vendors.page(number)
    start = int(seen.query["start_time"][0])
    results = [
        {
            "object": "organization.usage.completions.result",
            "user_id": f"user-{who}",
            "model": "m",
            "num_model_requests": amount,
            "input_tokens": amount,
            "output_tokens": 1,
        }
        for who, amount in rows
    ]
    bucket = {"object": "bucket", "start_time": start, "end_time": start + 86_400, "results": results}
    after = f"page_{number + 1}" if has_more else None
    return _json({"object": "page", "data": [bucket], "has_more": has_more, "next_page": after})


def _cursor(vendors: Vendors, seen: Seen) -> Reply:
    basic = base64.b64encode(f"{TOKEN}:".encode()).decode()
    if not _has(seen, "authorization", f"Basic {basic}"):
        return _no(401)
    start, end, number = (seen.body[name] for name in ("startDate", "endDate", "page"))
    if end - start > 30 * 86_400_000:
        return _no(400)
    day = datetime.fromtimestamp(start / 1000, UTC).date()
    rows, has_more = vendors.page(number)
    paging = {"page": number, "pageSize": seen.body["pageSize"], "hasNextPage": has_more}
    if seen.path.endswith("daily-usage-data"):
        return _json({"data": [_cursor_row(day, start, who, n) for who, n in rows], "pagination": paging})
    events = [
        {
            "timestamp": str(start + PEOPLE.index(who) * 1000),
            "userEmail": f"{who}@example.com",
            "model": "m",
            "kind": "Included in Business",
            "tokenUsage": {"inputTokens": 7, "outputTokens": 1},
            "chargedCents": amount,
        }
        for who, amount in rows
    ]
    return _json({"totalUsageEventsCount": len(PEOPLE), "pagination": paging, "usageEvents": events})


def _cursor_row(day: date, start: int, who: str, amount: int) -> dict[str, Any]:
    is_active = who != "eve"
    return {
        "userId": amount,
        "day": day.isoformat(),
        "date": start,
        "email": f"{who}@example.com",
        "isActive": is_active,
        "totalApplies": amount if is_active else 0,
        "composerRequests": 0,
    }


def _login(vendors: Vendors, seen: Seen) -> Reply:
    wanted = {"grant_type": "client_credentials", "client_id": "app-1", "client_secret": TOKEN}
    if {name: seen.body.get(name) for name in wanted} != wanted:
        return _no(401)
    assert seen.body["scope"] == "https://graph.microsoft.com/.default"
    return _json({"token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS})


def _graph(vendors: Vendors, seen: Seen) -> Reply:
    if not _has(seen, "authorization", f"Bearer {ACCESS}"):
        return _no(401)
    if "v2" not in seen.path:
        return 302, b"", {"location": vendors.sign("/report.csv"), "content-type": "text/plain"}
    number = int(seen.query.get("$skiptoken", ["1"])[0])
    rows, has_more = vendors.page(number)
    value = [
        {"reportRefreshDate": "2026-11-20", "userPrincipalName": f"{who}@example.com", "lastActivityDate": "2026-11-19"}
        for who, _ in rows
    ]
    link = {"@odata.nextLink": f"{vendors.url}{seen.path}?$skiptoken={number + 1}"} if has_more else {}
    return _json({"@odata.context": "...", "value": value, **link})


_ROUTES: dict[str, Any] = {
    "/signed/": _signed,
    "/orgs/acme/": _github,
    "/enterprises/acme/": _github,
    "/v1/organizations/": _anthropic,
    "/v1/organization/": _openai,
    "/teams/": _cursor,
    "/tenant-1/oauth2/v2.0/token": _login,
    "/v1.0/copilot/reports/": _graph,
}


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that hangs up, as some tests make it, is nothing to tell."""


@contextmanager
def vendors() -> Iterator[Vendors]:
    """A server on a free port of 127.0.0.1, for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {}))
    state = Vendors(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass.vendors = state  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
