"""What every figure means. The formulas themselves live in the marts; these are their words."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import wording


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the dashboard: what it is a share of, and how it comes about."""

    name: str
    denominator: str
    formula: str
    source: str = "fct_adoption_week"
    version: int = 1


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the status precedence: the first that holds decides."""

    status: str
    reason: str
    holds_when: str


def slug(name: str) -> str:
    """A figure's name in an address."""
    return name.lower().replace(" ", "-")


_ELIGIBLE = "Eligible people of the tool, week and unit"

FIGURES = (
    Figure("Eligible", "None: a count of people", "People eligible for the tool on at least one day of the week"),
    Figure("Active", _ELIGIBLE, "People with as many uses in the window as the tool asks for, or more"),
    Figure("Correct users", _ELIGIBLE, "People whose status is correct user"),
    Figure("Incorrect users", _ELIGIBLE, "People whose status is incorrect user"),
    Figure("Non-users", _ELIGIBLE, "People whose status is non-user"),
    Figure("Not judged", _ELIGIBLE, "People about whom nothing can fairly be said; never folded into another status"),
    Figure("Correct among active", "Active people", "Correct users divided by active people"),
    Figure("Gap", _ELIGIBLE, "Share of correct users minus the target, in percentage points (pp)"),
    Figure("Pace", _ELIGIBLE, "Change of that share over the last four final weeks, per week"),
    Figure("Needed pace", _ELIGIBLE, "Gap divided by the weeks left until the target is due"),
    Figure(
        "Provisional week",
        "None: a mark",
        "The logs have not passed the week's end and the longest deadline, or late data may still come",
        "fct_person_tool_week",
    ),
    Figure("Step", "People of the status in the week before", "Those with the status in the week, added up over the"
           " weeks chosen", "fct_transition_week"),
    Figure("Decay", "None: a count of people", "Correct users of the week before who are incorrect users now; recovery"
           " is the way back, adoption and abandonment lead into use and out of it", "fct_transition_week"),
    Figure("Lifecycle", _ELIGIBLE, "New: active for the first time. Retained: active the week before too. Back again:"
           " active, not the week before. Dormant: used it before, not now", "fct_lifecycle_week"),
    Figure("Retention", "People who began in the same week and are still meant to use the tool",
           "Those with as many uses in the window as the tool asks for, or more", "fct_retention"),
    Figure("Intended use", "People meant to use the tool", "Not licensed: holds no seat. Never used: no use ever."
           " Tried: fewer uses than asked for. Lapsed: used before the window, not in it", "fct_intended_use_unit"),
    Figure("Usage segment", _ELIGIBLE, "Microsoft's segments over 12 or 4 calendar weeks: volume and habit, not"
           " correctness", "fct_usage_segment_week"),
    Figure("Training need", "People whom the rule judges", "Those with a proven breach in the window",
           "fct_training_need_unit"),
    Figure("Training effect", "Trained people with enough cases before and after", "Their change less that of people"
           " left out by lot or not trained yet, in percentage points", "fct_training_effect"),
    Figure("Verdict", "People to whom the rule applied in the window", "Satisfied or violated with enough cases;"
           " else too few cases yet", "fct_rule_week"),
    Figure("Violated share", "People with enough cases for the rule", "Those who violate it", "fct_rule_week"),
    Figure("Production definition", "Promises made for the tool", "Those kept over its last four final weeks",
           "fct_load_bearing"),
    Figure("Alert", "None: incidents", "What a run found wrong and no later run found mended", "fct_alert"),
    Figure("Readiness", "Sixteen questions", "Those that the newest audit answered with yes", "fct_audit_answer"),
    Figure("Forecast", _ELIGIBLE, "Where the share will stand: the band holds it in eight of ten cases",
           "fct_forecast"),
    Figure("Chance", "None: a chance", "That the share is at the target or above when the target is due",
           "fct_forecast"),
    Figure("Way back", "None: a count of cases", "Further cases that keep the rule until it is no longer violated;"
           " old cases leave the window meanwhile, which shortens the way", "fct_rule_week"),
    Figure("Freshness", "None: hours", "As-of time minus the time of the source's newest record", "fct_tool_health"),
    Figure(
        "Lines read", "None: a count of lines", "Loaded + duplicate + superseded + quarantined + blank or header",
        "fct_load",
    ),
    Figure(
        "Known accounts", "Accounts seen in a source", "Those that belong to a person of the roster",
        "fct_identity_coverage",
    ),
)  # fmt: skip

STATUSES = (
    Branch("Not judged", wording.NOT_JUDGED["paused"], "The owner has paused the tool"),
    Branch("Not judged", wording.NOT_JUDGED["away"], "Fewer available days in the window than the tool asks for"),
    Branch("Not judged", wording.NOT_JUDGED["new"], "Eligible for less than the days of grace"),
    Branch(
        "Incorrect user", "A blocker rule was violated", "One proven breach is enough, even below the use threshold"
    ),
    Branch("Not judged", wording.NOT_JUDGED["no_opportunity"], "Work items are declared and the person had none"),
    Branch("Non-user", wording.NON_USER["tried"], "Some uses in the window, fewer than the tool asks for"),
    Branch("Non-user", wording.NON_USER["lapsed"], "Uses before the window, none in it"),
    Branch("Non-user", wording.NON_USER["never"], "No use at all so far"),
    Branch("Not judged", wording.NOT_JUDGED["no_evidence"], "The tool's sources cannot tell use, or correct use"),
    Branch("Incorrect user", "A major rule was violated", "Enough cases, and more of them broken than tolerated"),
    Branch("Incorrect user", "Several minor rules were violated", "Two or more"),
    Branch("Correct user", "Proven", "At least one major or blocker rule satisfied, none violated"),
    Branch("Not judged", wording.NOT_JUDGED["unproven"], "None of the above: too few cases so far"),
)
