"""What `pull: {...}` of a source may say: which vendor's report is fetched, of whom, and where its token stands.

Nothing here is a secret: a token stands in an environment variable, and the configuration names the variable.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from orchestration.registry.explain import Fault, faults, suggest
from orchestration.registry.values import NOT_TRUTH, Day, Model, fault

VendorName = Literal["github", "anthropic", "openai", "cursor", "microsoft"]
MAPPING = "mapping:"


@dataclass(frozen=True, slots=True)
class Vendor:
    """What the configuration must know of a vendor. `needs`: groups of keys, of each group exactly one is given."""

    title: str
    base_url: str
    token_env: str
    reports: Mapping[str, str | None]
    """Report -> the format that reads it; None: no format of takeup's own does."""
    needs: tuple[tuple[str, ...], ...] = ()
    takes: frozenset[str] = field(default_factory=frozenset)
    """Further keys that only this vendor knows."""


_OPENAI_USAGE = (
    "completions",
    "embeddings",
    "images",
    "audio-speeches",
    "audio-transcriptions",
    "moderations",
    "vector-stores",
    "code-interpreter-sessions",
)
VENDORS: Mapping[str, Vendor] = {
    "github": Vendor(
        "GitHub",
        "https://api.github.com",
        "TAKEUP_GITHUB_TOKEN",
        {
            "users-1-day": "github-copilot-users",
            "users-28-day": "github-copilot-users",
            "seats": "github-copilot-seats",
        },
        needs=(("org", "enterprise"),),
    ),
    "anthropic": Vendor(
        "Anthropic",
        "https://api.anthropic.com",
        "TAKEUP_ANTHROPIC_TOKEN",
        {"claude-code": "claude-code-analytics", "enterprise-users": "claude-enterprise-analytics"},
    ),
    "openai": Vendor(
        "OpenAI",
        "https://api.openai.com",
        "TAKEUP_OPENAI_TOKEN",
        {**{f"usage-{kind}": "openai-usage" for kind in _OPENAI_USAGE}, "costs": "openai-usage", "users": None},
    ),
    "cursor": Vendor(
        "Cursor",
        "https://api.cursor.com",
        "TAKEUP_CURSOR_TOKEN",
        {"daily-usage": "cursor-daily-usage", "usage-events": "cursor-usage-events"},
    ),
    "microsoft": Vendor(
        "Microsoft",
        "https://graph.microsoft.com",
        "TAKEUP_MICROSOFT_SECRET",
        {"usage-user-detail": "m365-copilot-usage-user-detail"},
        needs=(("tenant",), ("client_id",)),
        takes=frozenset({"period", "version", "login_url"}),
    ),
}
_OWN_KEYS = frozenset(
    {key for vendor in VENDORS.values() for group in vendor.needs for key in group}
    | {key for vendor in VENDORS.values() for key in vendor.takes}
)
"""Keys that not every vendor knows."""

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SECRET_KEYS = frozenset(
    [
        "token",
        "api_key",
        "apikey",
        "key",
        "secret",
        "password",
        "client_secret",
        "authorization",
        "access_token",
        "bearer",
        "credentials",
    ]
)
_LOOKS_SECRET = re.compile(r"gh[a-z]_|github_pat_|sk-|key_[0-9a-f]{16}|eyJ|bearer ", re.IGNORECASE)


def _variable(value: str) -> str:
    """The value is never shown: who puts the token itself here must not find it in a log as well."""
    if _VARIABLE.fullmatch(value) and not _LOOKS_SECRET.match(value):
        return value
    mend = "write the name of an environment variable, such as TAKEUP_GITHUB_TOKEN, and put the token into it"
    raise fault("`token_env` is not the name of an environment variable", mend)


def _name(value: str) -> str:
    if _LOOKS_SECRET.match(value):
        raise fault("a token does not belong here", "name an environment variable in `token_env` and put it there")
    if _NAME.fullmatch(value):
        return value
    raise fault(f"{value!r} is not a name as it stands in the vendor's addresses", "use letters, digits, . _ and -")


