"""The dbt project, parsed once: every workspace and every process after that reads what came of it.

What is parsed names no path of a workspace (the databases are always called warehouse and marts), so one folder serves
all. Its name is a digest of every file of the project and of the versions that read them: a change makes a new folder,
and no time stamp has to be believed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from orchestration.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent
MANIFEST = "manifest.json"
PARSED = "partial_parse.msgpack"  # dbt's own form; the names are dbt's
_PACKAGES = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-duckdb", "duckdb", "jinja2")
_PREFIX = "dbt-"

Parse = Callable[[Path], None]
"""Runs `dbt parse` with the given folder as its target."""


def parsed_project(workspace: Workspace, parse: Parse) -> Path:
    """The folder with what was parsed: beside the project, or in the workspace when that must not be written to."""
    name = f"{_PREFIX}{project_digest()}"
    for home in (PROJECT / ".takeup", workspace.build):
        if (home / name / MANIFEST).is_file():
            return home / name
    home = PROJECT / ".takeup" if os.access(PROJECT, os.W_OK) else workspace.build
    return _parse_into(home, name, parse)


def _parse_into(home: Path, name: str, parse: Parse) -> Path:
    """Parse aside and rename: another process sees all of it or nothing. What older projects left goes."""
    home.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".parsing-", dir=home))
    try:
        parse(aside)
        aside.rename(home / name)
    except OSError:
        if not (home / name / MANIFEST).is_file():  # else another process was faster
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for former in home.glob(f"{_PREFIX}*"):
        if former.name != name:
            shutil.rmtree(former, ignore_errors=True)
    return home / name


def project_digest() -> str:
    """What the models are, and what they are run by."""
    digest = hashlib.sha256(sys.version.encode())
    for package in _PACKAGES:
        digest.update(f"{package} {version(package)}\0".encode())
    for path in sorted([PROJECT / "dbt_project.yml", PROJECT / "profiles.yml", *(PROJECT / "dbt_project").rglob("*")]):
        if path.is_file():
            digest.update(f"{path.relative_to(PROJECT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]
