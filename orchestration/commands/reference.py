"""The command reference, written from the commands themselves: `make docs` renews it, a test compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from orchestration.cli import app

HEADING = """\
# Commands

<!-- Written by `make docs` from the commands themselves; changes here are lost. -->

Exit codes of every command: 0 when all that it promises holds, 1 when the data or a check failed, 2 for a usage or
configuration error. Errors go to stderr as `file:line:column: what is wrong - how to mend it`.
"""


def command_table() -> dict[str, Any]:
    """Every command by its full name, such as `takeup rules evaluate`."""
    return dict(_walk("takeup", get_command(app)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None or command.invoke_without_command:  # a group that does something by itself
        yield name, command
    if children is None:
        return
    for child, found in children.items():
        yield from _walk(f"{name} {child}", found)


def page() -> str:
    """The whole reference in Markdown."""
    return HEADING + "".join(_section(name, command) for name, command in command_table().items())


def _section(name: str, command: Any) -> str:
    parameters = "".join(_parameter(parameter) for parameter in command.params if parameter.name != "help")
    usage = " ".join([name, *(_metavar(p) for p in command.params if p.param_type_name == "argument")])
    example = command.epilog.removeprefix("Example: ")
    return f"\n## {name}\n\n{command.help}\n\n    {usage} [options]\n{parameters}\n\nExample: `{example}`\n"


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"\n- `{_metavar(parameter)}`: {parameter.help}"
    return f"\n- `{', '.join(parameter.opts)}`: {parameter.help}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
