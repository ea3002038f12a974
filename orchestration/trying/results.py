"""What came of trying rules out: examples that hold or not, mutants that are noticed or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.judging import VerdictRow
from orchestration.registry.rule_models import Expectation

COUNTS = ("kept", "broken", "pending", "unknown", "excused")


@dataclass(frozen=True, slots=True)
class Got:
    """What an example came to. `verdict`: of several people with different ones, all of them, joined by 'and'."""

    kept: int = 0
    broken: int = 0
    pending: int = 0
    unknown: int = 0
    excused: int = 0
    verdict: str = "not_triggered"

    @classmethod
    def of(cls, rows: Iterable[VerdictRow]) -> Got:
        """The counts of all rows together."""
        found = list(rows)
        return cls(
            kept=sum(row.judged - row.broken for row in found),
            broken=sum(row.broken for row in found),
            pending=sum(row.pending for row in found),
            unknown=sum(row.unknown for row in found),
            excused=sum(row.excused for row in found),
            verdict=" and ".join(sorted({row.verdict for row in found})) or "not_triggered",
        )

    def meets(self, expected: Expectation) -> bool:
        """Whether everything that the example states is so; what it leaves out may be anything."""
        stated = {key: getattr(expected, key) for key in (*COUNTS, "verdict")}
        return all(getattr(self, key) == value for key, value in stated.items() if value is not None)


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example: where it stands, what it expects and what it came to."""

    name: str
    file: Path
    line: int
    expected: Expectation
    got: Got

    @property
    def has_passed(self) -> bool:
        return self.got.meets(self.expected)


@dataclass(frozen=True, slots=True)
class MutantResult:
    """One mutant. `killed_by`: the first example that tells it from the rule; `equivalent`: why none ever could."""

    what: str
    hint: str
    killed_by: str | None = None
    equivalent: str | None = None

    @property
    def survives(self) -> bool:
        return self.killed_by is None and self.equivalent is None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule in one version."""

    tool_id: str
    rule_id: str
    version: int
    kind: str
    file: Path
    line: int
    examples: tuple[ExampleResult, ...]
    mutants: tuple[MutantResult, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """'kept', 'broken': what no example expects. Of a band, the verdict says the same."""
        expected = [one.expected for one in self.examples]
        is_kept = any(one.kept or one.verdict == "satisfied" for one in expected)
        is_broken = any(one.broken or one.verdict == "violated" for one in expected)
        return tuple(word for word, is_there in (("kept", is_kept), ("broken", is_broken)) if not is_there)

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        return tuple(one for one in self.mutants if one.survives)

    @property
    def failures(self) -> tuple[ExampleResult, ...]:
        return tuple(one for one in self.examples if not one.has_passed)

    @property
    def has_passed(self) -> bool:
        return not (self.failures or self.survivors or self.missing)
