"""An OTLP/HTTP receiver: export requests in, files in a tool's inbox out. An answer of 200 means: it is on the disk.

Answers follow the protocol: 200 with an empty response; 400, 401, 413 and 415 are final; 503 with Retry-After asks the
sender to come again. Nothing of a request is ever logged but its kind, size, answer and duration.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from orchestration.receiver_landing import Landing
from orchestration.receiver_wire import (
    JSON,
    LISTS,
    PROTOBUF,
    BodyError,
    failure,
    line_of,
    media_type,
    of_headers,
    success,
)
from orchestration.sources.byte_source import CAPS

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LOG = logging.getLogger("takeup.receive")
_RETRY_AFTER_SECONDS = "5"
_MOST_AT_ONCE = 256
_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Guard:
    """What the receiver lets in."""

    token: str | None = None
    request_bytes: int = 8 << 20
    """Of a body as it comes."""
    line_bytes: int = CAPS.line - 1
    """Of a request as JSON: longer lines are not read."""
    pending_bytes: int = 64 << 20
    """Of all requests that are being received or wait for the disk."""
    body_seconds: float = 30.0

    def knows(self, header: str) -> bool:
        """Whether an Authorization header carries the token; compared in constant time."""
        if self.token is None:
            return True
        kind, _, given = header.partition(" ")
        is_same = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self.token.encode())
        return kind.lower() == "bearer" and is_same


class Writer:
    """One thread that writes what many requests bring: those that wait together share one sync of the disk."""

    def __init__(self, landing: Landing) -> None:
        self._landing = landing
        self._queue: SimpleQueue[tuple[bytes, Future[None]] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="otlp-writer")

    def start(self) -> None:
        self._thread.start()

    def submit(self, line: bytes) -> Future[None]:
        """Done when the line is on the disk; OSError when it is not."""
        done: Future[None] = Future()
        self._queue.put((line, done))
        return done

    def has_room(self) -> bool:
        return self._landing.has_room()

    def stop(self) -> None:
        """Write what waits, finish the file."""
        self._queue.put(None)
        self._thread.join()
        self._landing.close()

    def _work(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._batch()
            if batch:
                self._write(batch)
            self._roll()

    def _batch(self) -> tuple[list[tuple[bytes, Future[None]]], bool]:
        batch: list[tuple[bytes, Future[None]]] = []
        try:
            item = self._queue.get(timeout=_TICK_SECONDS)
            while item is not None:
                batch.append(item)
                if len(batch) >= _MOST_AT_ONCE:
                    return batch, True
                item = self._queue.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _write(self, batch: list[tuple[bytes, Future[None]]]) -> None:
        try:
            self._landing.append([line for line, _ in batch])
        except Exception as error:  # whoever waits must hear of it, whatever it is
            LOG.error("cannot write: %s", error)
            for _, done in batch:
                done.set_exception(error)
        else:
            for _, done in batch:
                done.set_result(None)

    def _roll(self) -> None:
        try:
            self._landing.roll()
        except OSError as error:
            LOG.error("cannot finish a file: %s", error)


class Receiver:
    """Takes requests in. Runs in one event loop; only the writer is a thread of its own."""

    def __init__(self, writer: Writer, guard: Guard) -> None:
        self._writer = writer
        self._guard = guard
        self._pending = 0

    async def handle(self, request: Request, signal: str) -> Response:
        """One export request, whatever becomes of it."""
        from starlette.responses import Response

        began = time.monotonic()
        headers = {"content-type": _answer_type(request)}
        try:
            size = await self._take(request, signal)
            status, content = 200, success(headers["content-type"])
        except BodyError as error:
            size, status, content = 0, error.status, failure(headers["content-type"], str(error))
            if status == 503:
                headers["retry-after"] = _RETRY_AFTER_SECONDS
            if status == 401:
                headers["www-authenticate"] = "Bearer"
            if status in (401, 408, 413):
                headers["connection"] = "close"  # the rest of the body is not wanted
        LOG.info("%s %d %d bytes %.0f ms", signal, status, size, (time.monotonic() - began) * 1000)
        return Response(content, status, headers)

    async def _take(self, request: Request, signal: str) -> int:
        """Bytes that came; they are on the disk."""
        if not self._guard.knows(request.headers.get("authorization", "")):
            raise BodyError(401, "the bearer token is missing or wrong")
        media_type(request.headers.get("content-type", ""))
        reserved = self._reserve(request)
        try:
            if not self._writer.has_room():
                raise BodyError(503, "the disk is nearly full")
            content = await self._content(request)
            body = of_headers(signal, request.headers, content)
            line = await asyncio.to_thread(line_of, body, self._guard.line_bytes)
            if line is not None:
                await asyncio.wrap_future(self._writer.submit(line))
            return len(content)
        except BodyError:
            raise
        except Exception as error:
            LOG.error("%s not stored: %s", signal, type(error).__name__)
            raise BodyError(503, "the request could not be stored") from None
        finally:
            self._pending -= reserved

    def _reserve(self, request: Request) -> int:
        """Room for the body as large as it says it is, or as it may be at most."""
        said = request.headers.get("content-length", "")
        size = int(said) if said.isascii() and said.isdigit() else self._guard.request_bytes
        if size > self._guard.request_bytes:
            raise _too_large(self._guard.request_bytes)
        if self._pending + size > self._guard.pending_bytes:
            raise BodyError(503, "too many requests wait for the disk")
        self._pending += size
        return size

    async def _content(self, request: Request) -> bytes:
        from starlette.requests import ClientDisconnect

        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._guard.body_seconds):
                async for part in request.stream():
                    size += len(part)
                    if size > self._guard.request_bytes:
                        raise _too_large(self._guard.request_bytes)
                    parts.append(part)
        except TimeoutError:
            raise BodyError(408, "the body did not come in time") from None
        except ClientDisconnect:
            raise BodyError(400, "the sender went away") from None
        return b"".join(parts)


def _too_large(cap: int) -> BodyError:
    return BodyError(413, f"the body is larger than {cap} bytes - export smaller batches")


def _answer_type(request: Request) -> str:
    """Answers come in the form of the question; to what is neither, in JSON."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return PROTOBUF if said == PROTOBUF else JSON


def receiver_app(landing: Landing, guard: Guard, *, on_ready: Callable[[], None] | None = None) -> Starlette:
    """The ASGI application. Starting it starts the writer; shutting it down finishes the file."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    writer = Writer(landing)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        writer.start()
        if on_ready is not None:
            on_ready()
        try:
            yield
        finally:
            await asyncio.to_thread(writer.stop)

    receiver = Receiver(writer, guard)
    routes = [Route(f"/v1/{signal}", partial(receiver.handle, signal=signal), methods=["POST"]) for signal in LISTS]
    return Starlette(routes=routes, lifespan=lifespan)
