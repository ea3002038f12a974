"""What the reports of all vendors share: one visit to a vendor, pages of JSON, and files behind signed addresses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, Protocol
from urllib.parse import urlsplit

from orchestration.pull.client import ELSEWHERE, NOTHING_YET, OK, Answer, Client, Request, RequestError, parsed
from orchestration.pull.landing import Step
from orchestration.pull.windows import Cadence
from orchestration.registry.pull_models import PullSpec

_TAIL = 4096
_LOST = frozenset({400, 404, 410})
"""How vendors answer to a cursor that they no longer know."""
_EXPIRED = frozenset({400, 401, 403, 404, 410})
"""How stores answer to a signed address that no longer holds."""
_RENEWALS = 3


class NothingYetError(Exception):
    """The vendor does not have the window yet; that is no fault."""


class StaleCursorError(Exception):
    """What was half fetched cannot be continued: begin the window anew."""


@dataclass(slots=True)
class Visit:
    """One source being fetched: the client, the configuration, and the token, which is in no repr.

    `kept` is room for what a report must not ask for again before every page.
    """

    client: Client
    spec: PullSpec
    token: str = field(repr=False)
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def base_url(self) -> str:
        return self.spec.base_url or self.spec.of.base_url

    def inside(self, url: str) -> str:
        """An address that the vendor gave for the next page, if the token may be sent there."""
        here, there = urlsplit(self.base_url), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise RequestError("the next page lies on another server; nothing was sent there", helps=False)
        return url


class Stepper(Protocol):
    """Fetches one page: `cursor` is None for the first. Raises RequestError, NothingYetError, StaleCursorError."""

    def __call__(self, visit: Visit, day: date, cursor: str | None, sink: IO[bytes], /) -> Step: ...


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a vendor. `permission` is what its token needs, told when the vendor refuses."""

    cadence: Cadence
    step: Stepper
    permission: str
    missing: frozenset[int] = frozenset()
    """How the vendor answers for a recent day that it does not have yet, beside 204."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of JSON as the rule for the next one sees it."""

    body: Mapping[str, Any]
    answer: Answer
    cursor: str | None
    """With which it was asked for."""


def json_pages(
    request: Callable[[Visit, date, str | None], Request],
    following: Callable[[Visit, Page], str | None],
    lists: Sequence[str],
) -> Stepper:
    """Pages of JSON that hold a list under one of `lists`; `following` gives the next cursor, None at the end."""

    def step(visit: Visit, day: date, cursor: str | None, sink: IO[bytes]) -> Step:
        asked = request(visit, day, cursor)
        answer = page_of(visit.client, asked, sink, cursor)
        if answer.status != OK:
            raise RequestError(f"the server answered {answer.status}, a redirect", answer.status, helps=False)
        body = listing(sink, lists)
        after = following(visit, Page(body, answer, cursor))
        if after is not None and after == cursor:
            raise RequestError("the vendor names the same next page again and again", helps=False)
        return Step(asked.shown, answer.status, ".json", after)

    return step


def page_of(client: Client, request: Request, sink: IO[bytes], cursor: str | None) -> Answer:
    """The answer to a request for a page; StaleCursorError when the vendor knows the cursor no longer."""
    try:
        answer = client.send(request, sink, _check)
    except RequestError as error:
        if cursor is not None and error.status in _LOST:
            raise StaleCursorError from None
        raise
    if answer.status == NOTHING_YET:
        raise NothingYetError
    return answer


def _check(sink: IO[bytes]) -> None:
    """What begins as JSON must be whole."""
    sink.seek(0)
    if sink.read(_TAIL).lstrip()[:1] in (b"{", b"["):
        parsed(sink)


def listing(sink: IO[bytes], lists: Sequence[str]) -> Mapping[str, Any]:
    """The page in `sink`, which holds a list under one of `lists`."""
    body = parsed(sink)
    if not isinstance(body, dict) or not any(isinstance(body.get(name), list) for name in lists):
        raise RequestError("the answer is not of the documented form", OK, helps=False)
    return body


def next_page(_visit: Visit, page: Page) -> str | None:
    """`has_more` and `next_page`, as Anthropic and OpenAI have it; some answers say `next_page` alone."""
    after = page.body.get("next_page")
    if isinstance(after, str) and after and page.body.get("has_more") is not False:
        return after
    if page.body.get("has_more") is True:
        raise RequestError("the answer has more pages but does not name the next", helps=False)
    return None


def download(client: Client, renewed: Callable[[], str], sink: IO[bytes]) -> Request:
    """Fetch what lies behind a signed address, without any header of the vendor's; `renewed` gives the address.

    An address that has expired is asked for again. The request as it was sent at last.
    """
    for left in reversed(range(_RENEWALS)):
        request = Request("GET", renewed(), is_signed=True)
        try:
            answer = client.send(request, sink, _ends_whole)
        except RequestError as error:
            if error.status not in _EXPIRED or not left:
                raise
            continue
        if answer.status in ELSEWHERE:
            raise RequestError("the file lies behind a further redirect", answer.status, helps=False)
        return request
    raise AssertionError("the last attempt returns or raises")


def _ends_whole(sink: IO[bytes]) -> None:
    """What begins as JSON must end where a value ends: where no length was told, a lost end shows in nothing else."""
    sink.seek(0)
    head = sink.read(_TAIL).lstrip()
    size = sink.seek(0, os.SEEK_END)
    sink.seek(max(0, size - _TAIL))
    if head[:1] in (b"{", b"[") and not sink.read().rstrip().endswith((b"}", b"]")):
        raise RequestError("the file was cut off", OK)
