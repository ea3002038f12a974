"""What is true of each person and tool in the last week, and how a judgement of it compares."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.sample.plans import PROOF, Plan
from orchestration.sample.span import Span

COLUMNS = ("person_id", "tool_id", "label", "reasons", "enough_evidence", "behaviour")
STATUSES = ("non_user", "incorrect_user", "correct_user", "not_judged")
SHOWN_MISSES = 20


@dataclass(frozen=True, slots=True)
class Truth:
    """The status that a person's behaviour deserves, the reasons that may go with it, and whether it can be proven."""

    status: str
    reasons: tuple[str, ...]
    has_evidence: bool = True


def truth_of(plan: Plan) -> Truth:
    """The truth about the last four weeks, from what the person was made to do and how often it came up."""
    absent = _not_judgeable(plan)
    if absent is not None:
        return absent
    if _neglected(plan, "blocker"):
        return Truth("incorrect_user", ("blocker",))
    if plan.uses_in_window < plan.tool.min_uses and plan.behaviour == "idle":
        return Truth("not_judged", ("no_opportunity",))
    if plan.uses_in_window < plan.tool.min_uses:
        return Truth("non_user", ("tried" if plan.uses_in_window else "lapsed" if plan.uses_before else "never",))
    return _truth_of_user(plan)


def _truth_of_user(plan: Plan) -> Truth:
    if _neglected(plan, "major"):
        return Truth("incorrect_user", ("major",))
    if len(_neglected(plan, "minor")) > 1:
        return Truth("incorrect_user", ("several_minor",))
    if _is_proven(plan):
        return Truth("correct_user", ("proven",))
    return Truth("not_judged", ("unproven",), has_evidence=False)


def _not_judgeable(plan: Plan) -> Truth | None:
    """Away comes before new; who joined this week may be called either, having had few days to work."""
    if plan.person.is_away:
        return Truth("not_judged", ("away",))
    return Truth("not_judged", ("new", "away")) if plan.is_new else None


def _neglected(plan: Plan, severity: str) -> list[int]:
    """The controls that the person neglects by plan and that came up often enough to show it."""
    mask = 0
    for neglected in plan.masks[-4:]:
        mask |= neglected
    return [
        place
        for place, control in enumerate(plan.tool.controls)
        if mask >> place & 1 and control.severity == severity and _shows(plan, place)
    ]


def _shows(plan: Plan, place: int) -> bool:
    control = plan.tool.controls[place]
    if control.severity == "blocker":
        return plan.broken[place] > 0
    # Regular practice is not counted here: who neglects it together with another minor rule is there in every week.
    return plan.judged[place] >= control.suspicion or control.rule_id.endswith("-practice")


def _is_proven(plan: Plan) -> bool:
    return any(
        judged >= PROOF
        for judged, control in zip(plan.judged, plan.tool.controls, strict=True)
        if control.severity != "minor" and control.proves
    )


def write_truth(path: Path, plans: Sequence[Plan], span: Span) -> Counter[tuple[str, str]]:
    """One row per person and tool that the person was meant to use in the last week; returns (tool, label) counts."""
    labels: Counter[tuple[str, str]] = Counter()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for plan in plans:
            if plan.end_day > span.until.toordinal():
                truth = truth_of(plan)
                writer.writerow((plan.person.person_id, plan.tool.tool_id, truth.status, "|".join(truth.reasons),
                                 str(truth.has_evidence).lower(), plan.behaviour))  # fmt: skip
                labels[plan.tool.tool_id, truth.status] += 1
    return labels


@dataclass(frozen=True, slots=True)
class Confusion:
    """Judgement against truth. `matrix` counts (true status, judged status) of people with enough evidence."""

    matrix: Mapping[tuple[str, str], int]
    too_little: Mapping[str, int]  # judged status of people with too little evidence
    right_reasons: int  # of those in the right class: the reason is right as well
    missing: int  # people of the truth that were not judged at all
    unknown: int  # judged people of whom the truth knows nothing
    misses: tuple[str, ...]  # the first few disagreements, in words

    @property
    def judged(self) -> int:
        """People with enough evidence that have a judgement."""
        return sum(self.matrix.values())

    @property
    def accuracy(self) -> float:
        """The share of people with enough evidence that are in the right class; 0 when there is nobody."""
        right = sum(count for (true, judged), count in self.matrix.items() if true == judged)
        return right / self.judged if self.judged else 0.0

    @property
    def too_little_called_incorrect(self) -> int:
        """People with too little evidence who were called incorrect all the same: there must be none."""
        return self.too_little.get("incorrect_user", 0)

    def table(self) -> list[tuple[str, ...]]:
        """Rows to print: a header, one per true status, and the people with too little evidence."""
        rows: list[tuple[str, ...]] = [("truth \\ judged", *STATUSES)]
        for true in STATUSES:
            rows.append((true, *(str(self.matrix.get((true, judged), 0)) for judged in STATUSES)))
        rows.append(("too little evidence", *(str(self.too_little.get(judged, 0)) for judged in STATUSES)))
        return rows


def read_truth(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The truth file by (person_id, tool_id)."""
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["person_id"], row["tool_id"]): row for row in csv.DictReader(file)}


def confusion(
    truth_csv: Path, rows: Iterable[Mapping[str, str]], person_id_of: Callable[[str], str | None] = str
) -> Confusion:
    """Compare the rows of one week (person_id or person_key, tool_id, status, reason) with the truth.

    `person_id_of` maps what the rows call the person to a person_id; None means nobody the truth knows.
    """
    truth = read_truth(truth_csv)
    matrix: Counter[tuple[str, str]] = Counter()
    too_little: Counter[str] = Counter()
    misses: list[str] = []
    right_reasons = unknown = 0
    for row in rows:
        person_id = person_id_of(row.get("person_id") or row["person_key"])
        expected = truth.pop((person_id or "", row["tool_id"]), None)
        if expected is None:
            unknown += 1
        elif expected["enough_evidence"] == "false":
            too_little[row["status"]] += 1
        else:
            matrix[expected["label"], row["status"]] += 1
            is_right = expected["label"] == row["status"]
            right_reasons += is_right and row["reason"] in expected["reasons"].split("|")
            if not is_right:
                misses.append(_miss(expected, row))
    return Confusion(matrix, too_little, right_reasons, len(truth), unknown, tuple(misses[:SHOWN_MISSES]))


def _miss(expected: Mapping[str, str], row: Mapping[str, str]) -> str:
    who = f"{expected['person_id']} with {expected['tool_id']} ({expected['behaviour']})"
    return f"{who}: {expected['label']} ({expected['reasons']}), judged {row['status']} ({row['reason']})"
