"""The layers of the house, read from the code itself: Python imports by syntax tree, dbt edges from the manifest."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from orchestration.transform import manifest_path
from orchestration.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parent.parent
FRAMEWORKS = ("dagster", "dagster_dbt", "dbt", "streamlit")
PURE = (
    "alerts", "audits", "sources", "registry", "rules", "loading", "sample", "identity", "vault", "warehouse",
    "quality", "effects", "training_plans", "opening",
)  # fmt: skip


def modules(folder: str) -> list[Path]:
    return sorted((REPOSITORY / folder).rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports(path: Path) -> Iterator[str]:
    """Every imported name in full (`a.b.c` of `from a.b import c`), wherever in the file it is imported."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offenders(paths: list[Path], *packages: str) -> list[str]:
    """`file: import` wherever one of `paths` imports one of `packages`."""
    return [
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in paths
        for name in imports(path)
        if is_within(name, *packages)
    ]


def name_of(path: Path) -> str:
    """The path below its package: `rules/compile.py`."""
    return path.relative_to(REPOSITORY).as_posix().split("/", 1)[1]


def test_only_defs_and_the_six_lines_import_dagster() -> None:
    others = [
        path
        for path in modules("orchestration")
        if not name_of(path).startswith("defs/") and name_of(path) != "definitions.py"
    ]
    assert offenders([*others, *modules("dashboards")], "dagster", "dagster_dbt") == []


def test_definitions_are_six_lines() -> None:
    lines = (REPOSITORY / "orchestration" / "definitions.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) == 6


def test_only_transform_and_what_stands_in_for_parts_of_dbt_import_it() -> None:
    others = [path for path in modules("orchestration") if name_of(path) != "transform.py"]
    assert offenders([*others, *modules("dashboards")], "dbt") == []


def test_pure_modules_import_no_framework() -> None:
    pure = [path for path in modules("orchestration") if name_of(path).split("/")[0].removesuffix(".py") in PURE]
    assert len(pure) > 10
    assert offenders(pure, *FRAMEWORKS) == []


def test_pure_modules_import_neither_defs_nor_commands() -> None:
    pure = [path for path in modules("orchestration") if name_of(path).split("/")[0].removesuffix(".py") in PURE]
    assert offenders(pure, "orchestration.defs", "orchestration.commands", "orchestration.cli") == []


def test_sources_know_nothing_of_takeup_but_its_errors() -> None:
    found = offenders(modules("orchestration/sources"), "orchestration")
    allowed = ("orchestration.sources", "orchestration.errors")
    assert [line for line in found if not is_within(line.split(": ")[1], *allowed)] == []


def test_alerts_and_audits_read_facts_and_nothing_else() -> None:
    closed = ("duckdb", "socket", "requests", "apprise", "orchestration.loading", "orchestration.warehouse")
    assert offenders([*modules("orchestration/alerts"), *modules("orchestration/audits")], *closed) == []


def test_sources_open_no_database_and_no_network() -> None:
    """Apart from database files that are logs themselves, which one module opens for reading."""
    closed = ("duckdb", "sqlite3", "socket", "urllib.request", "http", "requests", "httpx")
    found = offenders(modules("orchestration/sources"), *closed)
    assert found == ["orchestration/sources/sqlite_file.py: sqlite3"]


def test_effects_are_numbers_in_and_numbers_out() -> None:
    found = offenders(modules("orchestration/effects"), "orchestration", "duckdb", "pathlib", "datetime.datetime")
    assert [line for line in found if not is_within(line.split(": ")[1], "orchestration.effects")] == []


def test_only_the_registry_reads_yaml() -> None:
    others = [
        path
        for folder in ("orchestration", "dashboards")
        for path in modules(folder)
        if not name_of(path).startswith("registry/")
    ]
    assert offenders(others, "ruamel", "yaml") == []


def test_only_the_registry_reads_configuration_files() -> None:
    """The fingerprint of a run's inputs hashes them without understanding them, and the demo copies the example."""
    allowed = ("registry/", "workspace.py", *BYTES_ONLY)
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules("orchestration")
        if not name_of(path).startswith(allowed)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and _is_config_of_workspace(node)
    ]
    assert found == []


BYTES_ONLY = ("loading/inbox.py", "commands/demo.py", "erasing/work.py")


def _is_config_of_workspace(node: ast.Attribute) -> bool:
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return node.attr in {"config", "rules", "tools_file"} and name in {"workspace", "_workspace", "space"}


def test_dashboards_import_nothing_of_orchestration() -> None:
    assert offenders(modules("dashboards"), "orchestration", *FRAMEWORKS[:3]) == []


def test_orchestration_imports_nothing_of_dashboards() -> None:
    assert offenders(modules("orchestration"), "dashboards", "streamlit") == []


