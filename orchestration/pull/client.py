"""One request, tried again while that can help: rate limits, trouble of the server, broken connections and bodies.

No error and no log line of this module holds a header, a query or a byte of a body: these may be secrets, or people.
"""

from __future__ import annotations

import io
import json
import logging
import os
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

import httpx
import stamina

from orchestration.registry.pull_models import is_safe

OK, NOTHING_YET, ELSEWHERE = 200, 204, (301, 302, 303, 307, 308)
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_LIMITED = 403
_MOST_IN_MEMORY = 64 << 20
_MOST_ON_DISK = 4 << 30
_GZIP = 31
"""zlib's word for: with the header of gzip."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a request is tried. Seconds."""

    attempts: int = 6
    total: float = 600.0
    first_wait: float = 1.0
    most_wait: float = 60.0
    most_asked: float = 300.0
    """A server that asks for a longer wait is not waited for: the next run continues."""
    connect: float = 10.0
    read: float = 60.0
    body: float = 900.0
    """For one whole body: a server that sends a byte a minute must not hold a run for ever."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. Only `shown` may be told or written down."""

    method: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Mapping[str, Any] | None = None
    """Sent as JSON; it holds no secret."""
    form: Mapping[str, str] | None = field(default=None, repr=False)
    is_signed: bool = False
    """The address itself is the permission: nobody may see it."""

    @property
    def shown(self) -> str:
        """Method, path, query and JSON body; of a signed address the host alone, since its path may be the secret."""
        parts = urlsplit(self.url)
        if self.is_signed:
            return f"{self.method} {parts.scheme}://{parts.netloc}"
        query = "&".join(part for part in (parts.query, urlencode(self.query)) if part)
        told = f"{self.method} {parts.path}{'?' if query else ''}{query}"
        return f"{told} {json.dumps(self.body, sort_keys=True)}" if self.body is not None else told


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body is in the sink."""

    status: int
    headers: httpx.Headers

    @property
    def location(self) -> str | None:
        """Where a redirect leads."""
        found: str | None = self.headers.get("location")
        return found

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the Link header by what they are: next, last, ..."""
        links = httpx.Response(self.status, headers=self.headers).links
        return {str(kind): link["url"] for kind, link in links.items() if "url" in link}


class RequestError(Exception):
    """A request that did not succeed. `status` is None when no answer came; `asked`: seconds the server wants."""

    def __init__(self, what: str, status: int | None = None, *, asked: float | None = None, helps: bool = True) -> None:
        super().__init__(what)
        self.what, self.status, self.asked, self.helps_to_retry = what, status, asked, helps


class Client:
    """A connection pool with patience. Close it, or use it as a context manager."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        limits = httpx.Timeout(self._patience.read, connect=self._patience.connect)
        # Certificates are always verified; nothing switches that off. Redirects are followed by who expects one.
        self._http = httpx.Client(timeout=limits, verify=True, follow_redirects=False, headers=_HEADERS)
        _hush()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, request: Request, sink: IO[bytes], check: Callable[[IO[bytes]], object] | None = None) -> Answer:
        """The answer with its whole body in `sink`, which is emptied before every attempt.

        An answer that is neither a success nor a redirect, or no whole answer at all, is a RequestError; so is a body
        that `check` raises one for.
        """
        patience = self._patience
        attempts = stamina.retry_context(
            on=self._wait,
            attempts=patience.attempts,
            timeout=patience.total,
            wait_initial=patience.first_wait,
            wait_max=patience.most_wait,
            wait_jitter=patience.first_wait,
        )
        for attempt in attempts:
            with attempt:
                answer = self._try(request, sink)
                if check is not None and answer.status == OK:
                    check(sink)
                return answer
        raise AssertionError("an attempt ends with a return or raises")

    def json(self, request: Request) -> tuple[Any, Answer]:
        """The JSON value of an answer that is not kept; None for an answer without a body."""
        sink = io.BytesIO()
        answer = self.send(request, sink, parsed)
        if answer.status in ELSEWHERE:
            raise RequestError(f"the server answered {answer.status}, a redirect", answer.status, helps=False)
        return (parsed(sink) if answer.status == OK else None), answer

    def _wait(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds."""
        if not isinstance(error, RequestError) or not error.helps_to_retry:
            return False
        if error.asked is None:
            return True
        return error.asked if error.asked <= self._patience.most_asked else False

    def _try(self, request: Request, sink: IO[bytes]) -> Answer:
        sink.seek(0)
        sink.truncate()
        if not is_safe(urlsplit(request.url)):
            raise RequestError("the address that the server gave is not https", helps=False)
        try:
            with self._http.stream(
                request.method,
                _with_query(request),
                headers=dict(request.headers),
                json=request.body,
                data=request.form,
            ) as response:
                return self._receive(response, sink)
        except httpx.TransportError as error:
            raise _trouble(error) from None
        except (httpx.InvalidURL, httpx.DecodingError) as error:
            raise RequestError(f"the answer cannot be read ({type(error).__name__})", helps=False) from None

    def _receive(self, response: httpx.Response, sink: IO[bytes]) -> Answer:
        status = response.status_code
        if status == OK:
            most = _MOST_IN_MEMORY if isinstance(sink, io.BytesIO) else _MOST_ON_DISK
            for piece in _within(self._patience.body, _decoded(response), most):
                sink.write(piece)
        elif status != NOTHING_YET and status not in ELSEWHERE:
            raise _refusal(response)
        return Answer(status, response.headers)


