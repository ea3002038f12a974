"""Create a workspace: folders, and configuration files that explain themselves."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.registry.cross_checks import INBOX_FOLDERS
from orchestration.registry.schema import write_schemas
from orchestration.workspace import Workspace

CONFIG_FILES = ("tools.yml", "targets.yml", "people.yml", "calendar.yml", "privacy.yml", "alerts.yml")
# Where each template goes; what is not a configuration file stands under another name among the templates.
TEMPLATES = {f"config/{name}": name for name in CONFIG_FILES} | {
    "config/rules/README.md": "rules.md",
    "config/mappings/README.md": "mappings.md",
    "inbox/README.md": "inbox.md",
    ".gitignore": "gitignore.txt",
}
PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Created:
    """What `init_workspace` made, and the files that were there already and stay as they are."""

    workspace: Workspace
    created: tuple[Path, ...]
    kept: tuple[Path, ...]


def init_workspace(path: Path) -> Created:
    """Make `path` a workspace. Existing files are never changed; raises UsageError where it cannot be written."""
    root = path.expanduser().resolve()
    try:
        return _init(Workspace(root))
    except OSError as error:
        raise UsageError(
            f"{error.filename or path}: {error.strerror} - choose a folder that you may write to"
        ) from None


def _init(workspace: Workspace) -> Created:
    for folder in _folders(workspace):
        folder.mkdir(parents=True, exist_ok=True)
    workspace.vault.mkdir(mode=PRIVATE, exist_ok=True)
    workspace.vault.chmod(PRIVATE)
    places = {workspace.root / place: template for place, template in TEMPLATES.items()}
    kept = tuple(place for place in places if place.exists())
    created = [_write(place, template) for place, template in places.items() if place not in kept]
    created += write_schemas(workspace.config / "schemas", keep=True)
    return Created(workspace, tuple(created), kept)


def _folders(workspace: Workspace) -> tuple[Path, ...]:
    inbox = (workspace.inbox / name for name in INBOX_FOLDERS)
    config = (workspace.config, workspace.rules, workspace.config / "mappings")
    return (workspace.root, *config, *inbox, workspace.landing, workspace.published, workspace.reports)


def _write(place: Path, template: str) -> Path:
    source = resources.files("orchestration.registry") / "templates" / template
    place.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    return place
