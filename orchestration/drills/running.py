"""Running a drill: a copy of the warehouse, a fault in it, the models anew, and a look whether the alert comes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.alerting import found_in
from orchestration.alerts.facts import Limits, ToolFacts
from orchestration.drills.faults import FAULTS, rounds
from orchestration.errors import DataError
from orchestration.loading.alert_facts import today_of, tool_facts
from orchestration.loading.lock import writer_lock
from orchestration.registry.loading import load
from orchestration.transform import run_models
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

MODELS = (
    "fct_tool_day", "fct_tool_health", "fct_production_week", "fct_source_drift", "dim_tool_contact", "dim_production",
    "dim_tool",
)  # fmt: skip
"""What alerts are found in (orchestration/loading/alert_facts.py)."""
_FOLDER = "drill-"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one fault: `tool_id` None means that no tool could show it; `summary` is the alert's."""

    kind: str
    title: str
    tool_id: str | None
    came: bool
    summary: str | None = None
    first_guess: str | None = None


def drill(
    workspace: Workspace, kinds: Sequence[str], tool_id: str | None, tell: Callable[[str], None]
) -> Iterator[Result]:
    """Plant each fault and look; `tell` hears what is being done. Raises DataError when nothing was judged yet."""
    limits = Limits(**load(workspace).alerts.thresholds.model_dump())
    if not workspace.warehouse.is_file() or not workspace.marts.is_file():
        raise DataError(f"{workspace.root}: nothing was judged yet - takeup run first")
    with _copy(workspace) as copy, open_warehouse(copy) as warehouse:
        facts = tool_facts(warehouse.session)
    planned, impossible = rounds(kinds, facts, tool_id)
    for kind in impossible:
        yield Result(kind, FAULTS[kind].title, None, came=False)
    for number, faults in enumerate(planned, start=1):
        told = ", ".join(f"{kind} in {name}" for kind, name in faults.items())
        tell(f"[{number}/{len(planned)}] {told}")
        yield from _round(workspace, faults, facts, limits)


def _round(
    workspace: Workspace, faults: Mapping[str, str], facts: Sequence[ToolFacts], limits: Limits
) -> Iterator[Result]:
    by_id = {one.tool_id: one for one in facts}
    with _copy(workspace) as copy:
        with open_warehouse(copy) as warehouse:
            for kind, name in faults.items():
                FAULTS[kind].plant(warehouse.session, by_id[name])
            # Models that keep what they built would not notice what was planted behind their backs.
            warehouse.session.run("drop schema if exists intermediate cascade")
        run_models(copy, select=[f"+{name}" for name in MODELS]).raise_if_failed()
        with open_warehouse(copy) as warehouse:
            found = found_in(tool_facts(warehouse.session), limits, today_of(warehouse.session))
    for kind, name in faults.items():
        alert = next((pair for pair in found if (pair[0].kind, pair[0].tool_id) == (kind, name)), None)
        summary, guess = (alert[0].summary, alert[1].guess) if alert else (None, None)
        yield Result(kind, FAULTS[kind].title, name, alert is not None, summary, guess)


@contextmanager
def _copy(workspace: Workspace) -> Iterator[Workspace]:
    """A workspace for a moment with the same warehouse and marts; the vault is the same, nothing else is there."""
    workspace.build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=workspace.build) as folder:
        copy = Workspace(Path(folder))
        copy.build.mkdir()
        copy.vault.symlink_to(workspace.vault)
        with writer_lock(workspace):
            shutil.copyfile(workspace.warehouse, copy.warehouse)
            shutil.copyfile(workspace.marts, copy.marts)
        yield copy