def _base_url(value: str) -> str:
    """An address without a path's end, password or query; https, or http on this machine alone."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        raise fault("the address cannot be read", "write it like https://api.example.com") from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise fault("an address must not carry a password, a query or a fragment", "write it without")
    if is_safe(parts):
        return value.rstrip("/")
    raise fault("the address is not https", "write https://...; plain http is for this machine alone (127.0.0.1)")


def is_safe(parts: SplitResult) -> bool:
    """Whether what is sent there cannot be read on the way: https, or http that does not leave this machine."""
    host = parts.hostname or ""
    return (parts.scheme == "https" and bool(host)) or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine. A name other than `localhost` might lead anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Variable = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_variable)]
PathName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_name)]
BaseUrl = Annotated[str, StringConstraints(min_length=8, max_length=500), AfterValidator(_base_url)]


def _nothing_required(schema: dict[str, Any]) -> None:
    """Vendor and report may be left out where the format tells them, which a schema of `pull` alone cannot see."""
    schema.pop("required", None)


class PullSpec(Model):
    """A vendor's report that takeup fetches into landing/."""

    model_config = ConfigDict(json_schema_extra=_nothing_required)

    vendor: VendorName = Field(
        description="whose API; follows from the format where only one fits", examples=["github"]
    )
    report: Annotated[str, StringConstraints(max_length=60)] = Field(
        description="which report; follows from the format where only one fits", examples=["users-1-day"]
    )
    token_env: Variable | None = Field(
        None,
        description="the environment variable that holds the token (default: TAKEUP_<VENDOR>_TOKEN)",
        examples=["TAKEUP_GITHUB_TOKEN"],
    )
    since: Day | None = Field(
        None,
        alias="from",
        description="the first day to fetch (default: the tool's live_from)",
        examples=["2026-03-02"],
    )
    reread_days: Annotated[int, Field(ge=1, le=31), NOT_TRUTH] | None = Field(
        None, description="how many of the latest days are fetched again, since vendors correct them", examples=[4]
    )
    base_url: BaseUrl | None = Field(
        None,
        description="another address of the API, such as a host of one's own",
        examples=["https://api.example.com"],
    )
    org: PathName | None = Field(None, description="GitHub: the organisation", examples=["acme"])
    enterprise: PathName | None = Field(None, description="GitHub: the enterprise, by its slug", examples=["acme"])
    tenant: PathName | None = Field(
        None, description="Microsoft: the tenant's id or domain", examples=["contoso.onmicrosoft.com"]
    )
    client_id: PathName | None = Field(
        None, description="Microsoft: the id of the app registration", examples=["00000000-0000-0000-0000-000000000000"]
    )
    period: Literal["D7", "D28", "D30", "D90", "D180"] | None = Field(
        None, description="Microsoft: the days that a report looks back (default D7)", examples=["D7"]
    )
    version: Literal["v1", "v2"] | None = Field(
        None, description="Microsoft: v2 adds prompts and active days (default v1)", examples=["v2"]
    )
    login_url: BaseUrl | None = Field(
        None, description="Microsoft: where tokens are issued", examples=["https://login.microsoftonline.com"]
    )

    @model_validator(mode="before")
    @classmethod
    def _holds_no_secret(cls, value: Any) -> Any:
        found = (
            sorted(str(key) for key in value if str(key).casefold() in _SECRET_KEYS) if isinstance(value, dict) else []
        )
        if found:
            mend = "put the token into an environment variable and write `token_env: NAME_OF_THE_VARIABLE`"
            raise faults(
                *(Fault(f"`{key}` would be a secret in a file", mend, at=(key,), is_key=True) for key in found)
            )
        return value

    @model_validator(mode="after")
    def _fits_its_vendor(self) -> Self:
        found = list(_faults(self))
        if found:
            raise faults(*found)
        return self

    @property
    def of(self) -> Vendor:
        """The vendor's facts."""
        return VENDORS[self.vendor]

    @property
    def variable(self) -> str:
        """The environment variable that holds the token."""
        return self.token_env or self.of.token_env


def _faults(spec: PullSpec) -> Iterator[Fault]:
    vendor = spec.of
    if spec.report not in vendor.reports:
        what = f"{vendor.title} has no report {spec.report!r}{suggest(spec.report, vendor.reports)}"
        yield Fault(what, f"write one of {', '.join(vendor.reports)}", at=("report",))
    for group in vendor.needs:
        given = [key for key in group if getattr(spec, key) is not None]
        if len(given) != 1:
            what = f"{vendor.title} needs {' or '.join(f'`{key}`' for key in group)}"
            yield Fault(
                what if not given else f"{what}, not both", f"add `{group[0]}: ...`" if not given else "keep one"
            )
    known = {key for group in vendor.needs for key in group} | vendor.takes
    for key in sorted(_OWN_KEYS - known):
        if getattr(spec, key) is not None:
            yield Fault(f"`{key}` means nothing to {vendor.title}", "delete it", at=(key,), is_key=True)
    if (spec.version == "v2" and spec.period == "D30") or (spec.version != "v2" and spec.period == "D28"):
        yield Fault(f"this version of the report has no {spec.period}", "v1 has D30, v2 has D28", at=("period",))


def completed(source: Any) -> Any:
    """A source as it was written, with vendor and report of its `pull` where they follow from the format."""
    if not isinstance(source, dict) or not isinstance(source.get("pull"), dict):
        return source
    given = source["pull"]
    fitting = [
        (name, report)
        for name, vendor in VENDORS.items()
        for report, reader in vendor.reports.items()
        if reader == source.get("format") and given.get("vendor", name) == name
    ]
    if not fitting:
        return source
    vendor, report = fitting[0]  # the first is the report by day, where a vendor has several that one format reads
    return {**source, "pull": {"vendor": vendor, "report": report, **given}}


def misread(form: str, pull: PullSpec) -> Fault | None:
    """What is wrong when a source's format does not read the report that it pulls."""
    expected = pull.of.reports.get(pull.report)
    if form.startswith(MAPPING) or form == expected:
        return None
    mend = (
        f"write `format: {expected}`"
        if expected
        else f"no format of its own reads it: write `format: {MAPPING}FILE.yml`"
    )
    return Fault(f"the format {form!r} does not read {pull.of.title}'s {pull.report}", mend, at=("format",))
