"""A real browser and a real server, both on this machine only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, sync_playwright

from tests.dashboards.publication import Company, publish
from tests.e2e.serving import CHROMIUM, FLAGS, free_port, server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium. In CI its absence is a failure, elsewhere a reason to skip."""
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip(f"{CHROMIUM} is absent - install it with: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Company | None], str]]:
    """Serves the dashboard of a company (None: of an empty workspace) and gives its address."""
    addresses: dict[Company | None, str] = {}
    with ExitStack() as servers:

        def address(company: Company | None) -> str:
            if company not in addresses:
                workspace = tmp_path_factory.mktemp("served")
                if company:
                    publish(workspace, company)
                addresses[company] = servers.enter_context(server(workspace))
            return addresses[company]

        yield address


@pytest.fixture(scope="session")
def signed_in_by_groups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard with sign-in: a provider on this machine, and what each of its groups may see."""
    workspace = tmp_path_factory.mktemp("sign-in")
    publish(workspace, Company(people=120, tools=2, weeks=6))
    users = [User(sub=name, claims={"email": f"{name}@corp.example", "groups": [name]}) for name in GROUPS]
    port = free_port()
    with run_server_in_thread(user_claims=users) as provider:
        folder = workspace / ".streamlit"
        folder.mkdir()
        (folder / "secrets.toml").write_text(SECRETS.format(port=port, provider=provider.server_port))
        with server(workspace, "sign_in", port) as address:
            yield address


GROUPS = ("coach", "lead", "viewer", "stranger")
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the tests alone, long enough"
client_id = "takeup"
client_secret = "of the tests"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"

[access.groups.coach]
roles = ["figures", "people", "rules"]

[access.groups.lead]
roles = ["figures", "people"]
org_units = ["Finance"]

[access.groups.viewer]
roles = ["figures"]
"""
