"""The clients fetch, and nothing else: what they may import, and who may speak to a network."""

from __future__ import annotations

from tests.test_layers import imports, is_within, modules, name_of

OWN = ("orchestration.pull", "orchestration.registry", "orchestration.errors", "orchestration.workspace")


def test_the_clients_know_the_configuration_and_no_format_warehouse_or_framework() -> None:
    foreign = [
        f"{name_of(path)}: {name}"
        for path in modules("orchestration/pull")
        for name in imports(path)
        if is_within(name, "orchestration", "dagster", "dbt", "duckdb") and not is_within(name, *OWN)
    ]
    assert foreign == []


def test_one_module_speaks_http() -> None:
    speaking = {
        name_of(path)
        for path in modules("orchestration")
        for name in imports(path)
        if is_within(name, "httpx", "stamina", "requests", "urllib.request", "http.client")
    }
    assert speaking == {"pull/client.py"}
