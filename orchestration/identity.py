"""Who stands behind an identifier, without keeping the identifier: keyed digests of people and their aliases.

Every number and key here is an HMAC-SHA256 under the workspace's key (orchestration/vault.py). Without that key
nobody can say which person a `person_key` is, nor test a list of guessed e-mail addresses against the warehouse.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from functools import lru_cache

from orchestration.sources.identifiers import canonical

_CACHE_LIMIT = 200_000
_SHORTEST_RECOGNISED = 5
_MOST_KEYS = 2
_EMAIL = re.compile(r"[\w.!#$%&*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
"""An address in running text. The last part must be letters, so that `claude-3@20240620` stays a model's name."""


class Pseudonymiser:
    """Turns identifiers into keyed digests. Same key, same digest; another key shares nothing with it.

    `key` is 32 random bytes. Results are remembered for the most recent identifiers, within a bound.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._numbers: dict[tuple[str, str], int] = {}
        self.salt = hmac.digest(key, b"takeup record keys", "sha256")
        """Stands before whatever is hashed into a record key, so that keys cannot be guessed from outside."""

    def person_key(self, person_id: str) -> str:
        """The public handle of a person: 32 hexadecimal digits."""
        return self._digest("person", person_id).hex()[:32]

    def person_no(self, person_id: str) -> int:
        """The same person as a signed 64-bit integer, for joins."""
        return _signed(self._digest("person", person_id))

    def alias_no(self, namespace: str, value: str) -> int:
        """An identifier of one namespace (email, github_login, ...) as a signed 64-bit integer."""
        name = (namespace, value)
        number = self._numbers.get(name)
        if number is None:
            number = _signed(self._digest(f"alias\0{namespace}", canonical(namespace, value)))
            if len(self._numbers) >= _CACHE_LIMIT:
                self._numbers.clear()
            self._numbers[name] = number
        return number

    def code(self, *parts: str) -> str:
        """A short handle of something that people point at, such as a suggestion: 8 hexadecimal digits."""
        return self._digest("code", "\0".join(parts)).hex()[:8]

    def token(self, identifier: str) -> str:
        """What stands in a text in place of an e-mail address or another identifier."""
        return f"person:{self._digest('token', canonical('email', identifier)).hex()[:12]}"

    def scrub(self, text: str, identifiers: Iterable[str] = ()) -> str:
        """`text` with every e-mail address, and every whole-word occurrence of `identifiers`, replaced by its token.

        Identifiers shorter than five characters are left: they would hit ordinary words and numbers.
        """
        for identifier in identifiers:
            if len(identifier) >= _SHORTEST_RECOGNISED and identifier in text:
                text = re.sub(rf"(?<!\w){re.escape(identifier)}(?!\w)", self.token(identifier), text)
        if "@" not in text:
            return text
        return _EMAIL.sub(lambda found: self.token(found.group()), text)

    def _digest(self, kind: str, value: str) -> bytes:
        return hmac.digest(self._key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)


@lru_cache(maxsize=_MOST_KEYS)
def pseudonymiser_of(key: bytes) -> Pseudonymiser:
    """The one of a key in this process, with all that it remembers."""
    return Pseudonymiser(key)


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big", signed=True)
