"""The whole pipeline on reports coarser than a day: seats taken at one moment, and weeks that begin on Sunday.

What must come out, for ISO week 2 to 8 March 2026 with its window from 9 February, counted by hand:

Copilot, a snapshot named after 9 March, that looks back to 9 December; its seat holders are the people meant to use it
    ann: last active on 5 March, in the window: active, and no evidence of how.
    bob: no activity in 90 days: never used it.       cy: last active on 20 January, before live_from: never.
    fay: has her seat since 3 March: new.             eve: on the roster without a seat: no row at all.
    In the week of 9 February ann's snapshot says nothing: she may have used it then. Nobody knows, so no evidence.
Chat, five weekly exports, 8 February to 14 March
    ann: active in the week of 22 February, which lies in the window: active.
    bob: inactive in all five: never.                 eve: in none of the exports, which list all members: never.
    cy: active from 10 March on only: never in the window.
    dan: active in the week of 8 March, nobody knows when; the window ends on that day: no evidence, and not active.
Bill, nothing but an invoice
    bob: cost something, which proves no use; ann cost nothing, which proves no non-use: no evidence for both.
Office, the usage report of 8 March with concealed names
    One name was active on 5 March, one never. Nobody can know who they are, though ann's roster claims the first, nor
    who is not on the report: no evidence for ann and bob, and nobody is active.
Cohort, hashed persons' weeks from Sunday on, 8 February to 14 March
    The same: one person active in all five, one in none: no evidence for both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from orchestration.registry.scaffold import init_workspace
from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow
OWNER = "owner: {name: Owner, email: owner@example.com}"
TOOLS = f"""
tools:
- {{id: copilot, title: Copilot, {OWNER}, live_from: 2026-02-02, sources: [{{format: github-copilot-seats}}],
   eligible: seats}}
- {{id: chat, title: Chat, {OWNER}, live_from: 2026-02-09, sources: [{{format: chatgpt-enterprise-users}}],
   eligible: [ann, bob, cy, dan, eve]}}
- {{id: bill, title: Bill, {OWNER}, live_from: 2026-02-09, sources: [{{format: github-copilot-billing}}],
   eligible: [ann, bob]}}
- {{id: office, title: Office, {OWNER}, live_from: 2026-02-09, sources: [{{format: m365-copilot-usage-user-detail}}],
   eligible: [ann, bob]}}
- {{id: cohort, title: Cohort, {OWNER}, live_from: 2026-02-09, sources: [{{format: viva-person-query}}],
   eligible: [ann, bob]}}
