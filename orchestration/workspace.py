"""Where the files of a workspace live. Nothing here reads or writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import UsageError


@dataclass(frozen=True, slots=True)
class Workspace:
    """A user's own folder: configuration, incoming files, the warehouse, what was published."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> Workspace:
        """The workspace at `root`; raises UsageError when the folder holds no `config/tools.yml`."""
        workspace = cls(root.expanduser().resolve())
        if not workspace.tools_file.is_file():
            raise UsageError(f"{root}: not a workspace (no config/tools.yml) - create one with: takeup init {root}")
        return workspace

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def tools_file(self) -> Path:
        return self.config / "tools.yml"

    @property
    def rules(self) -> Path:
        return self.config / "rules"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        """The one DuckDB file that only the pipeline opens."""
        return self.root / "warehouse.duckdb"

    @property
    def build(self) -> Path:
        """Scratch of a run: the marts file before publication, dbt's target folder, locks."""
        return self.root / ".takeup"

    @property
    def marts(self) -> Path:
        """The marts as dbt builds them; a copy of it is what gets published."""
        return self.build / "marts.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def latest(self) -> Path:
        """A symbolic link to the newest publication; readers resolve it on every use."""
        return self.published / "latest.duckdb"

    @property
    def restatements(self) -> Path:
        """The decisions to judge the past anew, see orchestration/registry/restatements.py."""
        return self.root / "restatements.jsonl"

    @property
    def pauses(self) -> Path:
        """The decisions to take tools out of judgement and back, see orchestration/registry/pauses.py."""
        return self.root / "pauses.jsonl"

    @property
    def acknowledgements(self) -> Path:
        """Who has taken on which alert, see orchestration/acknowledging.py."""
        return self.root / "acknowledgements.jsonl"

    @property
    def drills(self) -> Path:
        """Which faults were planted in a copy, and whether their alerts came, see orchestration/drills."""
        return self.root / "drills.jsonl"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def vault(self) -> Path:
        """The pseudonymisation key and the sealed identities. Never copied, never published."""
        return self.root / "vault"
