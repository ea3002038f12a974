"""Who may see what: signed-in people by their groups, or whoever sits at this machine.

Three roles: `figures` (every page of totals), `people` (rows of single people, lists and their exports) and `rules`
(try out a changed rule). Units narrow what a role may see; the narrowing is an argument of every query about people.
"""

from __future__ import annotations

import getpass
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

ROLES = ("figures", "people", "rules")
PERSON_PAGES = ("never", "sign_in", "local")
SECRETS = Path(".streamlit") / "secrets.toml"
# Streamlit keeps its cookie for 30 days and never looks at `exp`.
LONGEST_SESSION = timedelta(hours=8)
CLOCK_SKEW = timedelta(minutes=5)


class RefusedError(Exception):
    """Nothing may be shown: says why, and what the reader can do."""

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(why)
        self.why = why
        self.what_to_do = what_to_do


@dataclass(frozen=True, slots=True)
class Access:
    """What one reader may see. `org_units` None: the whole company. `login`: how the reader's own rows are found."""

    who: str
    roles: frozenset[str]
    org_units: tuple[str, ...] | None = None
    login: str | None = None

    def may(self, role: str) -> bool:
        """Whether the reader has a role; `own` is for whoever can be found on a roster by their sign-in."""
        return self.login is not None if role == "own" else role in self.roles

    def require(self, role: str) -> None:
        """Refuses whoever lacks the role: what is not in the menu can still be asked for by its address."""
        if not self.may(role):
            why = f"This needs the role `{role}`, which {self.who} does not have."
            raise RefusedError(why, "ask whoever runs this dashboard for the role.")

    def sees(self, org_unit: str, whole: str) -> bool:
        """Whether figures of a unit (`whole`: of the company) may be shown."""
        return self.org_units is None or (org_unit != whole and org_unit in self.org_units)


@dataclass(frozen=True, slots=True)
class Grant:
    """What membership of one group gives."""

    roles: frozenset[str]
    org_units: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Policy:
    """The groups that the sign-in names, and what each gives; from `[access]` of the secrets."""

    groups_claim: str
    groups: Mapping[str, Grant]


def policy_of(section: Mapping[str, Any]) -> Policy:
    """Reads `[access]`; a role that does not exist is refused, for it would silently give nothing."""
    grants = {name: _grant(name, given) for name, given in section.get("groups", {}).items()}
    return Policy(str(section.get("groups_claim", "groups")), grants)


def _grant(group: str, given: Mapping[str, Any]) -> Grant:
    roles = frozenset(given.get("roles", ("figures",)))
    unknown = sorted(roles - set(ROLES))
    if unknown:
        raise ValueError(f"[access.groups.{group}]: no such role: {', '.join(unknown)} - write {' or '.join(ROLES)}")
    units = given.get("org_units")
    return Grant(roles, None if units is None else tuple(sorted(units)))


def of_claims(claims: Mapping[str, Any], policy: Policy, now: datetime, person_pages: str) -> Access:
    """The access of somebody signed in: the sum of what their groups give, for eight hours from signing in."""
    _refuse_old(claims.get("iat"), now)
    who = str(claims.get("email") or claims.get("preferred_username") or claims.get("sub") or "somebody unnamed")
    granted = [policy.groups[group] for group in _groups(claims.get(policy.groups_claim)) if group in policy.groups]
    if not granted:
        raise RefusedError(
            f"{who} is signed in, but none of their groups has access.",
            "ask whoever runs this dashboard to name one of your groups under `[access.groups]`.",
        )
    roles = frozenset[str]().union(*(grant.roles for grant in granted))
    is_verified = claims.get("email_verified", True) is not False
    login = str(claims["email"]) if claims.get("email") and is_verified else None
    return _without_people(Access(who, roles, _units(granted), login), person_pages)


def of_this_machine(user: str, person_pages: str) -> Access:
    """Without sign-in whoever reaches this machine's own address sees the figures; people only where privacy.yml's
    `person_pages: local` says so."""
    roles = frozenset(ROLES) if person_pages == "local" else frozenset(ROLES) - {"people"}
    return Access(f"{user} at this machine", roles)


def _without_people(access: Access, person_pages: str) -> Access:
    if person_pages != "never":
        return access
    return Access(access.who, access.roles - {"people"}, access.org_units)


def _refuse_old(issued: Any, now: datetime) -> None:
    again = "sign in again."
    if not isinstance(issued, int | float):
        raise RefusedError("The sign-in does not say when it was made, so it cannot be trusted.", again)
    age = now - datetime.fromtimestamp(issued, UTC)
    if age > LONGEST_SESSION or age < -CLOCK_SKEW:
        hours = LONGEST_SESSION.total_seconds() / 3600
        raise RefusedError(f"The sign-in is older than {hours:.0f} hours.", again)


def _groups(named: Any) -> Sequence[str]:
    if isinstance(named, str):
        return [named]
    return [str(group) for group in named] if isinstance(named, list | tuple) else []


def _units(granted: Sequence[Grant]) -> tuple[str, ...] | None:
    """The units of all grants; one grant without a limit lifts it."""
    limited = [grant.org_units for grant in granted if grant.org_units is not None]
    if len(limited) < len(granted):
        return None
    return tuple(sorted({unit for units in limited for unit in units}))


@lru_cache(maxsize=4)
def secrets_of(workspace: Path) -> dict[str, Any]:
    """The workspace's own secrets: `[auth]` for the sign-in, `[access]` for what groups may see. Read once: the
    server, too, takes them when it starts."""
    file = workspace / SECRETS
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def has_sign_in(workspace: Path) -> bool:
    """Whether readers have to sign in."""
    return "auth" in secrets_of(workspace)


def user_here() -> str:
    """The account of this machine that the dashboard runs under."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "somebody"


def of_reader(workspace: Path, claims: Mapping[str, Any], person_pages: str) -> Access:
    """The access of whoever reads: by what the sign-in said where there is one, else of whoever sits here."""
    if not has_sign_in(workspace):
        return of_this_machine(user_here(), person_pages)
    if not claims:
        raise RefusedError("You are not signed in.", "open the dashboard and sign in.")
    policy = policy_of(secrets_of(workspace).get("access", {}))
    return of_claims(claims, policy, datetime.now(UTC), person_pages)
