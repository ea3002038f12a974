"""The pictures of the kinds that are judged as rates: where on a scale from 0 to 100 % somebody stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestration.registry.rule_models import Rule
from orchestration.rules.svg import MARGIN, WIDTH, box, document, dot, label, line, pill, within_card
from orchestration.rules.timelines import LOOKS
from orchestration.way_back import wilson_bound

_LEFT, _RIGHT = MARGIN + 24, WIDTH - MARGIN - 24
_TITLE, _TRACK, _NOTE, _HEIGHT = 26, 66, 96, 122


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, and what that is."""

    part: int
    whole: int
    words: str

    @property
    def share(self) -> float:
        return self.part / self.whole

    def __str__(self) -> str:
        return f"{self.words}: {self.part} of {self.whole}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One example: its rates (one of a share; with low and with high confidence of a calibration) and its verdict."""

    name: str
    rates: tuple[Rate, ...]
    verdict: str

    @property
    def look(self) -> str:
        return LOOKS[self.verdict]


def band(rule: Rule, standings: Sequence[Standing], title: str, sentence: str) -> str:
    """The picture of a share or a calibration: one lane per example, one scale for all of them."""
    body: list[str] = []
    y = 8.0
    for one in standings:
        body += [label(MARGIN, y + _TITLE, one.name, "strong")]
        body += [pill(WIDTH - MARGIN, y + _TITLE - 5, one.verdict, one.look), *_scale(y + _TRACK)]
        body += _share(rule, one, y + _TRACK) if rule.kind == "share" else _gap(rule, one, y + _TRACK)
        body.append(label(_LEFT, y + _NOTE, "; ".join(map(str, one.rates)), "muted"))
        y += _HEIGHT
    body += [*_ticks(y - 8), *_legend(rule, y + 34)]
    told = "; ".join(f"{one.name} ({', '.join(map(str, one.rates))}): {one.verdict}" for one in standings)
    return document(y + 52, title, f"{sentence} Examples: {told}.", body)


def _x(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * share


def _scale(y: float) -> Iterator[str]:
    yield line(_LEFT, y, _RIGHT, y)


def _ticks(y: float) -> Iterator[str]:
    yield line(_LEFT, y, _RIGHT, y, "faint")
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        yield line(_x(share), y, _x(share), y + 5)
        yield label(_x(share), y + 19, f"{share:.0%}", "muted", "middle")


def _share(rule: Rule, one: Standing, y: float) -> Iterator[str]:
    """What is permitted, the share found, and how far the true share may lie from it."""
    least, most = rule.min or 0.0, 1.0 if rule.max is None else rule.max
    words = f"{least:.0%} to {most:.0%} are right"
    yield box(_x(least), y - 9, _x(most) - _x(least), 18, "bar-good")
    yield label(within_card((_x(least) + _x(most)) / 2, words), y - 15, words, "muted", "middle")
    (rate,) = one.rates
    low, high = (_x(wilson_bound(rate.share, rate.whole, sign)) for sign in (-1, +1))
    yield line(low, y, high, y, f"whisker-{one.look}")
    yield from (line(end, y - 6, end, y + 6, f"whisker-{one.look}") for end in (low, high))
    yield dot(_x(rate.share), y, one.look)


def _gap(rule: Rule, one: Standing, y: float) -> Iterator[str]:
    """The two rates, and how far the one must lie above the other."""
    low, high = one.rates
    wanted = min(low.share + (rule.gap or 0), 1.0)
    words = f"at least {(rule.gap or 0) * 100:g} points"
    yield box(_x(low.share), y - 9, _x(wanted) - _x(low.share), 18, f"bar-{one.look}")
    yield label(within_card((_x(low.share) + _x(wanted)) / 2, words), y - 15, words, "muted", "middle")
    yield dot(_x(low.share), y, "other")
    yield dot(_x(high.share), y, one.look, 5 if low.share == high.share else 7)


def _legend(rule: Rule, y: float) -> Iterator[str]:
    yield dot(MARGIN + 10, y - 4, "open")
    if rule.kind == "share":
        yield label(MARGIN + 25, y, "the share found", "muted")
        yield line(MARGIN + 150, y - 4, MARGIN + 190, y - 4, "whisker-open")
        yield label(MARGIN + 200, y, "its 90 % bounds: the verdict asks where they lie", "muted")
    else:
        yield label(MARGIN + 25, y, f"accepted with confidence {rule.high:.0%} or more", "muted")
        yield dot(MARGIN + 290, y - 4, "other")
        yield label(MARGIN + 305, y, f"accepted with confidence below {rule.low:.0%}", "muted")
