"""The decisions about who is who, kept in the vault: who and when in clear, whom and why sealed.

`vault/decisions.jsonl` only grows, each line chained to the one before (orchestration/journal.py). Taking a decision
back is a line of its own.
"""

from __future__ import annotations

import fcntl
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from orchestration import journal
from orchestration.errors import DataError, UsageError
from orchestration.identity_decisions import Decision, Taken, from_content, refuse_contradiction, to_content

FILE = "decisions.jsonl"
_UNDO = "undo"


@dataclass(frozen=True, slots=True)
class DecisionBook:
    """The decisions of one vault. `seal` and `unseal` are the vault's."""

    folder: Path
    seal: Callable[[bytes], bytes]
    unseal: Callable[[bytes], bytes]

    def taken(self) -> list[Taken]:
        """Every decision ever taken, the oldest first. Raises DataError when the file was changed by hand."""
        path = self.folder / FILE
        mend = "put the file back as it was: judging without it would move figures unasked"
        if not journal.is_intact(path):
            raise DataError(f"{path}: a line was changed or taken out - {mend}")
        try:
            return self._read()
        except (KeyError, ValueError, IndexError) as error:
            raise DataError(f"{path}: a line cannot be read ({error!r}) - {mend}") from None

    def take(self, decisions: list[Decision], why: str) -> list[Taken]:
        """Write decisions down, all or none, with who, when and why. UsageError when one contradicts what stands."""
        with self._alone():
            before = self.taken()
            after = list(before)
            for decision in decisions:
                refuse_contradiction(after, decision)
                after.append(Taken(len(after) + 1, decision, "", "", why))
            for one in after[len(before) :]:
                content = {**to_content(one.decision), "why": why}
                self._append({"number": one.number, "action": one.decision.action}, content)
            return self.taken()[len(before) :]

    def undo(self, number: int, why: str) -> Taken:
        """Take a decision back; what it did is as if it had never been. UsageError: there is none to take back."""
        with self._alone():
            taken = {one.number: one for one in self.taken()}
            if number not in taken or taken[number].is_undone:
                standing = ", ".join(str(one.number) for one in taken.values() if not one.is_undone) or "none"
                raise UsageError(f"decision {number} does not stand - those that do: {standing}")
            self._append({"number": number, "action": _UNDO}, {"why": why})
            return taken[number]

    def _read(self) -> list[Taken]:
        found: list[Taken] = []
        for entry in journal.entries(self.folder / FILE):
            if entry["action"] == _UNDO:
                place = int(entry["number"]) - 1
                found[place] = replace(found[place], is_undone=True)
                continue
            content = orjson.loads(self.unseal(b64decode(entry["sealed"])))
            decision = from_content(entry["action"], content)
            found.append(Taken(int(entry["number"]), decision, entry["who"], entry["at"], content["why"]))
        return found

    def _append(self, entry: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        sealed = b64encode(self.seal(orjson.dumps(content))).decode()
        journal.append(self.folder / FILE, {**entry, "sealed": sealed})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else decides meanwhile; a lock beside the file, for the journal locks the file itself."""
        with (self.folder / f"{FILE}.lock").open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