def test_only_marts_opens_duckdb_among_the_dashboards() -> None:
    """And among the marts one module alone holds the connection."""
    others = [path for path in modules("dashboards") if name_of(path) != "marts/reading.py"]
    assert offenders(others, "duckdb") == []


def test_only_the_app_its_server_and_its_pages_import_streamlit() -> None:
    others = [
        path
        for path in modules("dashboards")
        if name_of(path) not in {"app.py", "server.py"} and not name_of(path).startswith("app_pages/")
    ]
    assert offenders(others, "streamlit") == []


def test_the_command_line_loads_nothing_heavy() -> None:
    code = "import orchestration.cli, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    heavy = {"dagster", "dbt", "streamlit", "duckdb", "pandas", "pyarrow", "numpy", "pydantic", "sqlglot", "rich"}
    assert heavy.isdisjoint(loaded.stdout.split())


def test_imports_are_absolute() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for folder in ("orchestration", "dashboards", "tests", "benchmarks")
        for path in modules(folder)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert found == []


def test_no_module_reads_the_environment_when_it_is_imported() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for folder in ("orchestration", "dashboards")
        for path in modules(folder)
        if path.name != "app.py"
        for statement in tree_of(path).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If)
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    assert found == []


def test_no_function_is_longer_than_forty_lines() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name}"
        for folder in ("orchestration", "dashboards")
        for path in modules(folder)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > 40
    ]
    assert found == []


def test_no_asset_is_longer_than_fifteen_lines() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in modules("orchestration/defs")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and _is_asset(node) and _length(node) > 15
    ]
    assert found == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    found = [
        str(path.relative_to(REPOSITORY))
        for folder in ("orchestration", "dashboards")
        for path in modules(folder)
        if len(path.read_text().splitlines()) > 400
    ]
    assert found == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_asset(node: ast.FunctionDef) -> bool:
    return any("asset" in ast.unparse(decorator) for decorator in node.decorator_list)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    workspace = Workspace(tmp_path_factory.mktemp("manifest"))
    return dict(json.loads(manifest_path(workspace).read_bytes()))


def models(manifest: dict[str, Any], *layers: str) -> list[dict[str, Any]]:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return [node for node in nodes if node["fqn"][1] in layers]


def parents(manifest: dict[str, Any], node: dict[str, Any]) -> list[str]:
    """`source`, or the layer, of each node that this one reads."""
    ids = [parent for parent in node["depends_on"]["nodes"] if not parent.startswith("macro.")]
    return ["source" if parent.startswith("source.") else manifest["nodes"][parent]["fqn"][1] for parent in ids]


@pytest.mark.slow
def test_every_model_stands_in_a_layer(manifest: dict[str, Any]) -> None:
    assert {node["fqn"][1] for node in models(manifest, "staging", "intermediate", "marts")} == {
        "staging",
        "intermediate",
        "marts",
    }
    everything = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(everything) == len(models(manifest, "staging", "intermediate", "marts"))


@pytest.mark.slow
def test_staging_reads_sources_alone(manifest: dict[str, Any]) -> None:
    found = [node["name"] for node in models(manifest, "staging") if set(parents(manifest, node)) - {"source"}]
    assert found == []


@pytest.mark.slow
def test_only_staging_reads_sources(manifest: dict[str, Any]) -> None:
    found = [node["name"] for node in models(manifest, "intermediate", "marts") if "source" in parents(manifest, node)]
    assert found == []


@pytest.mark.slow
def test_intermediate_reads_no_mart(manifest: dict[str, Any]) -> None:
    found = [node["name"] for node in models(manifest, "intermediate") if "marts" in parents(manifest, node)]
    assert found == []


@pytest.mark.slow
def test_staging_joins_nothing(manifest: dict[str, Any]) -> None:
    found = [node["name"] for node in models(manifest, "staging") if re.search(r"\bjoin\b", _code(node["raw_code"]))]
    assert found == []


@pytest.mark.slow
def test_names_of_models_tell_their_layer(manifest: dict[str, Any]) -> None:
    prefixes = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("dim_", "fct_")}
    found = [
        n["name"]
        for layer, begin in prefixes.items()
        for n in models(manifest, layer)
        if not n["name"].startswith(begin)
    ]
    assert found == []


@pytest.mark.slow
def test_every_description_says_what_one_row_is(manifest: dict[str, Any]) -> None:
    found = [
        node["name"]
        for node in models(manifest, "staging", "intermediate", "marts")
        if not re.search(r"One row[^.]*\.?$", " ".join(node["description"].split()))
    ]
    assert found == []


def _code(sql: str) -> str:
    """SQL without its comments."""
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL).lower()
