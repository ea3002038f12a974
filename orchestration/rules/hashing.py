"""What a rule means, as one short hash: prose may change freely, meaning only with a new version.

Left out: title, why, owner, train, examples, the writing of a condition (spaces, parentheses, `!=` or `<>`), the order
of event names, and the last day in force, because a version is closed when its successor begins, without meaning
anything else before. The first day in force is meaning: moving it judges other acts. It is taken from the parsed rule,
not from SQL, so that a better rendering changes no hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from orchestration.rules.expressions import plain
from orchestration.rules.parsing import ParsedRule
from orchestration.rules.selectors import Selector
from orchestration.rules.spec import kinds_of_items, settle, who


def semantic_hash(tool_id: str, parsed: ParsedRule) -> str:
    """16 hexadecimal digits that stay the same as long as the rule judges the same acts in the same way."""
    return digest({"tool": tool_id, **meaning(parsed)})


def digest(value: Any) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the canonical JSON of `value`."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def rule_book_hash(hashes: Iterable[tuple[str, int, *tuple[str, ...]]]) -> str:
    """One hash over (rule_id, version, semantic_hash, first day, last day) of a whole rule book, in any order."""
    return digest(sorted(hashes))


def meaning(parsed: ParsedRule) -> dict[str, Any]:
    """The meaning in JSON types; what is not set is left out, defaults are filled in."""
    found = {**_common(parsed), **_particular(parsed)}
    return {key: value for key, value in found.items() if value not in (None, [], {}, False)}


def _common(parsed: ParsedRule) -> dict[str, Any]:
    rule = parsed.rule
    return {
        "kind": rule.kind,
        "severity": rule.severity,
        "tolerate": rule.tolerate or 0.0,
        "evidence": [rule.evidence.incorrect, rule.evidence.correct],
        "reach_back": [rule.reach_back.obligations, rule.reach_back.weeks] if rule.reach_back else None,
        "roles": sorted(rule.roles or ()),
        "use_cases": sorted(rule.use_cases or ()),
        "from": rule.effective.start.isoformat() if rule.effective.start else None,
        "attributes": [list(one) for one in parsed.attributes],
        "selectors": {key: _selector(one) for key, one in parsed.selectors.items()},
        "measures": dict(parsed.measures),
    }


def _particular(parsed: ParsedRule) -> dict[str, Any]:
    rule = parsed.rule
    return {
        "within": rule.within,
        "who": who(parsed),
        "same": sorted(column.name for column in parsed.same),
        "immediately": bool(rule.immediately),
        "must": plain(parsed.must) if parsed.must else None,
        "per": parsed.per.name if parsed.per else rule.per if rule.kind == "count" else None,
        "min": _number(rule.min),
        "max": _number(rule.max),
        "settle": settle(parsed),
        "need": [rule.at_least.count, rule.at_least.unit] if rule.at_least else None,
        "items": kinds_of_items(parsed),
        "confidence": plain(parsed.confidence) if parsed.confidence else None,
        "low": _number(rule.low),
        "high": _number(rule.high),
        "gap": _number(rule.gap),
        "module": rule.module,
        "valid_for": rule.valid_for,
    }


def _number(value: float | None) -> str | None:
    """A bound as text, so that 0, 0.0 and 0% are one, and none of them is left out as nothing."""
    return None if value is None else repr(float(value))


def _selector(selector: Selector) -> list[Any]:
    parts = [[sorted(one.events), plain(one.where) if one.where else ""] for one in selector.alternatives]
    return sorted(parts)
