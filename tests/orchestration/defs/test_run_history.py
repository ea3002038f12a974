"""What a run leaves in Dagster's history: all that Dagster shows, and no more than two months of it."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def a_run(home: Path) -> None:
    import dagster as dg

    from orchestration.defs.run_history import forget_old_runs, instance_of

    @dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="thing")])
    def thing():  # type: ignore[no-untyped-def]
        yield dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="holds")])

    with instance_of(home) as instance:
        assert dg.materialize([thing], instance=instance).success
        forget_old_runs(instance)


def seen(home: Path) -> list[tuple[str, int]]:
    """Runs and their events, as Dagster itself reads them."""
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey("thing")) is not None
        runs = [record.dagster_run.run_id for record in instance.get_run_records()]
        return [(run, len(instance.all_logs(run))) for run in runs]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return tmp_path


def test_dagster_reads_what_a_run_has_written(home: Path) -> None:
    import dagster as dg

    a_run(home)
    ((run_id, events),) = seen(home)
    assert events > 5
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_run_by_id(run_id).is_success  # type: ignore[union-attr]


def test_what_the_tables_look_like_is_read_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each of the 200 assets of a run that are stored, and looked up for what reads them."""
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    read: list[str] = []
    for name in ("_has_asset_key_col_on_connection", "has_secondary_index"):
        reads = getattr(SqlEventLogStorage, name)
        monkeypatch.setattr(
            SqlEventLogStorage,
            name,
            lambda storage, *of, reads=reads: read.append(of[-1]) or reads(storage, *of),
        )
    a_run(home)  # what is not there yet is asked again
    read.clear()
    a_run(home)
    assert len(read) > 1
    assert len(read) == len(set(read))


def test_whether_a_table_is_there_is_asked_once_of_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._core.storage.event_log import SqliteEventLogStorage

    asked: list[str] = []
    asks = SqliteEventLogStorage.has_table
    monkeypatch.setattr(
        SqliteEventLogStorage, "has_table", lambda storage, table: asked.append(table) or asks(storage, table)
    )
    a_run(home)
    assert "asset_check_executions" in asked
    assert len(asked) == len(set(asked))


def test_old_runs_go_with_their_files(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.defs import run_history

    monkeypatch.setattr(run_history, "KEPT_RUNS", 2)
    sizes = []
    for _ in range(6):
        a_run(home)
        sizes.append(sum(path.stat().st_size for path in home.rglob("*") if path.is_file()))
    kept = seen(home)
    assert len(kept) == 2
    files = {path.name for path in (home / "history" / "runs").glob("*.db")}
    assert files == {"index.db", *(f"{run}.db" for run, _ in kept)}
    assert sizes[-1] <= sizes[2] * 1.05


def test_a_storage_that_somebody_chose_is_left_alone(home: Path) -> None:
    from orchestration.defs.run_history import HeldOpen, instance_of

    chosen = (
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: ConsolidatedSqliteEventLogStorage\n"
    )
    (home / "dagster.yaml").write_text(f"{chosen}  config:\n    base_dir: {home / 'elsewhere'}\n")
    with instance_of(home) as instance:
        assert not isinstance(instance.event_log_storage, HeldOpen)
