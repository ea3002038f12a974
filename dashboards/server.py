"""The web server around the dashboard: reads who may sign in, and hands out exports of rows about people.

Streamlit finds `app` when it runs this file. Exports have a route of their own because a download of Streamlit's lies
at an address that needs no sign-in.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboards import access, downloads
from dashboards.access import Access, RefusedError

THIS_MACHINE = ("127.0.0.1", "localhost")


async def export(request: Request) -> Response:
    """Rows about people as a file, for whoever may see them and says why; the read is logged before a row leaves."""
    try:
        reader = _reader(request)
        asked = downloads.Asked(request.path_params["what"], request.path_params["kind"], dict(request.query_params))
        made = await run_in_threadpool(downloads.make, _workspace(), asked, reader)
    except RefusedError as refused:
        return PlainTextResponse(f"{refused.why} What to do: {refused.what_to_do}\n", status_code=403)
    except downloads.NotAskedWellError as fault:
        return PlainTextResponse(f"{fault}\n", status_code=400)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made.content, media_type=made.content_type, headers=headers)


def _reader(request: Request) -> Access:
    """Who asks: the same cookie, the same groups and the same eight hours as on the pages."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise RefusedError("Another site sent you here.", "open the dashboard and export from its page.")
    claims = _claims(request) if access.has_sign_in(_workspace()) else {}
    return access.of_reader(_workspace(), claims, os.environ.get("TAKEUP_PERSON_PAGES", "sign_in"))


def _claims(request: Request) -> dict[str, Any]:
    """What the sign-in said, from Streamlit's signed cookie; of this very dashboard, as Streamlit asks too."""
    secret = get_cookie_secret()

    def cookie(name: str) -> bytes | None:
        value = request.cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value.encode("latin-1"))

    signed = get_cookie_with_chunks(cookie, USER_COOKIE_NAME)
    claims: dict[str, Any] = json.loads(signed) if signed else {}
    is_ours = claims.get("is_logged_in") and claims.get("origin") == get_origin_from_redirect_uri()
    return claims if is_ours else {}


def _workspace() -> Path:
    return Path(os.environ["TAKEUP_WORKSPACE"])


def _secrets() -> dict[str, Any]:
    return access.secrets_of(_workspace()) if "TAKEUP_WORKSPACE" in os.environ else {}


def _guard() -> list[Middleware]:
    """Without sign-in only this machine's own names are answered: a page of another site may make its own name
    resolve to this machine, but cannot make the browser ask for it by ours."""
    return [] if "auth" in _secrets() else [Middleware(TrustedHostMiddleware, allowed_hosts=list(THIS_MACHINE))]


@asynccontextmanager
async def _warm(_app: st.App) -> AsyncIterator[None]:
    """What the first reader would wait for is loaded while the server starts."""
    await run_in_threadpool(import_module, "dashboards.app_pages.overview")
    yield


# Streamlit finds the server by this very form of assignment.
app = st.App(
    Path(__file__).parent / "app.py",
    secrets=_secrets() or None,
    lifespan=_warm,
    routes=[Route("/export/{what}.{kind}", export, methods=["GET"])],
    middleware=_guard(),
)
