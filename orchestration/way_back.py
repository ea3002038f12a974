"""How many further clean cases would change a verdict.

The verdict itself is given by the production macro verdict.sql; this follows the same terms for numbers that are not
there yet. It adds cases and takes none away: the window rolls on meanwhile, so old cases leave and the way may be
shorter than is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

Z = 1.2816  # one-sided 90 %, as in verdict.sql
FARTHEST = 10_000
_BY_WAITING = "no number of further cases is enough: a breach counts until it leaves the window"
_TWO_SIDES = "it depends on how decisions with high and with low confidence part, not on single cases"


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule's terms and one person's counts in a window. Shares are fractions of one; `share_*` of a share alone."""

    kind: str
    severity: str
    tolerate: float
    evidence_incorrect: int
    evidence_correct: int
    judged: int
    broken: int
    share_min: float | None = None
    share_max: float | None = None

    @property
    def share(self) -> float:
        """What was kept, of all that was judged."""
        return (self.judged - self.broken) / self.judged if self.judged else 0.0

    @property
    def band(self) -> tuple[float, float]:
        return (self.share_min or 0.0, 1.0 if self.share_max is None else self.share_max)


@dataclass(frozen=True, slots=True)
class WayBack:
    """Further clean cases until no longer violated and until satisfied (0: already; None: no number of them would).

    `clean_cases` says what they are, `why_not` why there is no number.
    """

    clean_cases: str
    until_not_violated: int | None
    until_satisfied: int | None
    why_not: str | None = None


def way_back(standing: Standing) -> WayBack:
    """The way back from where the person stands."""
    if standing.kind == "calibrated":
        return WayBack("decisions that follow the confidence shown", None, None, _TWO_SIDES)
    clean_cases, broken_per_case = _clean_cases(standing)
    is_violated, is_satisfied = (_of_share if standing.kind == "share" else _of_breaches)(standing)

    def first(is_reached: Callable[[int, int], bool]) -> int | None:
        steps = ((standing.judged + n, standing.broken + n * broken_per_case) for n in range(FARTHEST + 1))
        return next((n for n, (judged, broken) in enumerate(steps) if is_reached(judged, round(broken))), None)

    out = first(lambda judged, broken: not is_violated(judged, broken))
    satisfied = first(is_satisfied)
    return WayBack(clean_cases, out, satisfied, _BY_WAITING if out is None or satisfied is None else None)


def wilson_bound(rate: float, cases: int, sign: int) -> float:
    """The lower (sign -1) or upper (+1) bound of the Wilson score interval of `rate` over `cases`."""
    root = math.sqrt(max(rate * (1.0 - rate) / cases + Z * Z / (4.0 * cases * cases), 0.0))
    return (rate + Z * Z / (2.0 * cases) + sign * Z * root) / (1.0 + Z * Z / cases)


def _clean_cases(standing: Standing) -> tuple[str, float]:
    """What clean cases are, and by how much each raises the number of broken ones."""
    least, most = standing.band
    if standing.kind == "cadence":
        return "weeks that reach the number", 0
    if standing.kind != "share":
        return "cases that keep the rule", 0
    if standing.judged and standing.share > most:
        return "cases that are not taken", 1
    if standing.judged and standing.share < least:
        return "cases that are taken", 0
    return "cases, taken as often as so far", 1 - (standing.share if standing.judged else (least + most) / 2)


Reached = Callable[[int, int], bool]


def _of_share(standing: Standing) -> tuple[Reached, Reached]:
    least, most = standing.band

    def is_violated(judged: int, broken: int) -> bool:
        if judged < standing.evidence_incorrect or not judged:
            return False
        share = (judged - broken) / judged
        return wilson_bound(share, judged, +1) < least or wilson_bound(share, judged, -1) > most

    def is_satisfied(judged: int, broken: int) -> bool:
        if judged < standing.evidence_correct or is_violated(judged, broken):
            return False
        return least <= (judged - broken) / judged <= most

    return is_violated, is_satisfied


def _of_breaches(standing: Standing) -> tuple[Reached, Reached]:
    def is_violated(judged: int, broken: int) -> bool:
        if not broken:
            return False
        if standing.severity == "blocker":
            return True
        is_enough = judged >= standing.evidence_incorrect
        return is_enough and wilson_bound(broken / judged, judged, -1) > standing.tolerate

    def is_satisfied(judged: int, broken: int) -> bool:
        if judged < standing.evidence_correct or is_violated(judged, broken):
            return False
        return broken / judged <= standing.tolerate

    return is_violated, is_satisfied
