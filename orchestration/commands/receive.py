"""`takeup receive`: an OTLP/HTTP receiver that lands export requests in a tool's inbox."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from orchestration.commands.output import say
from orchestration.errors import ConfigError, UsageError
from orchestration.receiver import LOG, Guard, receiver_app
from orchestration.receiver_landing import Landing
from orchestration.registry import load_registry
from orchestration.registry.loading import unknown_tool
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    import uvicorn

TOKEN_VARIABLE = "TAKEUP_RECEIVE_TOKEN"  # noqa: S105 - the name of the variable, not a token
_FORMAT = "otlp"
_SHORTEST_TOKEN = 16
_GRACE_SECONDS = 20
_MOST_CONNECTIONS = 512


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it. A name that is not `localhost` might lead anywhere."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def receive(workspace: Workspace, tool_id: str, place: Place, token_file: Path | None) -> int:
    """Receive until a signal ends it; 0 then. What was acknowledged lies in finished files of the inbox."""
    folder = landing_folder(workspace, tool_id)
    guard = Guard(token=token_of(token_file))
    if guard.token is None and not place.is_loopback:
        what = f"{place.host} can be reached from other machines, and no token is set"
        raise UsageError(f"{what} - give --token-file FILE, set {TOKEN_VARIABLE}, or leave --host out")
    listener = _listener(place)
    landing = Landing(folder)
    _log_to_stderr()
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    ready = f"Receiving OpenTelemetry for {tool_id} on {address} (Ctrl-C ends it)"
    server = _server(receiver_app(landing, guard, on_ready=lambda: _tell(ready)))
    server.run(sockets=[listener])
    return 0


def landing_folder(workspace: Workspace, tool_id: str) -> Path:
    """The folder from which the tool's OpenTelemetry source reads; UsageError or ConfigError: there is none."""
    registry = load_registry(workspace)
    tool = registry.tool(tool_id)
    if tool is None:
        what, mend = unknown_tool(tool_id, [one.id for one in registry.tools])
        raise UsageError(f"--tool: {what} - {mend}")
    source = next((source for source in tool.sources if source.format == _FORMAT), None)
    if source is None:
        what, mend = f"{tool_id!r} has no source of format {_FORMAT}", f"add one: `- format: {_FORMAT}`"
        raise ConfigError([registry.tool_problem(tool, ("sources",), what, mend)])
    path = source.path or f"inbox/{tool_id}"
    if any(mark in path for mark in "*?[") or (workspace.root / path).is_file():
        what, mend = f"{tool_id!r} reads {path}, which is no folder", "name a folder, to receive into it"
        raise ConfigError([registry.tool_problem(tool, ("sources",), what, mend)])
    return workspace.root / path


def token_of(token_file: Path | None) -> str | None:
    """The bearer token from the file, else from the environment; None: there is none."""
    if token_file is None:
        token = os.environ.get(TOKEN_VARIABLE, "").strip()
    else:
        try:
            token = token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{token_file}: cannot be read as text ({error}) - name the file of the token") from None
    if token_file is None and not token:
        return None
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or any(map(str.isspace, token)):
        raise UsageError(f"the token must be {_SHORTEST_TOKEN} or more characters without spaces - make a longer one")
    return token


def _listener(place: Place) -> socket.socket:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()  # so that nobody is turned away between now and the start
    except OSError as error:
        raise UsageError(
            f"cannot listen on {place.host}:{place.port} ({error.strerror}) - try another --port"
        ) from None
    return listener


def _server(app: object) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """Ends in order on a signal, without raising the signal again: that is how a receiver ends."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the library's signature
            self.force_exit = self.should_exit and sig == signal.SIGINT
            self.should_exit = True

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan="on",
        ws="none",
        proxy_headers=False,
    )
    return Server(config)


def _log_to_stderr() -> None:
    """Lines about requests, without anything of what they hold or who sent them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def _tell(text: str) -> None:
    say(text)
    sys.stdout.flush()
