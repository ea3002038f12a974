"""What goes wrong between here and a vendor: what is tried again, what is told, and what stays as it was."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from orchestration.pull.pulling import Pulled, Span
from orchestration.workspace import Workspace
from tests.orchestration.pull.pulling_workspaces import (
    NOW,
    TOKEN_ENV,
    bodies,
    entry,
    landed,
    pulled,
    pulling_workspace,
)
from tests.orchestration.pull.vendors import PEOPLE, SECRETS, Fault, Vendors

DAY = Span(date(2026, 11, 18), date(2026, 11, 18))
WHOLE = [f"claude-code-analytics/2026-11-18/claude-code_2026-11-18_p000{number}.json" for number in (1, 2, 3)]


def claude(root: Path, vendor: Vendors, *faults: Fault) -> tuple[Workspace, Pulled]:
    workspace = pulling_workspace(root, entry(vendor.url, "anthropic", "claude-code"))
    vendor.faults += faults
    [found] = pulled(workspace, span=DAY)
    return workspace, found


def github(root: Path, vendor: Vendors, *faults: Fault) -> tuple[Workspace, Pulled]:
    workspace = pulling_workspace(root, entry(vendor.url, "github", "users-1-day"))
    vendor.faults += faults
    [found] = pulled(workspace, span=DAY)
    return workspace, found


def people_in(workspace: Workspace) -> list[str]:
    rows = [row for body in bodies(workspace) for row in json.loads(body)["data"]]
    return [row["actor"]["email_address"].split("@")[0] for row in rows]


TROUBLE = [
    Fault("claude_code", status=429, headers={"retry-after": "0"}),
    Fault("claude_code", status=429),
    Fault("claude_code", status=500),
    Fault("claude_code", status=503, headers={"retry-after": "0"}),
    Fault("claude_code", status=529),
    Fault("claude_code", "reset"),
    Fault("claude_code", "truncated"),
    Fault("claude_code", "half_json"),
    Fault("claude_code", "cut_gzip"),
    Fault("claude_code", "bad_gzip"),
]


@pytest.mark.parametrize("fault", TROUBLE, ids=lambda fault: f"{fault.kind}-{fault.status}")
@pytest.mark.parametrize("where", ["claude_code", "page=page_2"])
def test_passing_trouble_costs_nothing(tmp_path: Path, vendor: Vendors, fault: Fault, where: str) -> None:
    faults = [Fault(where, fault.kind, fault.status, fault.headers)] * 2
    workspace, found = claude(tmp_path, vendor, *faults)
    assert found.error is None
    assert landed(workspace) == WHOLE
    assert people_in(workspace) == list(PEOPLE)


def test_packed_answers_are_landed_unpacked(tmp_path: Path, vendor: Vendors) -> None:
    vendor.gzips = True
    workspace, found = claude(tmp_path, vendor)
    assert found.error is None
    assert people_in(workspace) == list(PEOPLE)


def test_retry_after_is_waited_for(tmp_path: Path, vendor: Vendors) -> None:
    began = time.monotonic()
    claude(tmp_path, vendor, Fault("claude_code", status=429, headers={"retry-after": "1"}))
    assert time.monotonic() - began >= 1


def test_a_date_in_retry_after_is_understood(tmp_path: Path, vendor: Vendors) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    began = time.monotonic()
    _, found = claude(tmp_path, vendor, Fault("claude_code", status=503, headers={"retry-after": at}))
    assert found.error is None
    assert time.monotonic() - began >= 0.9


def test_githubs_used_up_rate_limit_is_waited_for_until_it_is_reset(tmp_path: Path, vendor: Vendors) -> None:
    used_up = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()))}
    _, found = github(tmp_path, vendor, Fault("users-1-day", status=403, headers=used_up))
    assert found.error is None


def test_who_is_asked_to_wait_an_hour_ends_and_says_so(tmp_path: Path, vendor: Vendors) -> None:
    used_up = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(time.time()) + 3600)}
    began = time.monotonic()
    workspace, found = github(tmp_path, vendor, Fault("users-1-day", status=403, headers=used_up))
    assert time.monotonic() - began < 5
    assert found.error == (
        "helper: GitHub users-1-day, window 2026-11-18: the rate limit is used up - "
        "the vendor asks to wait 60 minutes: run again later; it goes on where it stopped"
    )
    assert landed(workspace) == []


def test_trouble_that_does_not_pass_ends_after_so_many_attempts(tmp_path: Path, vendor: Vendors) -> None:
    workspace, found = claude(tmp_path, vendor, *[Fault("claude_code", status=502)] * 10)
    assert len(vendor.seen) == 4
    assert found.error == (
        "helper: Anthropic claude-code, window 2026-11-18: the server answered 502 - "
        "run again later; it goes on where it stopped"
    )
    assert landed(workspace) == []


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (401, f"put a token that is valid into {TOKEN_ENV}: an Admin API key of the organisation"),
        (403, f"the token in {TOKEN_ENV} needs more rights: an Admin API key of the organisation"),
        (400, "check the source's entry in config/tools.yml, or run again later; it goes on where it stopped"),
        (302, "check the source's entry in config/tools.yml, or run again later; it goes on where it stopped"),
    ],
)
def test_what_does_not_pass_is_not_tried_again_and_has_its_mend(
    tmp_path: Path, vendor: Vendors, status: int, mend: str
) -> None:
    _, found = claude(tmp_path, vendor, Fault("claude_code", status=status))
    assert len(vendor.seen) == 1
    assert found.error is not None
    assert found.error.startswith(f"helper: Anthropic claude-code, window 2026-11-18: the server answered {status}")
    assert found.error.endswith(mend)


def test_an_organisation_that_is_not_there_is_named(tmp_path: Path, vendor: Vendors) -> None:
    _, found = github(tmp_path, vendor, Fault("users-1-day", status=404))
    assert found.error is not None
    assert "404 - check that acme is right and that the token may see it" in found.error


def test_a_server_that_is_not_there_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_ENV, "some-token")
    workspace = pulling_workspace(tmp_path, entry("http://127.0.0.1:9", "cursor", "daily-usage"))
    [found] = pulled(workspace, span=DAY)
    assert found.error is not None
    assert "the server cannot be reached - check the network" in found.error


@pytest.mark.parametrize("value", [None, "", "two words", "t\u00f6ken"])
def test_a_missing_or_broken_token_is_named_by_its_variable_alone(
    tmp_path: Path, vendor: Vendors, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv(TOKEN_ENV) if value is None else monkeypatch.setenv(TOKEN_ENV, value)
    _, found = claude(tmp_path, vendor)
    assert found.error is not None
    assert found.error.startswith(f"helper: Anthropic claude-code: the environment variable {TOKEN_ENV} is not")
    assert not value or value not in found.error
    assert vendor.seen == []


def test_an_expired_link_is_asked_for_again(tmp_path: Path, vendor: Vendors) -> None:
    vendor.lifetimes = [0, 0]  # the first is answered 403, the second 410
    workspace, found = github(tmp_path, vendor)
    assert found.error is None
    assert vendor.count("/users-1-day") == 3
    assert len(bodies(workspace)) == 1


def test_a_link_that_expires_between_two_files_is_asked_for_again(tmp_path: Path, vendor: Vendors) -> None:
    vendor.files, vendor.lifetimes = 3, [1, 0, 1, 1, 1, 1]
    workspace, found = github(tmp_path, vendor)
    assert found.error is None
    assert sorted(json.loads(line)["user_login"] for body in bodies(workspace) for line in body.splitlines()) == sorted(
        PEOPLE
    )


def test_links_that_never_hold_are_given_up(tmp_path: Path, vendor: Vendors) -> None:
    vendor.lifetimes = [0] * 20
    workspace, found = github(tmp_path, vendor)
    assert found.error is not None
    assert landed(workspace) == []


def test_microsofts_expired_address_is_asked_for_again(tmp_path: Path, vendor: Vendors) -> None:
    vendor.lifetimes = [0]
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "microsoft", "usage-user-detail"))
    [found] = pulled(workspace)
    assert found.error is None
    assert len(bodies(workspace)) == 1


def test_a_wrong_secret_of_microsoft_has_its_mend(
    tmp_path: Path, vendor: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN_ENV, "another-secret")
    [found] = pulled(pulling_workspace(tmp_path, entry(vendor.url, "microsoft", "usage-user-detail")))
    assert found.error is not None
    assert "the application could not sign in" in found.error
    assert "another-secret" not in found.error


@pytest.mark.parametrize("link", ["http://example.com/report", "https://127.0.0.1:1/x", "file:///etc/passwd", "//x/y"])
def test_a_next_page_on_another_server_gets_no_token(tmp_path: Path, vendor: Vendors, link: str) -> None:
    vendor.faults.append(Fault("seats", status=200, headers={"link": f'<{link}>; rel="next"'}, body=b'{"seats": []}'))
    [found] = pulled(pulling_workspace(tmp_path, entry(vendor.url, "github", "seats")))
    assert found.error is not None
    assert "another server" in found.error
    assert len(vendor.seen) == 1


@pytest.mark.parametrize("link", ["http://example.com/report", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_download_that_could_be_read_on_the_way_is_not_fetched(tmp_path: Path, vendor: Vendors, link: str) -> None:
    body = json.dumps({"download_links": [link]}).encode()
    _, found = github(tmp_path, vendor, Fault("users-1-day", status=200, body=body))
    assert found.error is not None
    assert "not https" in found.error


@pytest.mark.parametrize("body", [b"[]", b'{"data": {}}', b'"text"', b'{"data": [], "has_more": true}', b"<html>"])
def test_an_answer_of_another_form_is_no_page(tmp_path: Path, vendor: Vendors, body: bytes) -> None:
    workspace, found = claude(tmp_path, vendor, *[Fault("claude_code", status=200, body=body)] * 4)
    assert found.error is not None
    assert landed(workspace) == []


def test_pages_that_go_round_in_a_circle_end(tmp_path: Path, vendor: Vendors) -> None:
    body = b'{"data": [], "has_more": true, "next_page": "page_2"}'
    _, found = claude(tmp_path, vendor, *[Fault("claude_code", status=200, body=body)] * 9)
    assert found.error is not None
    assert len(vendor.seen) == 2


def test_a_day_that_the_vendor_does_not_have_yet_is_no_fault(tmp_path: Path, vendor: Vendors) -> None:
    vendor.absent = {"2026-11-21"}
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    [found] = pulled(workspace, span=Span(date(2026, 11, 21), date(2026, 11, 22)))
    assert (found.error, found.absent, found.windows) == (None, ["2026-11-21"], ["2026-11-22"])
    vendor.absent.clear()
    [again] = pulled(workspace)
    assert "2026-11-21" in again.windows


def test_a_settled_day_that_the_vendor_has_nothing_of_is_not_asked_for_again(tmp_path: Path, vendor: Vendors) -> None:
    vendor.absent = {"2026-11-17", "2026-11-21"}
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    [found] = pulled(workspace)
    assert found.absent == ["2026-11-17", "2026-11-21"]
    vendor.seen.clear()
    [again] = pulled(workspace, NOW + timedelta(hours=1))
    assert again.absent == ["2026-11-21"]
    assert {one.query["day"][0] for one in vendor.seen} == {"2026-11-21"}


def test_404_of_a_recent_day_is_late_where_other_days_were_there(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    vendor.faults.append(Fault("day=2026-11-22", status=404))
    [found] = pulled(workspace)
    assert (found.error, found.absent, len(found.windows)) == (None, ["2026-11-22"], 6)


def test_404_of_an_old_day_is_a_fault(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(tmp_path, entry(vendor.url, "github", "users-1-day"))
    vendor.faults.append(Fault("day=2026-11-17", status=404))
    [found] = pulled(workspace)
    assert found.windows == ["2026-11-16"]
    assert found.error is not None
    assert "`from` is not before what the vendor has" in found.error


def test_one_failing_source_stops_no_other(tmp_path: Path, vendor: Vendors) -> None:
    workspace = pulling_workspace(
        tmp_path, entry(vendor.url, "anthropic", "claude-code"), entry(vendor.url, "cursor", "daily-usage")
    )
    vendor.faults.append(Fault("claude_code", status=401))
    first, second = pulled(workspace, span=DAY)
    assert first.error is not None
    assert second.error is None
    assert second.windows == ["2026-11-18"]


def test_no_error_holds_a_secret_or_a_body(tmp_path: Path, vendor: Vendors) -> None:
    for number, status in enumerate((400, 401, 403, 404, 500)):
        faults = [Fault("claude_code", status=status, body=" ".join(SECRETS).encode())] * 4
        _, found = claude(tmp_path / str(number), vendor, *faults)
        assert found.error is not None
        assert not any(secret in found.error for secret in SECRETS)
        vendor.faults.clear()
