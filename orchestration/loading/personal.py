"""Which columns of a roster name or describe a person too closely to stand in the warehouse."""

from __future__ import annotations

import re
from typing import Any

_PERSONAL = re.compile(
    r"^name$|(^|_)("
    r"(first|last|given|family|full|display|middle|nick|preferred|legal|maiden|employee|worker|user|person|contact"
    r"|manager|supervisor)_?name|surname"
    r"|e?mail|phone|telephone|mobile|fax|street|address|birth\w*|dob|ssn|passport|iban|salary|gender|photo|avatar)"
    r"(_|$)"
)


def is_personal(column: str) -> bool:
    """Whether a roster column holds a name, a way to reach someone or a private fact: `displayName`, `phone`, ..."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", column).lower()
    return bool(_PERSONAL.search(words))


def split_personal(attributes: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what may stand in the warehouse, what only the vault may hold)."""
    personal = {name: value for name, value in attributes.items() if is_personal(name)}
    return {name: value for name, value in attributes.items() if name not in personal}, personal
