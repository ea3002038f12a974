"""Sending, against a web server of the test's own: what arrives, what is said of what does not, what stays secret."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from orchestration.notify import Note, _addressed, send
from orchestration.registry.alert_models import Destination

NOTE = Note("[takeup] MAJOR: late", "The newest record is old.")


class Inbox(HTTPServer):
    """A loopback server that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeps)
        self.received: list[dict[str, Any]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"json://user:s3cretword@127.0.0.1:{self.server_port}/"


class _Keeps(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        self.server.received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_note_arrives_with_title_and_text(inbox: Inbox) -> None:
    assert send(Destination(name="hook", url_env="URL"), NOTE, {"URL": inbox.url}) is None
    [got] = inbox.received
    assert (got["title"], got["message"]) == (NOTE.title, NOTE.body)


def test_an_address_may_stand_in_a_file(inbox: Inbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{inbox.url}\n")
    assert send(Destination(name="hook", url_file=str(secret)), NOTE, {}) is None
    assert len(inbox.received) == 1


def test_files_go_along(inbox: Inbox, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>report</p>")
    assert send(Destination(name="hook", url_env="URL"), Note("t", "b", files=(page,)), {"URL": inbox.url}) is None
    assert inbox.received[0]["attachments"][0]["filename"] == "page.html"


def test_what_could_not_be_sent_is_said_without_the_secret(inbox: Inbox) -> None:
    inbox.status = 500
    error = send(Destination(name="hook", url_env="URL"), NOTE, {"URL": inbox.url})
    assert error is not None
    assert error.startswith("hook: could not be sent")
    assert error.endswith(" - see that the address in URL is right and that its service answers")
    assert "s3cretword" not in error


@pytest.mark.parametrize(
    ("environment", "says"),
    [({}, "hook: URL is not set"), ({"URL": "nonsense"}, "hook: its address is none that apprise knows")],
)
def test_an_address_that_is_not_there_or_none_is_said(environment: dict[str, str], says: str) -> None:
    assert str(send(Destination(name="hook", url_env="URL"), NOTE, environment)).startswith(says)


def test_mail_meant_for_owners_goes_to_them_and_other_addresses_stay() -> None:
    owners = Destination(name="mail", url_env="URL", to="owner")
    to = ("ada@example.com", "grace@example.com")
    mail = _addressed("mailtos://me:pw@example.com?from=takeup&to=ops@example.com", owners, to)
    assert mail == "mailtos://me:pw@example.com?from=takeup&to=ada%40example.com%2Cgrace%40example.com"
    assert _addressed("json://127.0.0.1/", owners, to) == "json://127.0.0.1/"
    everyone = Destination(name="mail", url_env="URL")
    assert _addressed("mailtos://me:pw@example.com", everyone, to) == "mailtos://me:pw@example.com"
