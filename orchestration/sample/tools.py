"""The AI tools of the synthetic company: who is meant to use them and where their use can go wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """A place where use can go wrong: the rule of config/rules that guards it, and how grave a breach is."""

    rule_id: str
    severity: str
    is_tolerant: bool = True  # False: the rule tolerates none, so a correct user never slips
    suspicion: int = 5  # how many obligations of a careless person prove it: evidence.incorrect, or more for a band
    occasion: int | None = None  # the trait of the items that give occasion to break it; None: every item does
    roles: frozenset[str] = frozenset()  # whom the rule is for; empty: everybody
    proves: bool = True  # whether ten kept obligations of it make a correct user

    def is_for(self, role: str) -> bool:
        """Whether somebody of this role can break it."""
        return not self.roles or role in self.roles


# Traits of the items of a tool, and how often they come, as a range from which each person has a rate. Of a decision:
# an unsure prediction, an overridden one (with claims: an unsure one that is overridden), much at stake, shared with
# others, a sure one that is overridden, wrong advice. Of a conversation: passed on (OVERRIDE), delicate (STAKE),
# warned of (SHARED).
LOW, OVERRIDE, STAKE, SHARED, SURE, WRONG = range(6)
Rates = tuple[tuple[float, float], ...]
USUAL_RATES: Rates = ((0.42, 0.52), (0.22, 0.3), (0.06, 0.06), (0.06, 0.06), (0.05, 0.1), (0.06, 0.06))


@dataclass(frozen=True, slots=True)
class SampleTool:
    """One tool. `controls` are numbered; behaviours speak of them by their place."""

    tool_id: str
    vendor_format: str
    controls: tuple[Control, ...]
    departments: frozenset[str]
    teams: frozenset[str]
    min_uses: int
    maturity: float  # the part of its intended people who use it correctly in the end, before the department's pace
    one_minor: int | None = None  # a control that may be neglected without making the user incorrect
    several_minor: tuple[int, ...] = ()
    hasty_breach: int | None = None  # a blocker that somebody can break on the very first use
    rates: Rates = USUAL_RATES
    has_work_items: bool = False
    module: str | None = None  # the training that its use needs, and for how long it counts
    valid_days: int = 0

    def is_for(self, unit: tuple[str, str, str]) -> bool:
        """Whether the tool is meant for people of this department, team and role."""
        return unit[0] in self.departments or unit[1] in self.teams


CODE_ASSISTANT = SampleTool(
    tool_id="code-assistant",
    vendor_format="github-copilot-users",
    controls=(
        Control("code-assistant-acceptance-band", "major", suspicion=30),
        Control("code-assistant-regular-practice", "minor"),
    ),
    departments=frozenset({"Engineering", "Data"}),
    teams=frozenset({"Automation"}),
    min_uses=1,
    maturity=0.66,
    one_minor=1,
)
CODING_AGENT = SampleTool(
    tool_id="coding-agent",
    vendor_format="claude-code-analytics",
    controls=(
        Control("coding-agent-edits-reviewed", "major", suspicion=35),
        Control("coding-agent-regular-practice", "minor"),
    ),
    departments=frozenset({"Engineering"}),
    teams=frozenset({"Machine learning"}),
    min_uses=3,
    maturity=0.45,
    one_minor=1,
)
DOC_EXTRACT = SampleTool(
    tool_id="doc-extract",
    vendor_format="human-decision",
    controls=(
        Control("doc-extract-low-confidence-reviewed", "major", occasion=LOW),
        Control("doc-extract-blind-acceptance", "major"),
        Control("doc-extract-bank-change-called-back", "blocker", is_tolerant=False, occasion=STAKE),
        Control("doc-extract-override-explained", "minor", occasion=OVERRIDE),
    ),
    departments=frozenset({"Finance"}),
    teams=frozenset({"Procurement"}),
    min_uses=1,
    maturity=0.60,
    one_minor=3,
)
LEAD_SCORING = SampleTool(
    tool_id="lead-scoring",
    vendor_format="human-decision",
    controls=(
        Control("lead-scoring-profile-read", "major", occasion=LOW),
        Control("lead-scoring-acceptance-band", "major", suspicion=15),
        Control("lead-scoring-override-explained", "major", occasion=OVERRIDE),
        Control("lead-scoring-consented-export", "blocker", is_tolerant=False, occasion=SHARED),
    ),
    departments=frozenset({"Sales"}),
    teams=frozenset({"Retention"}),
    min_uses=3,
    maturity=0.42,
    hasty_breach=3,
)
CLAIMS_TRIAGE = SampleTool(
    tool_id="claims-triage",
    vendor_format="human-decision",
    controls=(
        Control("claims-triage-four-eyes", "blocker", is_tolerant=False, occasion=STAKE),
        Control("claims-triage-evidence-opened", "major", occasion=LOW),
        Control("claims-triage-blind-acceptance", "major"),
        Control("claims-triage-override-explained", "minor", occasion=OVERRIDE),
        Control("claims-triage-calibration-practice", "minor"),
        Control("claims-triage-restricted-data", "blocker", is_tolerant=False, occasion=SHARED),
        # Whoever accepts everything is found out once twelve were sure or unsure; to be proven right takes longer.
        Control("claims-triage-calibrated-reliance", "major", suspicion=12, proves=False),
        Control("claims-triage-wrong-advice-caught", "major", occasion=WRONG),
    ),
    departments=frozenset({"Claims"}),
    teams=frozenset({"First notice"}),
    min_uses=1,
    maturity=0.52,
    one_minor=4,
    several_minor=(3, 4),
    rates=((0.42, 0.52), (0.4, 0.5), *USUAL_RATES[2:]),
)
GENERAL_CHAT = SampleTool(
    tool_id="general-chat",
    vendor_format="human-decision",
    controls=(
        Control("general-chat-restricted-data", "blocker", is_tolerant=False, occasion=STAKE),
        Control("general-chat-source-checked", "major", occasion=OVERRIDE),
        Control("general-chat-warning-heeded", "major", occasion=SHARED),
        Control("general-chat-no-rerolling", "minor"),
        Control("general-chat-disclosed", "minor", occasion=OVERRIDE),
        Control("general-chat-trained", "major", is_tolerant=False),
    ),
    departments=frozenset({"Operations", "People and legal"}),
    teams=frozenset(),
    min_uses=3,
    maturity=0.5,
    one_minor=3,
    several_minor=(3, 4),
    hasty_breach=0,
    module="GC-100",
    valid_days=364,
)
TRAINEE = "Trainee clinician"
CLINICAL_NOTES = SampleTool(
    tool_id="clinical-notes",
    vendor_format="human-decision",
    controls=(
        Control("clinical-notes-attested", "blocker", is_tolerant=False),
        Control("clinical-notes-read-before-signing", "major"),
        Control("clinical-notes-cosigned", "blocker", is_tolerant=False, roles=frozenset({TRAINEE})),
        Control("clinical-notes-copied-text", "minor"),
        Control("clinical-notes-visit-covered", "minor"),
        Control("clinical-notes-trained", "major", is_tolerant=False),
    ),
    departments=frozenset({"Clinics"}),
    teams=frozenset(),
    min_uses=1,
    maturity=0.62,
    one_minor=3,
    several_minor=(3, 4),
    has_work_items=True,
    module="CN-100",
    valid_days=728,
)
TOOLS = (CODE_ASSISTANT, CODING_AGENT, DOC_EXTRACT, LEAD_SCORING, CLAIMS_TRIAGE, GENERAL_CHAT, CLINICAL_NOTES)
# How readily a department takes to new tools: the middle of its S-curve as a part of the time, and its final level.
PACES: dict[str, tuple[float, float]] = {
    "Engineering": (0.22, 1.15),
    "Data": (0.20, 1.20),
    "Finance": (0.35, 1.05),
    "Sales": (0.50, 0.85),
    "Claims": (0.42, 1.00),
    "Customer care": (0.58, 0.75),
    "Operations": (0.48, 0.80),
    "Clinics": (0.45, 0.95),
    "People and legal": (0.38, 0.90),
}
