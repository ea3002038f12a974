"""What would make a run fail, looked for before it does."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.commands.output import say, say_json
from orchestration.errors import UsageError
from orchestration.workspace import Workspace

# The packages that a run stands on, with the versions below which they have known holes or are untested.
NEEDED = {"dagster": (1, 13), "dbt-core": (1, 11), "dbt-duckdb": (1, 11), "duckdb": (2, 0), "streamlit": (1, 54)}
# The largest scratch file seen for 50,000 people and 26 weeks was below 2 GB.
FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at; `mend` says what to do when it is not well."""

    subject: str
    is_well: bool
    found: str
    mend: str = ""


def examine(root: Path, *, as_json: bool) -> int:
    """Print every diagnosis; 1 when something is not well."""
    found = list(diagnose(root))
    is_well = all(one.is_well for one in found)
    if as_json:
        say_json({"is_well": is_well, "diagnoses": [asdict(one) for one in found]})
    else:
        for one in found:
            say(
                f"ok    {one.subject}: {one.found}" if one.is_well else f"FAIL  {one.subject}: {one.found} - {one.mend}"
            )
    return 0 if is_well else 1


def diagnose(root: Path) -> Iterator[Diagnosis]:
    """The installation first, then the workspace, when `root` is one."""
    yield _python()
    yield from (_package(name, least) for name, least in NEEDED.items())
    try:
        workspace = Workspace.at(root)
    except UsageError:
        yield Diagnosis("workspace", False, f"no config/tools.yml in {root}", f"takeup init {root}")
        return
    examinations: tuple[Callable[[Workspace], Diagnosis], ...] = (_disk, _writable, _vault, _publication, _scratch)
    yield from (look(workspace) for look in examinations)


def _python() -> Diagnosis:
    found = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Diagnosis("python", (3, 11) <= sys.version_info[:2] < (3, 14), found, "use Python 3.11, 3.12 or 3.13")


def _package(name: str, least: tuple[int, ...]) -> Diagnosis:
    try:
        found = version(name)
    except PackageNotFoundError:
        return Diagnosis(name, False, "not installed", "run: make setup")
    numbers = tuple(int(part) for part in found.split(".")[: len(least)] if part.isdigit())
    return Diagnosis(name, numbers >= least, found, "run: make setup")


def _disk(workspace: Workspace) -> Diagnosis:
    free = shutil.disk_usage(workspace.root).free
    return Diagnosis("disk", free >= FREE_BYTES, f"{free / 1024**3:.1f} GB free", "a run may need 2 GB: make room")


def _writable(workspace: Workspace) -> Diagnosis:
    folders = [folder for folder in (workspace.root, workspace.published, workspace.vault) if folder.exists()]
    closed = [str(folder) for folder in folders if not os.access(folder, os.W_OK)]
    found = f"{', '.join(closed)} cannot be written" if closed else "can be written"
    return Diagnosis("folders", not closed, found, "give the user who runs takeup write access")


def _vault(workspace: Workspace) -> Diagnosis:
    """The key turns keys back into people: nobody but its owner may read it."""
    key = workspace.vault / "key"
    if not key.exists():
        return Diagnosis("vault", True, "not made yet")
    mode = stat.S_IMODE(key.stat().st_mode)
    return Diagnosis("vault", mode & 0o077 == 0, f"key has mode {mode:04o}", f"run: chmod 600 {key}")


def _publication(workspace: Workspace) -> Diagnosis:
    latest = workspace.latest
    if not latest.is_symlink() and not latest.exists():
        return Diagnosis("publication", True, "none yet")
    found = str(latest.resolve().name)
    return Diagnosis("publication", latest.exists(), found, f"its file is gone: takeup run -w {workspace.root} --full")


def _scratch(workspace: Workspace) -> Diagnosis:
    """A run that was killed leaves what it had spilled to disk."""
    spilled = sum(path.stat().st_size for path in (workspace.build / "spill").rglob("*") if path.is_file())
    return Diagnosis(
        "scratch", spilled < FREE_BYTES, f"{spilled / 1024**2:.0f} MB", f"delete {workspace.build / 'spill'}"
    )
