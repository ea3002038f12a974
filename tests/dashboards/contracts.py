"""The published marts as their contracts have them, so that a hand-made publication cannot drift from a real one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

MARTS = Path(__file__).parents[2] / "dbt_project" / "models" / "marts"


@cache
def contracts() -> dict[str, dict[str, str]]:
    """Column names and types of every mart."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(MARTS.rglob("*__models.yml")):
        for model in YAML(typ="safe").load(file).get("models") or []:
            found[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


def schema() -> str:
    """The statements that make every mart, empty."""
    return ";\n".join(
        f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})"
        for name, columns in contracts().items()
    )
