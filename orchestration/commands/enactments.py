"""Which versions of rules a run has put into force or withdrawn, for those who read its output."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from orchestration.registry.rule_versions import VersionKey, enacted
from orchestration.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Enactment:
    """A version that a run found new (`starts_on`: its first day) or, `is_withdrawn`, no longer the newest."""

    rule_id: str
    version: int
    starts_on: date | None
    is_withdrawn: bool

    def told(self, workspace: Workspace) -> str:
        """One line, with the way to judge the past by a new version."""
        name = f"Version {self.version} of {self.rule_id}"
        if self.is_withdrawn:
            return f"{name} was withdrawn: an older version stands in its place and judges on without an end."
        return (
            f"{name} judges what is done from {self.starts_on} on; the version before it judges what was done until "
            f"then.\nTo judge the past by it too: takeup rules restate {self.rule_id} --from DATE -w {workspace.root}"
        )

    def document(self) -> dict[str, Any]:
        return asdict(self)


def enactments_of(workspace: Workspace, run_id: str) -> list[Enactment]:
    """What the run changed in the succession of versions; a rule's first version is no change."""
    known = enacted(workspace)
    begun = [
        Enactment(*key, one.starts_on, False)
        for key, one in known.items()
        if one.run_id == run_id and not one.withdrawn_by and one.starts_on and _has_older(known, key)
    ]
    gone = [Enactment(*key, one.starts_on, True) for key, one in known.items() if one.withdrawn_by == run_id]
    return [*begun, *gone]


def _has_older(known: dict[VersionKey, Any], key: VersionKey) -> bool:
    return any(rule_id == key[0] and version < key[1] for rule_id, version in known)
