"""How identifiers are compared: when two spellings are one identifier, and which can never stand for a person.

Folded is only what means the same wherever it is written: case, Unicode forms, blanks, prefixes that systems add.
Whatever could tell two people apart stays: `ann+ai@` is not `ann@`, `ann_acme` is not `ann`, a dotless i is no i.
Such likenesses are suggested to somebody who knows (orchestration/likeness.py), never acted on.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from orchestration.sources.records import CONCEALED, Identity

SERVICES = frozenset({"api_key", "cursor_service_account", "google_client", "openai_project_id"})
"""Namespaces of machines: what they do is nobody's use."""

NEVER_A_PERSON = CONCEALED | SERVICES

HASHED = ("email_sha1", "email_sha256")
"""Namespaces of hashed e-mail addresses: SHA-1 as xAPI defines it (over `mailto:` and the address), plain SHA-256."""

_ADDRESSES = frozenset({"email", "upn"})
_DRESSED = re.compile(r"[<:#]|\.$|[^\x00-\x7f]")
"""What all but a few addresses are without."""
_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")
_SCHEMES = ("mailto:", "smtp:")
_GUEST = re.compile(r"(.+)_([^_@]+)#ext#@.+")
_IDENTITY_STORE = re.compile(r"^d-[0-9a-f]{10}\.(?=.)")
_BARE_UUID = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})")
_SLACK_MENTION = re.compile(r"<@([^|<>]+)(?:\|[^<>]*)?>")
_BOT = "[bot]"


@lru_cache(maxsize=1 << 16)
def canonical(namespace: str, value: str) -> str:
    """The form in which two spellings of one identifier are equal. A person_id is compared exactly."""
    if namespace == "person_id":
        return value
    shape = _SHAPES.get(namespace)
    folded = _folded(value)
    return shape(folded) if shape else folded


def can_join(identity: Identity) -> bool:
    """Whether the identifier may ever stand for a person.

    Not machines, not names that a vendor conceals, and not what stands where an address is missing ("n/a", "null").
    """
    if identity.namespace in NEVER_A_PERSON:
        return False
    text = canonical(identity.namespace, identity.value)
    if identity.namespace == "email":
        local, _, domain = text.rpartition("@")
        return bool(local and domain)
    return bool(text) and not is_bot(identity)


def is_bot(identity: Identity) -> bool:
    """Whether the name says itself that the whole account is a machine's, under whichever other names it goes."""
    return identity.namespace == "github_login" and canonical("github_login", identity.value).endswith(_BOT)


def hashed_forms(address: str) -> Iterator[Identity]:
    """The names under which systems hide an e-mail address that a roster gives in clear."""
    text = canonical("email", address)
    yield Identity("email_sha1", hashlib.sha1(f"mailto:{text}".encode(), usedforsecurity=False).hexdigest())
    yield Identity("email_sha256", hashlib.sha256(text.encode()).hexdigest())


def _folded(value: str) -> str:
    """Without case, surrounding blanks, invisible characters and compatibility forms such as full-width letters.

    A capital I with a dot is the capital of i (Turkish); its dot, which case folding leaves behind, goes.
    """
    if value.isascii():
        return value.strip().lower()
    seen = "".join(one for one in unicodedata.normalize("NFKC", value) if unicodedata.category(one) != "Cf")
    folded = unicodedata.normalize("NFKC", seen.casefold()).casefold()
    return unicodedata.normalize("NFKC", folded.replace("i\u0307", "i")).strip()


def _address(text: str) -> str:
    """Without display name, scheme and the final dot of the domain; a guest under the address of their invitation."""
    if not _DRESSED.search(text):
        return text
    bracketed = _BRACKETS.fullmatch(text)
    text = bracketed[1].strip() if bracketed else text
    for scheme in _SCHEMES:
        text = text.removeprefix(scheme)
    guest = _GUEST.fullmatch(text)
    local, at, domain = (guest[1], "@", guest[2]) if guest else text.rpartition("@")
    return f"{local}{at}{_domain(domain)}"


def _domain(text: str) -> str:
    """As the mail goes: without the root's dot, letters beyond ASCII as `xn--`."""
    text = text.rstrip(".")
    try:
        return text if text.isascii() else text.encode("idna").decode()
    except UnicodeError:
        return text


def _uuid(text: str) -> str:
    bare = text.removeprefix("urn:uuid:").strip("{}").replace("-", "")
    parts = _BARE_UUID.fullmatch(bare)
    return "-".join(parts.groups()) if parts else text


def _slack(text: str) -> str:
    mention = _SLACK_MENTION.fullmatch(text)
    return mention[1] if mention else text


_SHAPES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        **dict.fromkeys(_ADDRESSES, _address),
        "github_login": lambda text: text.removeprefix("@"),
        "entra_oid": _uuid,
        "idc_user_id": lambda text: _IDENTITY_STORE.sub("", text),
        "slack_id": _slack,
    }
)
