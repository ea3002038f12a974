"""The sixteen questions, and how each gap is closed. Their ids and areas stand in registry/production_models.py."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "data-distribution": "Was it tested on data as they really come?",
    "data-upstream": "Is every upstream source known, with its schema, rhythm and failure behaviour?",
    "data-pipeline": "Does its data arrive completely and in time?",
    "data-malformed": "Was malformed input tried, and did it do no harm?",
    "integration-map": "Is it mapped what it reads from and writes to, and what fails with it?",
    "integration-apis": "Are its interfaces documented?",
    "integration-load": "Was it run end to end under the load that was promised?",
    "integration-fallback": "Is there a way to work without it, and was it tried?",
    "governance-working": "Is it measurable what 'working' means?",
    "governance-alerting": "Does somebody hear of a failure before its users do?",
    "governance-owner": "Does one named person answer for it, who is here?",
    "governance-retraining": "Is it settled when it is retrained, how, and who approves?",
    "adoption-design": "Did those who work with it take part in its design?",
    "adoption-correct-use": "Is correct use defined, and is it measured?",
    "adoption-workflow": "Is it written down how work changes with it?",
    "adoption-outputs": "Do its users understand what its output means?",
}

ACTIONS: Mapping[str, str] = {
    "data-distribution": "Compare its answers with what people decided on at least 200 real cases, or link the test.",
    "data-upstream": "List every source under production: integration: upstream, with schema, updates and on_failure.",
    "data-pipeline": "Bring the late or unbalanced source in order; see its runbook.",
    "data-malformed": "Run takeup drill --fault quarantine, or link the test.",
    "integration-map": "Complete production: integration, both directions, with on_failure and fallback.",
    "integration-apis": "Link a schema or interface for every upstream and downstream system.",
    "integration-load": "Promise a volume and reach it for three weeks of four, or link the load test.",
    "integration-fallback": "State production: fallback, rehearse it, and link the record of the rehearsal.",
    "governance-working": "Promise a volume, an error budget and a target.",
    "governance-alerting": "Name a destination in alerts.yml and run takeup drill.",
    "governance-owner": "Name an owner who is on the roster, and a deputy.",
    "governance-retraining": "State production: retraining with a trigger, a process and an approver.",
    "adoption-design": "Link the record of how users took part.",
    "adoption-correct-use": "Write rules with a kept and a broken example each, over a source that can prove them.",
    "adoption-workflow": "Link the document under production: workflow_change.",
    "adoption-outputs": "Link production: output_meaning, train its users, and have a calibrated rule kept.",
}
