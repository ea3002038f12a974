"""`takeup mapping`: describe logs that no format knows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli_options import JsonOption, end

mapping = typer.Typer(help="Describe logs that no format knows.", no_args_is_help=True)


@mapping.command("draft", epilog="Example: takeup mapping draft export.csv --tool crm > acme/config/mappings/crm.yml")
def mapping_draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log: CSV, JSON, SQLite or Parquet; text also .gz.")],
    tool: Annotated[str | None, typer.Option("--tool", metavar="ID", help="The tool that the log is of.")] = None,
) -> None:
    """Propose a mapping for a log that no format knows: what is sure, and what must be checked.

    It is tried on the file itself. Exits with 1 when it cannot read every line of it.
    """
    from orchestration.commands.mapping import show_draft

    end(show_draft(file, tool))


@mapping.command("test", epilog="Example: takeup mapping test acme/config/mappings/crm.yml export.csv")
def mapping_test(
    mapping_file: Annotated[Path, typer.Argument(metavar="MAPPING.yml", help="The mapping.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A log to read by it.")],
    limit: Annotated[int, typer.Option(min=0, help="Show so many records.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Read a file by a mapping and show counts, rejects and the first records, without identifiers. Loads nothing.

    Exits with 1 when nothing can be loaded, or when a line is rejected.
    """
    from orchestration.commands.mapping import try_mapping

    end(try_mapping(mapping_file, file, limit, as_json=as_json))
