"""Whose an unknown account may be, judged by its names: candidates for somebody to confirm, never an answer.

Scores run from 0 to 100 and order the candidates; they are no probabilities. Whoever is nearly as alike as the best
candidate is named beside them: of two people with one name, neither is chosen.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from orchestration.sources.identifiers import can_join, canonical
from orchestration.sources.records import Identity

LEAST_SCORE = 75
NEARLY = 18
"""How far behind the best candidate another may lie and still be shown."""
MOST_CANDIDATES = 5
_SHORTEST, _SHORTEST_MISSPELLED = 4, 6
_SAME_ADDRESS, _SAME_NAME, _WHOLE_NAME, _INITIAL = 98, 94, 90, 80
_FUZZY_AT_MOST, _FUZZY_LEAST = 88, 84
_PERSONAL_NAMES = frozenset({"email", "upn", "github_login", "user_name", "sam_account_name", "person_id", "slack_id"})
_DOMAIN_USER = re.compile(r"[^\\]+\\")
_COMPANY_SUFFIX = re.compile(r"_[a-z0-9]{1,12}$")
_TAG = re.compile(r"\+[^@]*")
_MEANT_APART = re.compile(r"[^a-z0-9]+")
_FINAL_NUMBER = re.compile(r"(?<=[a-z])\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on a roster, as far as their names go."""

    person_id: str
    name: str | None
    aliases: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whose the account may be, and in which way they are alike."""

    person_id: str
    score: int
    reason: str


class Likeness:
    """Compares accounts with everybody on the rosters. Built once; asked for each account."""

    def __init__(self, people: Iterable[Known]) -> None:
        self._forms: dict[str, dict[str, tuple[int, str]]] = defaultdict(dict)
        for person in people:
            for form, score, reason in _forms_of(person):
                held = self._forms[form].get(person.person_id, (0, ""))
                self._forms[form][person.person_id] = max(held, (score, reason))
        self._spelled = [form for form in self._forms if len(form) >= _SHORTEST_MISSPELLED]

    def candidates(self, names: Sequence[Identity]) -> list[Candidate]:
        """The people most alike, the likeliest first; everybody within NEARLY of the best, at most MOST_CANDIDATES."""
        best: dict[str, Candidate] = {}
        for name in names:
            for found in self._alike(name):
                if found.person_id not in best or best[found.person_id].score < found.score:
                    best[found.person_id] = found
        ranked = sorted(best.values(), key=lambda one: (-one.score, one.person_id))
        near = [one for one in ranked if one.score >= max(LEAST_SCORE, ranked[0].score - NEARLY)]
        return near[:MOST_CANDIDATES]

    def _alike(self, name: Identity) -> Iterator[Candidate]:
        if name.namespace not in _PERSONAL_NAMES or not can_join(name):
            return
        for spelled, penalty, how in _spellings(name):
            yield from _exactly(self._forms.get(spelled, {}), penalty, how)
            if "@" not in spelled and len(spelled) >= _SHORTEST_MISSPELLED:
                yield from self._nearly(spelled)

    def _nearly(self, spelled: str) -> Iterator[Candidate]:
        """Names that differ by a letter or two."""
        close = process.extract(
            spelled, self._spelled, scorer=fuzz.ratio, score_cutoff=_FUZZY_LEAST, limit=MOST_CANDIDATES * 2
        )
        for form, ratio, _ in close:
            if form != spelled:
                for person_id, (score, reason) in self._forms[form].items():
                    alike = round(min(score, _FUZZY_AT_MOST) * ratio / 100)
                    yield Candidate(person_id, alike, f"nearly {reason}")


def _exactly(held: Mapping[str, tuple[int, str]], penalty: int, how: str) -> Iterator[Candidate]:
    for person_id, (score, reason) in held.items():
        yield Candidate(person_id, score - penalty, f"{reason}{how}")


def _forms_of(person: Known) -> Iterator[tuple[str, int, str]]:
    """(what an account of theirs may be called, score, reason)."""
    for alias in person.aliases:
        if alias.namespace not in _PERSONAL_NAMES:
            continue
        text = canonical(alias.namespace, alias.value)
        if "@" in text:
            yield text, _SAME_ADDRESS, "the same address"
        local = _plain(_local(text))
        if len(local) >= _SHORTEST:
            yield local, _SAME_NAME, f"the same name as their {alias.namespace}"
            yield _FINAL_NUMBER.sub("", local), _SAME_NAME - 6, f"their {alias.namespace} without its number"
    yield _plain(person.person_id), _SAME_NAME, "their person_id"
    yield from _forms_of_name(person.name or "")


def _forms_of_name(name: str) -> Iterator[tuple[str, int, str]]:
    """What people are called after: `Ann Lee`, `Lee, Ann`, `Ann B. Lee`."""
    last, comma, first = name.partition(",")
    words = [_plain(word) for word in (f"{first} {last}" if comma else name).split()]
    words = [word for word in words if word]
    if len(words) < 2:
        return
    first, last = words[0], words[-1]
    for form in (first + last, last + first, "".join(words)):
        yield form, _WHOLE_NAME, "first and last name"
    for form in (first[0] + last, last + first[0], first + last[0]):
        yield form, _INITIAL, "an initial and the other name"


def _spellings(name: Identity) -> Iterator[tuple[str, int, str]]:
    """(a spelling of the account's name, points it loses, what was left out), as it is first."""
    text = _DOMAIN_USER.sub("", canonical(name.namespace, name.value))
    if "@" in text:
        yield text, 0, ""
        if _TAG.search(text):
            yield _TAG.sub("", text), 2, ", without what follows the +"
    bare = _TAG.sub("", _local(text))
    local = _plain(bare)
    if len(local) < _SHORTEST:
        return
    yield local, 0 if "@" not in text else 2, "" if "@" not in text else ", at another domain"
    without = _COMPANY_SUFFIX.sub("", bare)
    if without != bare and len(_plain(without)) >= _SHORTEST:
        yield _plain(without), 1, ", without what follows the _"
    if _FINAL_NUMBER.search(local):
        yield _FINAL_NUMBER.sub("", local), 6, ", without its number"


def _local(text: str) -> str:
    return text.partition("@")[0]


def _plain(text: str) -> str:
    """Letters and digits alone, without accents."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return _MEANT_APART.sub("", "".join(one for one in flat if not unicodedata.combining(one)))
