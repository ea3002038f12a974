"""Figures and names as people read them. Unknown stays unknown: None is never written as 0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

UNKNOWN = "Unknown"
MINUS = "\N{MINUS SIGN}"

STATUSES: Mapping[str, str] = {
    "correct_user": "Correct user",
    "incorrect_user": "Incorrect user",
    "non_user": "Non-user",
    "not_judged": "Not judged",
}
NOT_JUDGED: Mapping[str, str] = {
    "paused": "Tool paused by its owner",
    "away": "Away for most of the window",
    "new": "Eligible too recently",
    "no_opportunity": "No work item to use it on",
    "unproven": "Active, too little evidence yet",
    "no_evidence": "Source cannot show use or correctness",
}
NON_USER: Mapping[str, str] = {
    "never": "Never used it",
    "tried": "Tried, below the use threshold",
    "lapsed": "Dormant: used it before, not now",
}
REASONS: Mapping[str, str] = {
    **NOT_JUDGED,
    **NON_USER,
    "blocker": "Broke a rule that one breach is enough for",
    "major": "Broke a rule that matters",
    "minor": "Broke several minor rules",
    "proven": "Kept the rules, proven by enough cases",
    "rollup_unproven": "Active, too little evidence, counted here",
}
VERDICTS: Mapping[str, str] = {
    "violated": "Violated",
    "satisfied": "Satisfied",
    "unproven": "Too few cases yet",
    "pending": "Time not up yet",
    "not_triggered": "Not asked for",
}
OUTCOMES: Mapping[str, str] = {
    "broken": "Broken",
    "pending": "Time not up yet",
    "excused": "Excused",
    "unknown": "Unknown",
}
NOT_ELIGIBLE = "Not eligible"
MOVEMENTS: Mapping[str, str] = {
    "adoption": "Adoption",
    "recovery": "Recovery",
    "decay": "Decay",
    "abandonment": "Abandonment",
}
LIFECYCLE: Mapping[str, str] = {
    "new": "New",
    "retained": "Retained",
    "resurrected": "Back again",
    "dormant": "Dormant",
    "tried": "Tried it",
    "newcomer": "Newcomer",
    "never": "Never used it",
    "away": "Away",
    "paused": "Paused",
    "no_opportunity": "No work item",
    "unknown": "Unknown",
}
SEGMENTS: Mapping[str, str] = {
    "power": "Power user",
    "habitual": "Habitual user",
    "novice": "Novice user",
    "low": "Low user",
    "non_user": "Non-user",
    "too_little_history": "Too little history",
    "unknown": "Unknown",
}
USE_STATES: Mapping[str, str] = {
    "active": "Active",
    "not_licensed": "Not licensed",
    "never_used": "Never used",
    "tried": "Tried",
    "lapsed": "Lapsed",
    "unknown": "Unknown",
}
FINDINGS: Mapping[str, str] = {
    "improved": "It helped",
    "worsened": "It got worse",
    "no_effect_found": "No effect found",
    "not_comparable": "Not comparable",
    "refused": "Cannot be told",
}
PLAN_STATES: Mapping[str, str] = {
    "open": "Open",
    "completed": "Completed in time",
    "completed_late": "Completed late",
    "overdue": "Overdue",
    "held_out": "Held out by lot",
    "trained_anyway": "Held out, trained anyway",
}
RULE_KINDS: Mapping[str, str] = {
    "check": "what each event has to be",
    "followed_by": "what has to come after",
    "preceded_by": "what has to come before",
    "not_followed_by": "what must not come after",
    "count": "how often something may or has to happen",
    "share": "how large a share has to be",
    "cadence": "how regularly the tool is used",
    "coverage": "for which work items the tool is used",
    "calibrated": "whether trust follows the tool's confidence",
    "trained": "who has to be trained first",
}
# Kinds of account names; any other is written from its key.
NAMESPACES: Mapping[str, str] = {
    "email": "E-mail address",
    "upn": "Microsoft sign-in name",
    "github_login": "GitHub login",
    "github_id": "GitHub ID",
    "entra_oid": "Entra object ID",
    "person_id": "Personnel ID",
    "sam_account_name": "Windows account name",
    "idc_user_id": "AWS Identity Center user ID",
    "openai_user_id": "OpenAI user ID",
    "user_name": "User name",
}
LINE_KINDS: Mapping[str, str] = {
    "loaded": "Loaded",
    "duplicate": "Duplicate",
    "superseded": "Superseded",
    "quarantined": "Quarantined",
    "blank": "Blank or header",
}
LOAD_STATUSES: Mapping[str, str] = {
    "loaded": "Loaded",
    "duplicate_file": "Copy of a known file",
    "refused": "Refused",
}


def plain(text: str | None) -> str:
    """A text of the data as Markdown that shows it as it is: no image is fetched, no link or colour comes about.

    Addresses are taken for links even where their signs are escaped, so an invisible joiner parts them.
    """
    line = re.sub(r":(?=//)|(?<=www)(?=\.)|@", "\\g<0>\N{WORD JOINER}", " ".join((text or "").split()))
    return re.sub(r"[\\`*_\[\]<>#$:~|]|^[-+](?=\s)|(?<=^\d)[.)]|(?<=^\d\d)[.)]", r"\\\g<0>", line)


def link(text: str | None) -> str:
    """An address of the configuration as a link that says where it leads; anything else as plain text."""
    if text and re.fullmatch(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+", text):
        return f"[{plain(text)}](<{text}>)"
    return plain(text)


def reason(status: str, name: str) -> str:
    """Why somebody has a status, in words."""
    return REASONS.get(name, name.replace("_", " ").capitalize()) if status else UNKNOWN


def namespace(name: str) -> str:
    """A kind of account names, as in GitHub login."""
    words = re.sub(r"\bid\b", "ID", name.replace("_", " "))
    return NAMESPACES.get(name, words[:1].upper() + words[1:])


def rule_kind(name: str) -> str:
    """What a rule of this kind is about."""
    return RULE_KINDS.get(name, name.replace("_", " "))


def sentence(text: str) -> str:
    """A phrase of the data as the start of a sentence; an address or the name of a file or field stays as it is."""
    first = text.split(maxsplit=1)[:1]
    return text if first and re.search(r"[._:/]\S", first[0]) else text[:1].upper() + text[1:]


def short_key(person_key: str) -> str:
    """As much of a key as tells people apart on one page."""
    return person_key[:10]


def share(value: float | None, digits: int = 1) -> str:
    """A share of 0..1 in per cent."""
    return UNKNOWN if value is None else f"{100 * value:.{digits}f}%"


def short_share(value: float) -> str:
    """A share without decimals; what is not nothing is not written as 0%."""
    return "<1%" if 0 < value < 0.01 else share(value, 0)


def chance(value: float | None) -> str:
    """A chance in per cent; what is nearly certain is not written as certain."""
    if value is None:
        return UNKNOWN
    return "Over 99%" if 0.995 <= value < 1 else "Under 1%" if 0 < value < 0.005 else share(value, 0)


def points(value: float | None, digits: int = 1) -> str:
    """A difference of shares in percentage points, with its sign."""
    if value is None:
        return UNKNOWN
    rounded = round(100 * value, digits)
    sign = MINUS if rounded < 0 else "+" if rounded > 0 else "±"
    return f"{sign}{abs(rounded):.{digits}f} pp"


def change(value: float) -> str:
    """A difference as a metric card wants it: with a plain hyphen, by which the card tells that it fell."""
    return points(value).replace(MINUS, "-")


def count(value: int | None) -> str:
    """A whole number with separators."""
    return UNKNOWN if value is None else f"{value:,}"


def people(value: int) -> str:
    """A number of people."""
    return "1 person" if value == 1 else f"{value:,} people"


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """A number of things, in singular or plural."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