_HEADERS = {"user-agent": "takeup", "accept-encoding": "gzip"}


def parsed(sink: IO[bytes]) -> Any:
    """The JSON value of a body. One that is cut off where no length tells is no JSON: worth another attempt."""
    if sink.seek(0, os.SEEK_END) > _MOST_IN_MEMORY:
        raise RequestError(f"a page is larger than {_MOST_IN_MEMORY >> 20} MB", OK, helps=False)
    sink.seek(0)
    try:
        return json.loads(sink.read())
    except (ValueError, RecursionError):
        raise RequestError("the answer is not whole JSON", OK) from None


def _with_query(request: Request) -> str:
    """httpx would drop the address's own query for `params`, so the two are joined here."""
    if not request.query:
        return request.url
    return f"{request.url}{'&' if '?' in request.url else '?'}{urlencode(request.query)}"


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The body without its transport encoding. A gzip stream that ends early is an error: httpx would let it pass."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip"):
        raise RequestError("the answer is packed in a way that was not asked for", response.status_code, helps=False)
    unpack = zlib.decompressobj(_GZIP)
    try:
        for piece in response.iter_raw():
            yield unpack.decompress(piece)
        yield unpack.flush()
    except zlib.error:
        raise RequestError("the packed answer is broken", response.status_code) from None
    if not unpack.eof:
        raise RequestError("the packed answer was cut off", response.status_code)


def _within(seconds: float, pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    began, size = time.monotonic(), 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise RequestError(f"the answer is larger than {most >> 20} MB", helps=False)
        if time.monotonic() - began > seconds:
            raise RequestError(f"the answer took longer than {seconds:.0f} seconds")
        yield piece


def _trouble(error: httpx.TransportError) -> RequestError:
    """A connection that failed, in words of ours: the library's may quote the address."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return RequestError("the server's certificate cannot be verified", helps=False)
    if isinstance(error, httpx.TimeoutException):
        return RequestError("the server did not answer in time")
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return RequestError("the server cannot be reached")
    if isinstance(error, httpx.UnsupportedProtocol):
        return RequestError("the address cannot be used", helps=False)
    return RequestError("the connection broke before the answer was whole")


def _refusal(response: httpx.Response) -> RequestError:
    status = response.status_code
    asked = _asked(response.headers)
    is_limit = status == _LIMITED and asked is not None
    what = "the rate limit is used up" if status == 429 or is_limit else f"the server answered {status}"
    return RequestError(what, status, asked=asked, helps=status in _TRY_AGAIN or is_limit)


def _asked(headers: httpx.Headers) -> float | None:
    """The seconds that the server wants to be left alone: Retry-After, else until the rate limit is reset."""
    wanted = headers.get("retry-after")
    if wanted is not None:
        return _seconds(wanted.strip())
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        reset = headers.get("x-ratelimit-reset", "").strip()
        return max(0.0, int(reset) - time.time()) + 1 if reset.isdecimal() else None
    return None


def _seconds(wanted: str) -> float | None:
    """Retry-After is a number of seconds or a date."""
    if wanted.isdecimal():
        return float(wanted)
    try:
        at = parsedate_to_datetime(wanted)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _hush() -> None:
    """The libraries log addresses and headers, which hold secrets; how often something is retried is told by us."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stamina.instrumentation.set_on_retry_hooks([])
