"""Setting workspaces up and checking their configuration."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from orchestration.commands.output import say, say_json, warn
from orchestration.errors import UsageError
from orchestration.registry.check import check as problems_of
from orchestration.workspace import Workspace


def init(folder: Path) -> None:
    """A workspace at `folder`, and what to do next."""
    from orchestration.registry.scaffold import init_workspace  # with the schemas of all files: check needs none

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: a file - name a folder")
    init_workspace(folder)
    say(f"Workspace: {folder.resolve()}\n")
    say("Next:")
    say(f"  1. {folder / 'config' / 'tools.yml'}: describe a tool, its owner and its logs")
    say(f"  2. {folder / 'inbox' / 'people'}: a CSV of people (person_id, email, department, ...)")
    say(f"  3. {folder / 'inbox'}/<tool id>: the tool's logs")
    say(f"  4. {folder / 'config' / 'rules'}: what correct use means")
    say(f"  5. takeup check -w {folder} && takeup run -w {folder}")


def check(workspace: Workspace, *, as_json: bool) -> int:
    """Print every problem, errors on stderr; 2 when there is one."""
    problems = problems_of(workspace)
    errors = sum(not problem.is_warning for problem in problems)
    if as_json:
        say_json({"errors": errors, "problems": [asdict(problem) for problem in problems]})
        return 2 if errors else 0
    for problem in problems:
        (say if problem.is_warning else warn)(str(problem))
    warnings = len(problems) - errors
    say(f"{errors} {'error' if errors == 1 else 'errors'}, {warnings} {'warning' if warnings == 1 else 'warnings'}")
    return 2 if errors else 0


def schemas(out: Path) -> None:
    """The JSON Schemas of the configuration files, and where they are."""
    from orchestration.registry.schema import write_schemas

    for path in write_schemas(out):
        say(str(path))
