"""Joining published figures to people: the one way from a person to a person_key, logged each time."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.commands.output import say, say_json, table, warn
from orchestration.errors import UsageError
from orchestration.vault import Vault
from orchestration.workspace import Workspace


def show_keys(workspace: Workspace, identifiers: Sequence[str], why: str, *, as_json: bool) -> int:
    """Print the key of each person; 1 when one of them is not known."""
    found = vault_of(workspace).lookup(identifiers, why)
    if as_json:
        say_json(found)
    else:
        say(table(("person", "person_key"), list(found.items())))
    unknown = [identifier for identifier, key in found.items() if key is None]
    for identifier in unknown:
        warn(f"{identifier}: nobody on any roster has this identifier, or more than one person has")
    return 1 if unknown else 0


def vault_of(workspace: Workspace) -> Vault:
    """The vault that is there; UsageError when the workspace has none yet."""
    if not workspace.vault.is_dir():
        raise UsageError(f"{workspace.vault}: no vault - it is made by: takeup run -w {workspace.root}")
    return Vault(workspace)