def day(value: date) -> str:
    """A day, as in 2 Nov 2026."""
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """A UTC time, as in 9 Nov 2026 04:12 UTC."""
    return UNKNOWN if value is None else f"{day(value)} {value:%H:%M} UTC"


def iso_week(week: date) -> str:
    """A week as commands and files name it: 2026-W45."""
    return f"{week:%G-W%V}"


def monday_of(text: str) -> date:
    """The Monday of an ISO week such as 2026-W45. Raises ValueError for anything else."""
    return datetime.strptime(f"{text}-1", "%G-W%V-%u").date()


def hours(value: float | None) -> str:
    """A span of time given in hours; in days from ten days on."""
    if value is None:
        return UNKNOWN
    if value < 1:
        return f"{round(value * 60)} min"
    return f"{value:.0f} h" if value < 240 else f"{value / 24:.1f} days"


def target_share(value: float) -> str:
    """A target's share, without decimals where it has none."""
    return share(value, 0 if abs(100 * value - round(100 * value)) < 1e-9 else 1)


def signed(value: int) -> str:
    """A difference of whole numbers, with its sign."""
    return f"{MINUS if value < 0 else '+'}{abs(value):,}"


def clipped(text: str, most: int) -> str:
    """A name that is too long for its place, cut off where a reader sees that it is."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
