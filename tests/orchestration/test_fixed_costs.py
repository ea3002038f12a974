"""What a command loads and does before it has anything to do: counted in modules and parses, on any busy machine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration import parsed_project
from orchestration.errors import DataError
from orchestration.parsed_project import MANIFEST
from orchestration.transform import manifest_in, manifest_path
from orchestration.workspace import Workspace

AS_OF = "2026-11-19T06:00:00"
HEAVY = {"dagster", "dagster_dbt", "dbt", "streamlit", "pandas", "statsmodels", "sqlalchemy", "alembic"}
_LOADED = """
import json, sys
from orchestration.cli import main
sys.argv = ["takeup", *json.loads(sys.argv[1])]
try:
    main()
finally:
    sys.stderr.write(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def loaded_by(*arguments: str) -> set[str]:
    """The top packages that a command has loaded when it ends."""
    command = [sys.executable, "-c", _LOADED, json.dumps(arguments)]
    outcome = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(outcome.stderr.splitlines()[-1]))


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help") & (HEAVY | {"duckdb", "pyarrow", "pydantic", "ruamel"}) == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run --as-of " + AS_OF, "status", "check"])
def test_what_has_nothing_to_build_starts_neither_dagster_nor_dbt(built_company: Workspace, command: str) -> None:
    assert loaded_by(*command.split(), "-w", str(built_company.root)) & HEAVY == set()


_COUNTED = """
import json, re, sys
from collections import Counter
import duckdb
opened, asked = [], []
connect = duckdb.connect
duckdb.connect = lambda *a, **k: (opened.append(str(a[0])), connect(*a, **k))[1]
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
execute = DuckDBCursorWrapper.execute
DuckDBCursorWrapper.execute = lambda self, sql, bindings=None: (asked.append(sql), execute(self, sql, bindings))[1]
from orchestration.cli import main
sys.argv = ["takeup", "run", *sys.argv[1:]]
try:
    main()
finally:
    questions = Counter(sql.split("*/")[-1].strip() for sql in asked if "select" in sql)
    sys.stderr.write(chr(10) + json.dumps({"opened": opened, "asked": questions}))
"""


@pytest.mark.slow
def test_a_run_with_a_small_file_opens_the_warehouse_three_times_and_asks_nothing_a_hundred_times(
    built_company: Workspace, tmp_path: Path
) -> None:
    """Beside dbt: before it, between its two calls and after it. Every opening and every question costs what a small
    step does."""
    company = tmp_path / "company"
    shutil.copytree(built_company.root, company, symlinks=True)
    (company / "config" / "tools.yml").touch()
    command = [sys.executable, "-c", _COUNTED, "-w", str(company), "--as-of", AS_OF]
    outcome = subprocess.run(command, check=True, capture_output=True, text=True)
    counted = json.loads(outcome.stderr.splitlines()[-1])
    opened = [Path(file).name for file in counted["opened"]]
    assert opened.count("warehouse.duckdb") == 3 + 2, "three times, and each call of dbt once"
    assert len(opened) <= 10
    repeated = {sql: times for sql, times in counted["asked"].items() if times > 8}
    assert repeated == {}, "dbt_project/macros/answers.sql asks once what all models ask"


_MEASURED = """
import sys
from pathlib import Path
from orchestration.steps import measure_training
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
with open_warehouse(workspace) as warehouse:
    warehouse.remember_publication()
counts = measure_training(workspace)
print(counts["made"] + counts["refused"], counts["unchanged"], "statsmodels" in sys.modules)
"""


@pytest.mark.slow
def test_effects_of_training_that_still_hold_load_no_statistics(built_company: Workspace, tmp_path: Path) -> None:
    company = tmp_path / "company"
    shutil.copytree(built_company.root, company, symlinks=True)
    outcome = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(company)], check=True, capture_output=True, text=True
    )
    made, unchanged, loaded = outcome.stdout.split()
    assert (made, loaded) == ("0", "False")
    assert int(unchanged) > 0


@pytest.mark.slow
def test_a_configuration_is_parsed_once_however_often_it_is_read(built_company: Workspace) -> None:
    from orchestration.registry import load_registry, yaml_file

    load_registry(built_company)
    parsed = yaml_file._tree.cache_info().misses
    for _ in range(3):
        load_registry(built_company)
    assert yaml_file._tree.cache_info().misses == parsed


@pytest.mark.slow
def test_the_dbt_project_is_parsed_once_per_installation(tmp_path: Path) -> None:
    folder = manifest_path(Workspace(tmp_path / "one")).parent
    again = parsed_project.parsed_project(Workspace(tmp_path / "two"), _never)
    assert again == folder
    models = [node for node in manifest_in(folder).nodes.values() if node.resource_type == "model"]
    assert len(models) > 50


@pytest.mark.slow
def test_what_is_asked_of_the_rows_of_a_model_is_asked_in_one_test(tmp_path: Path) -> None:
    """Each test costs a run what a small model costs: not_null, unique, ... of every column made 250 more of them."""
    nodes = manifest_in(manifest_path(Workspace(tmp_path)).parent).nodes.values()
    tests = [node for node in nodes if node.resource_type == "test"]
    generic = [(node.attached_node, node.test_metadata.name) for node in tests if hasattr(node, "test_metadata")]
    assert {name for _, name in generic} == {"sound", "relationships", "lines_balance"}
    sound = [model for model, name in generic if name == "sound"]
    assert len(sound) == len(set(sound)) > 80
    assert len(tests) < sum(node.resource_type == "model" for node in nodes)


def test_another_project_is_parsed_anew_and_what_came_of_the_former_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsed_project, "PROJECT", tmp_path)
    for name in ("dbt_project.yml", "profiles.yml"):
        (tmp_path / name).write_text("name: x\n")
    parsed: list[Path] = []

    def parse(target: Path) -> None:
        parsed.append(target)
        (target / MANIFEST).write_text("{}")

    workspace = Workspace(tmp_path / "workspace")
    first = parsed_project.parsed_project(workspace, parse)
    assert parsed_project.parsed_project(workspace, parse) == first
    (tmp_path / "dbt_project.yml").write_text("name: y\n")
    second = parsed_project.parsed_project(workspace, parse)
    assert (len(parsed), first.exists(), second.exists()) == (2, False, True)
    assert [path.name for path in second.parent.iterdir()] == [second.name]


def test_a_parse_that_fails_leaves_nothing_that_looks_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsed_project, "PROJECT", tmp_path)
    for name in ("dbt_project.yml", "profiles.yml"):
        (tmp_path / name).write_text("name: x\n")
    with pytest.raises(DataError):
        parsed_project.parsed_project(Workspace(tmp_path / "workspace"), _never)
    assert list((tmp_path / ".takeup").iterdir()) == []


def _never(target: Path) -> None:
    raise DataError("this project was parsed before")
