"""One pure module per log format: a file in, records and rejects out, nothing lost on the way.

To add a format: write its module beside these, name it in `_ALL`, and put fixtures of it under tests/fixtures/sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from orchestration.sources.absences import ABSENCES
from orchestration.sources.amazon_a2i import AMAZON_A2I
from orchestration.sources.amazon_q import AMAZON_Q
from orchestration.sources.bamboohr import BAMBOOHR
from orchestration.sources.chatgpt_enterprise_users import CHATGPT_ENTERPRISE_USERS
from orchestration.sources.claude_code_analytics import CLAUDE_CODE_ANALYTICS
from orchestration.sources.claude_code_transcripts import CLAUDE_CODE_TRANSCRIPTS
from orchestration.sources.claude_enterprise_analytics import CLAUDE_ENTERPRISE_ANALYTICS
from orchestration.sources.codex_enterprise_analytics import CODEX_ENTERPRISE_ANALYTICS
from orchestration.sources.cursor_daily_usage import CURSOR_DAILY_USAGE
from orchestration.sources.cursor_usage_events import CURSOR_USAGE_EVENTS
from orchestration.sources.eligible import ELIGIBLE
from orchestration.sources.entra import ENTRA
from orchestration.sources.formats import Dataset, Parser, SourceFormat
from orchestration.sources.github_copilot_activity import GITHUB_COPILOT_ACTIVITY
from orchestration.sources.github_copilot_billing import GITHUB_COPILOT_BILLING
from orchestration.sources.github_copilot_seats import GITHUB_COPILOT_SEATS
from orchestration.sources.github_copilot_users import GITHUB_COPILOT_USERS
from orchestration.sources.google_gemini_activities import GOOGLE_GEMINI_ACTIVITIES
from orchestration.sources.google_gemini_usage import GOOGLE_GEMINI_USAGE
from orchestration.sources.human_decision import HUMAN_DECISION
from orchestration.sources.kiro_user_report import KIRO_USER_REPORT
from orchestration.sources.label_studio import LABEL_STUDIO
from orchestration.sources.langfuse import LANGFUSE
from orchestration.sources.langsmith import LANGSMITH
from orchestration.sources.litellm_spend_logs import LITELLM_SPEND_LOGS
from orchestration.sources.m365_ai_interactions import M365_AI_INTERACTIONS
from orchestration.sources.m365_copilot_usage import M365_COPILOT_USAGE
from orchestration.sources.okta import OKTA
from orchestration.sources.open_webui import OPEN_WEBUI
from orchestration.sources.openai_usage import OPENAI_USAGE
from orchestration.sources.otlp import OTLP
from orchestration.sources.outages import OUTAGES
from orchestration.sources.people import PEOPLE
from orchestration.sources.people_csv import PEOPLE_CSV
from orchestration.sources.purview_copilot import PURVIEW_COPILOT
from orchestration.sources.scim import SCIM
from orchestration.sources.training import TRAINING
from orchestration.sources.training_csv import TRAINING_CSV
from orchestration.sources.viva_person_query import VIVA_PERSON_QUERY
from orchestration.sources.windsurf import WINDSURF
from orchestration.sources.work_items import WORK_ITEMS
from orchestration.sources.workday import WORKDAY
from orchestration.sources.xapi import XAPI
from orchestration.sources.xes import XES

_ALL = (
    GITHUB_COPILOT_USERS,
    GITHUB_COPILOT_SEATS,
    GITHUB_COPILOT_ACTIVITY,
    GITHUB_COPILOT_BILLING,
    CLAUDE_CODE_ANALYTICS,
    CLAUDE_ENTERPRISE_ANALYTICS,
    CHATGPT_ENTERPRISE_USERS,
    OPENAI_USAGE,
    CODEX_ENTERPRISE_ANALYTICS,
    CURSOR_DAILY_USAGE,
    CURSOR_USAGE_EVENTS,
    WINDSURF,
    M365_COPILOT_USAGE,
    PURVIEW_COPILOT,
    M365_AI_INTERACTIONS,
    VIVA_PERSON_QUERY,
    GOOGLE_GEMINI_ACTIVITIES,
    GOOGLE_GEMINI_USAGE,
    AMAZON_Q,
    KIRO_USER_REPORT,
    HUMAN_DECISION,
    LABEL_STUDIO,
    AMAZON_A2I,
    OTLP,
    CLAUDE_CODE_TRANSCRIPTS,
    LANGFUSE,
    LANGSMITH,
    LITELLM_SPEND_LOGS,
    OPEN_WEBUI,
    XES,
    PEOPLE,
    PEOPLE_CSV,
    SCIM,
    ENTRA,
    OKTA,
    BAMBOOHR,
    WORKDAY,
    ABSENCES,
    OUTAGES,
    TRAINING,
    TRAINING_CSV,
    XAPI,
    WORK_ITEMS,
    ELIGIBLE,
)

FORMATS: Mapping[str, SourceFormat] = MappingProxyType({each.name: each for each in _ALL})
"""Every format by its name. Those with dataset events or aggregates are what a tool's sources may name."""

__all__ = ["FORMATS", "Dataset", "Parser", "SourceFormat"]
