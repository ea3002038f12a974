"""`takeup demo` and what follows it, on one small company that is built once."""

from __future__ import annotations

import csv
import json
import re
import resource
import time
from pathlib import Path

import duckdb
import pytest

from orchestration.workspace import Workspace
from tests.conftest import takeup

pytestmark = pytest.mark.slow
AS_OF = "2026-11-19T06:00:00"


def test_the_demo_recognises_its_people(built_company: Workspace) -> None:
    output = (built_company.build / "demo_output.txt").read_text()
    share = re.search(r"([\d.]+)% of [\d,]+ with enough evidence are in the right class", output)
    assert share is not None
    assert float(share[1]) >= 99
    assert "0 with too little evidence are called incorrect" in output


def test_the_demo_says_where_everything_is(built_company: Workspace) -> None:
    output = (built_company.build / "demo_output.txt").read_text()
    assert (built_company.reports / "last_run.txt").is_file()
    assert "last_run.txt" in output
    assert "takeup dashboard -w" in output


def test_status_gives_what_the_contract_names(built_company: Workspace) -> None:
    found = json.loads(takeup("status", "-w", str(built_company.root), "--json").stdout)
    assert Path(found["publication"]).is_file()
    assert found["published_at"]
    keys = {"tool_id", "week_start", "eligible", "non_user", "incorrect_user", "correct_user", "not_judged"}
    assert len(found["tools"]) == 7
    for tool in found["tools"]:
        assert keys <= set(tool)
        classes = ("non_user", "incorrect_user", "correct_user", "not_judged")
        assert tool["eligible"] == sum(tool[name] for name in classes)
        assert not tool["is_provisional"]


def test_every_line_read_has_met_one_fate(built_company: Workspace) -> None:
    lines = json.loads(takeup("status", "-w", str(built_company.root), "--json").stdout)["lines"]
    assert lines["read"] == sum(count for fate, count in lines.items() if fate != "read")
    assert lines["quarantined"] > 0


def test_a_run_with_nothing_new_ends_at_once(built_company: Workspace) -> None:
    began, cpu = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = takeup("run", "-w", str(built_company.root), "--as-of", AS_OF)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert outcome.returncode == 0
    assert "Nothing is new" in outcome.stdout
    assert "code-assistant" in outcome.stdout
    assert used.ru_utime + used.ru_stime - cpu.ru_utime - cpu.ru_stime < 3
    assert (
        time.monotonic() - began < 30
    )  # a busy machine is no failure; an import of Dagster would not pass the line above


def test_a_run_with_nothing_new_says_so_in_json(built_company: Workspace) -> None:
    found = json.loads(takeup("run", "-w", str(built_company.root), "--as-of", AS_OF, "--json").stdout)
    assert (found["success"], found["is_new"], found["failures"]) == (True, False, [])


def test_quarantine_lists_reasons_without_bytes(built_company: Workspace) -> None:
    found = json.loads(takeup("quarantine", "list", "-w", str(built_company.root), "--json").stdout)
    assert found["lines"] > 0
    assert {"path", "line_no", "reason_code", "reason"} <= set(found["entries"][0])
    assert "raw_sealed" not in found["entries"][0]


def test_people_keys_join_to_the_published_figures(built_company: Workspace) -> None:
    roster = sorted((built_company.inbox / "people").glob("*.csv"))[-1]
    with roster.open(newline="", encoding="utf-8-sig") as file:
        person_id = next(csv.DictReader(file))["person_id"]
    found = json.loads(takeup("people", "key", person_id, "-w", str(built_company.root), "--json").stdout)
    with duckdb.connect(str(built_company.latest.resolve()), read_only=True) as connection:
        rows = connection.execute("select count(*) from dim_person where person_key = ?", [found[person_id]]).fetchone()
    assert rows == (1,)


def test_a_person_nobody_knows_is_not_found(built_company: Workspace) -> None:
    outcome = takeup("people", "key", "nobody-of-that-name", "-w", str(built_company.root))
    assert outcome.returncode == 1
    assert "nobody-of-that-name" in outcome.stderr


def test_no_identity_is_published_or_logged(built_company: Workspace) -> None:
    """Every e-mail address of the rosters against every byte that leaves the vault's side.

    But those by which the company's configuration names its owners: whoever answers for a tool is shown as such.
    """
    addresses: set[str] = set()
    for roster in (built_company.inbox / "people").glob("*.csv"):
        with roster.open(newline="", encoding="utf-8-sig") as file:
            addresses |= {row["email"] for row in csv.DictReader(file) if row.get("email")}
    configured = "".join(path.read_text() for path in built_company.config.rglob("*.yml")).lower()
    addresses = {address for address in addresses if address.lower() not in configured}
    assert len(addresses) > 100
    places = [built_company.latest.resolve(), built_company.warehouse, built_company.marts]
    places += [path for path in built_company.reports.rglob("*") if path.is_file()]
    places += [path for path in (built_company.build / "dagster").rglob("*") if path.is_file()]
    places += [path for path in (built_company.build / "target").rglob("*") if path.is_file()]
    wanted = {address.lower().encode() for address in addresses}
    lengths = {len(address) for address in wanted}
    # One search for each domain, then every length before its end: a pattern of all addresses takes minutes.
    domains = [re.compile(re.escape(domain)) for domain in {address[address.index(b"@") :] for address in wanted}]
    named = []
    for place in places:
        content = place.read_bytes().lower()
        ends = (found.end() for domain in domains for found in domain.finditer(content))
        named += [
            str(place) for end in ends if any(content[max(end - length, 0) : end] in wanted for length in lengths)
        ]
    assert named == []


def test_a_failed_check_fails_the_run_and_leaves_the_publication(tmp_path: Path) -> None:
    """The ledger is made to lie between two runs: the second must not publish."""
    place = tmp_path / "company"
    assert takeup("demo", str(place), "--people", "100", "--weeks", "12").returncode == 0
    workspace = Workspace(place)
    published = workspace.latest.resolve()
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("update raw.load set lines_loaded = lines_loaded + 1 where tool_id = 'doc-extract'")
    outcome = takeup("run", "-w", str(place), "--as-of", "2026-11-20")
    assert outcome.returncode == 1
    assert "do not balance" in outcome.stderr
    assert "the last publication stands" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert workspace.latest.resolve() == published
