"""`takeup report` writes the page and, when asked to, sends it: each week once to each destination, else to nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from orchestration import journal
from orchestration.errors import DataError
from orchestration.leadership import deliver, write_page
from orchestration.registry.scaffold import init_workspace
from orchestration.steps import leadership_page
from orchestration.workspace import Workspace
from tests.conftest import takeup
from tests.dashboards.leadership_publication import publish_for_leadership
from tests.dashboards.publication import Company

REPORTS = "reports:\n- {{name: board, url_env: TAKEUP_BOARD_URL}}\n- {{name: chat, url_file: {file}}}\n"


@pytest.fixture
def posts() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A service on loopback that keeps what it is sent."""
    kept: list[dict[str, Any]] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, kept
    server.shutdown()
    server.server_close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    space = init_workspace(tmp_path).workspace
    publish_for_leadership(tmp_path, Company(tools=2))
    return space


def connect(space: Workspace, port: int, patch: pytest.MonkeyPatch) -> None:
    (space.config / "alerts.yml").write_text(REPORTS.format(file=space.root / "chat.txt"))
    patch.setenv("TAKEUP_BOARD_URL", f"json://user:hush@127.0.0.1:{port}/board")
    (space.root / "chat.txt").write_text(f"json://127.0.0.1:{port}/chat\n")


def test_the_command_writes_both_forms_and_sends_nothing(workspace: Workspace) -> None:
    done = takeup("report", "-w", str(workspace.root), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["week"], told["sent"]) == ("2026-W43", [])
    assert [Path(file).name for file in told["files"]] == ["leadership-2026-W43.html", "leadership-2026-W43.pdf"]
    assert all(Path(file).parent == workspace.reports for file in told["files"])


def test_the_slide_is_written_when_it_is_asked_for(workspace: Workspace) -> None:
    done = takeup("report", "-w", str(workspace.root), "--pptx", "--json")
    assert done.returncode == 0, done.stderr
    names = [Path(file).name for file in json.loads(done.stdout)["files"]]
    assert names == [f"leadership-2026-W43.{form}" for form in ("html", "pdf", "pptx")]


def test_a_week_that_is_none_is_refused_with_what_there_is(workspace: Workspace) -> None:
    done = takeup("report", "-w", str(workspace.root), "--week", "2031-W01")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there are 2026-W20 to 2026-W45" in done.stderr


def test_a_place_that_cannot_be_written_to_is_named(workspace: Workspace) -> None:
    ended = takeup("report", "--out", "/dev/null/board", "-w", str(workspace.root))
    assert ended.returncode == 1
    assert ended.stderr == "/dev/null/board: cannot be written: Not a directory - name another folder with --out\n"


def test_before_the_first_publication_there_is_no_page(tmp_path: Path) -> None:
    init_workspace(tmp_path)
    done = takeup("report", "-w", str(tmp_path))
    assert done.returncode == 1
    assert "nothing was published yet - takeup run makes the first publication" in done.stderr


def test_sending_without_a_destination_is_refused(workspace: Workspace) -> None:
    done = takeup("report", "-w", str(workspace.root), "--send")
    assert done.returncode == 2
    assert "`reports:` names no destination" in done.stderr


def test_every_destination_gets_the_page_of_a_week_once(
    workspace: Workspace, posts: tuple[int, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, kept = posts
    connect(workspace, port, monkeypatch)
    assert leadership_page(workspace)["sent"] == 2
    assert leadership_page(workspace)["sent"] == 0
    assert len(kept) == 2
    assert kept[0]["title"] == "AI tool adoption, week of 19 October 2026"
    assert "with a target" in kept[0]["message"]
    files = {one["filename"]: base64.b64decode(one["base64"]) for one in kept[0]["attachments"]}
    assert files == {file.name: file.read_bytes() for file in write_page(workspace).files}
    assert [entry["destination"] for entry in journal.entries(workspace.reports / "delivered.jsonl")] == [
        "board",
        "chat",
    ]


def test_one_destination_that_fails_keeps_the_page_from_no_other(
    workspace: Workspace, posts: tuple[int, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, kept = posts
    connect(workspace, port, monkeypatch)
    monkeypatch.setenv("TAKEUP_BOARD_URL", "json://user:hush@127.0.0.1:9/board")
    page = write_page(workspace)
    with pytest.raises(DataError, match=r"board: could not be sent") as caught:
        deliver(workspace, page, again=False)
    assert "hush" not in str(caught.value)
    assert len(kept) == 1
    monkeypatch.setenv("TAKEUP_BOARD_URL", f"json://127.0.0.1:{port}/board")
    assert deliver(workspace, page, again=False) == ["board"]


def test_a_missing_address_is_named_by_where_it_should_stand(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace.config / "alerts.yml").write_text(REPORTS.format(file=workspace.root / "chat.txt"))
    monkeypatch.delenv("TAKEUP_BOARD_URL", raising=False)
    with pytest.raises(DataError) as caught:
        deliver(workspace, write_page(workspace), again=False)
    board, chat = str(caught.value).splitlines()
    assert board.startswith("board: TAKEUP_BOARD_URL is not set")
    assert chat.startswith(f"chat: {workspace.root / 'chat.txt'}: ")
