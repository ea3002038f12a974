"""Sending to people, by apprise: mail, chat, web hooks. Addresses are secrets and come from the environment or a file.

Alerts and reports are sent by it. Nothing is sent while no destination is configured (config/alerts.yml).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from orchestration.errors import UsageError
from orchestration.registry.alert_models import Address, Destination

MAIL = ("mailto", "mailtos")


@dataclass(frozen=True, slots=True)
class Note:
    """What is sent: a title, a plain text, and files beside it; `to` are addresses for mail to a tool's own people."""

    title: str
    body: str
    to: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def address_of(destination: Address, environment: Mapping[str, str] = os.environ) -> str:
    """The address of a destination. Raises UsageError when the variable or the file is not there; never shows it."""
    if destination.url_env is not None:
        found = environment.get(destination.url_env, "").strip()
        if not found:
            raise UsageError(f"{destination.name}: {destination.url_env} is not set - set it to an apprise address")
        return found
    path = Path(destination.url_file or "").expanduser()
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"{destination.name}: {path}: {error.strerror} - put the apprise address into that file"
        ) from None


def send(destination: Address, note: Note, environment: Mapping[str, str] = os.environ) -> str | None:
    """Send `note` and say None, or why it could not be sent, without the address."""
    import apprise  # slow to import, and needed only when there is something to send

    try:
        address = _addressed(address_of(destination, environment), destination, note.to)
    except UsageError as error:
        return str(error)
    sender = apprise.Apprise()
    place = destination.url_env or destination.url_file
    if not sender.add(address):
        return f"{destination.name}: its address is none that apprise knows - correct it in {place}"
    with _Heard() as heard:
        is_sent = sender.notify(body=note.body, title=note.title, attach=_attached(note.files))
    if is_sent:
        return None
    mend = f"see that the address in {place} is right and that its service answers"
    return f"{destination.name}: could not be sent{heard.said(address)} - {mend}"


def _attached(files: Sequence[Path]) -> list[str] | None:
    return [str(path) for path in files] or None


def _addressed(address: str, destination: Address, to: Sequence[str]) -> str:
    """A mail address that is meant for each tool's owner, with them as its receivers."""
    parts = urlsplit(address)
    is_of_owners = isinstance(destination, Destination) and destination.to == "owner"
    if not is_of_owners or parts.scheme not in MAIL or not to:
        return address
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "to"]
    return urlunsplit(parts._replace(query=urlencode([*kept, ("to", ",".join(to))])))


class _Heard(logging.Handler):
    """What apprise logs while it sends: the only place where it says why something failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._texts: list[str] = []

    def __enter__(self) -> _Heard:
        self._logger = logging.getLogger("apprise")
        self._before = self._logger.propagate
        self._logger.propagate = False
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._before

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(record.getMessage())

    def said(self, address: str) -> str:
        """The last thing heard; nothing when it would show a part of the address."""
        secrets = [part for part in urlsplit(address).netloc.replace("@", ":").split(":") if len(part) > 3]
        text = self._texts[-1] if self._texts else ""
        return f": {text}" if text and not any(part in text for part in secrets) else ""