"""
CONCEALED = {"ann": "0A1B2C3D4E5F60718293A4B5C6D7E8F9,h-1"}
PEOPLE = "person_id,email,github_login,department,m365_concealed,viva_person_id\n" + "".join(
    f"{name},{name}@example.com,{name}-gh,Engineering,{CONCEALED.get(name, ',')}\n"
    for name in ("ann", "bob", "cy", "dan", "eve", "fay")
)
SEATS = {"ann": "2026-03-05T08:00:00Z", "bob": None, "cy": "2026-01-20T08:00:00Z", "fay": None}
SUNDAYS = [date(2026, 2, 8) + timedelta(weeks=number) for number in range(5)]
HEADER = "cadence,period_start,period_end,email,user_status,is_active,first_day_active_in_period,"
HEADER += "last_day_active_in_period,messages\n"
ACTIVE = {
    ("ann", date(2026, 2, 22)): ("2026-02-24", "2026-02-25"),
    ("cy", date(2026, 3, 8)): ("2026-03-10", "2026-03-12"),
    ("dan", date(2026, 3, 8)): ("", ""),
}
BILL = """date,username,product,sku,model,quantity,unit_type,net_amount
2026-03-04,bob-gh,copilot,copilot_premium_request,m-large,5,requests,0.2
2026-03-08,ann-gh,copilot,copilot_premium_request,m-large,5,requests,0
"""
OFFICE = """Report Refresh Date,User Principal Name,Last Activity Date,Report Period
2026-03-08,0A1B2C3D4E5F60718293A4B5C6D7E8F9,2026-03-05,30
2026-03-08,00000000000000000000000000000002,,30
"""
COHORT = "PersonId,MetricDate,Total_Copilot_active_days\n" + "".join(
    f"h-1,{sunday},3\nh-2,{sunday},0\n" for sunday in SUNDAYS
)


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    workspace = Workspace(tmp_path_factory.mktemp("coarse"))
    init_workspace(workspace.root)
    workspace.tools_file.write_text(TOOLS)
    (workspace.inbox / "people" / "people_2025-01-01.csv").write_text(PEOPLE)
    for tool, files in {
        "copilot": seats(),
        "chat": weeks(),
        "bill": {"bill.csv": BILL},
        "office": {"office.csv": OFFICE},
        "cohort": {"cohort.csv": COHORT},
    }.items():
        folder = workspace.inbox / tool
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text)
    done = takeup("run", "-w", str(workspace.root), "--as-of", "2026-03-31")
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(workspace.latest.resolve()), read_only=True) as connection:
        yield connection


def seats() -> dict[str, str]:
    rows = [
        {
            "assignee": {"login": f"{name}-gh", "type": "User"},
            "created_at": "2026-03-03T00:00:00Z" if name == "fay" else "2025-06-01T00:00:00Z",
            "last_activity_at": last,
            "plan_type": "business",
        }
        for name, last in SEATS.items()
    ]
    return {"seats_2026-03-09.json": json.dumps({"total_seats": len(rows), "seats": rows})}


def weeks() -> dict[str, str]:
    files = {}
    for sunday in SUNDAYS:
        lines = [HEADER]
        for name in ("ann", "bob", "cy", "dan"):
            days = ACTIVE.get((name, sunday))
            told = "0,,,0" if days is None else f"1,{days[0]},{days[1]},7"
            lines.append(f"Weekly,{sunday},{sunday + timedelta(days=6)},{name}@example.com,enabled,{told}\n")
        files[f"week_{sunday}.csv"] = "".join(lines)
    return files


def statuses(marts: duckdb.DuckDBPyConnection, tool: str, week: str) -> list[tuple[Any, ...]]:
    """(status, reason, uses, is_active), sorted: the published marts name nobody."""
    query = "select status, reason, uses, is_active from fct_person_tool_week where tool_id = ? and week_start = ? "
    return marts.cursor().execute(query + "order by all", [tool, week]).fetchall()


def test_a_snapshot_of_seats_says_who_is_meant_to_use_it_and_who_does_not(marts: duckdb.DuckDBPyConnection) -> None:
    assert statuses(marts, "copilot", "2026-03-02") == [
        ("non_user", "never", 0, False),
        ("non_user", "never", 0, False),
        ("not_judged", "new", 0, False),
        ("not_judged", "no_evidence", 1, True),
    ]


def test_what_the_last_activity_hides_is_unknown_and_no_non_use(marts: duckdb.DuckDBPyConnection) -> None:
    assert statuses(marts, "copilot", "2026-02-09") == [
        ("non_user", "never", 0, False),
        ("non_user", "never", 0, False),
        ("not_judged", "no_evidence", 0, False),
    ]


def test_weeks_that_straddle_the_window_prove_nothing_about_it(marts: duckdb.DuckDBPyConnection) -> None:
    assert statuses(marts, "chat", "2026-03-02") == [
        ("non_user", "never", 0, False),
        ("non_user", "never", 0, False),
        ("non_user", "never", 0, False),
        ("not_judged", "no_evidence", 0, False),
        ("not_judged", "no_evidence", 2, True),
    ]


def test_an_invoice_proves_neither_use_nor_non_use(marts: duckdb.DuckDBPyConnection) -> None:
    assert statuses(marts, "bill", "2026-03-02") == [("not_judged", "no_evidence", 0, False)] * 2


@pytest.mark.parametrize("tool", ["office", "cohort"])
def test_of_concealed_names_nobody_is_called_a_user_or_a_non_user(marts: duckdb.DuckDBPyConnection, tool: str) -> None:
    assert statuses(marts, tool, "2026-03-02") == [("not_judged", "no_evidence", 0, False)] * 2


def test_a_week_is_judged_as_far_as_the_reports_reach(marts: duckdb.DuckDBPyConnection) -> None:
    query = "select tool_id, last_week_start, cast(watermark_at as varchar) from dim_tool order by 1"
    assert [(tool, str(week), str(at)[:16]) for tool, week, at in marts.cursor().execute(query).fetchall()] == [
        ("bill", "2026-03-02", "2026-03-09 00:00"),
        ("chat", "2026-03-02", "2026-03-15 00:00"),
        ("cohort", "2026-03-02", "2026-03-15 00:00"),
        ("copilot", "2026-03-02", "2026-03-09 00:00"),
        ("office", "2026-03-02", "2026-03-09 00:00"),
    ]
