"""Rule files that are tried out: one whose every rule stands, one in which everything is wrong once."""

from pathlib import Path

from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile, validate

CATALOGUE = """\
tool: triage
catalogue:
  events: [shown, opened, decide, review, reopened, prompt]
  attributes: {amount: double, claim_id: text}
rules:
"""
STANDING = (
    CATALOGUE
    + """\
- id: every-kind-check
  kind: check
  each: decide where decision = 'accepted'
  must: confidence >= 0.6
  examples:
  - {name: sure, events: D1 09:00 decide decision=accepted confidence=0.6, expect: {kept: 1}}
  - {name: unsure, events: D1 09:00 decide decision=accepted confidence=0.5, expect: {broken: 1}}
  - {name: unknown, events: D1 09:00 decide decision=accepted, expect: {kept: 0, broken: 0, unknown: 1}}
  - {name: other decisions, events: D1 09:00 decide decision=edited confidence=0.1, expect: {broken: 0}}
- id: every-kind-followed-by
  kind: followed_by
  each: decide where amount >= 10
  then: review
  before: shown
  who: other_user
  same: [claim_id]
  within: 3d
  examples:
  - name: bob reviews just in time
    events: |
      D1 09:00 decide amount=10 claim_id=c1
      D4 09:00 @bob review claim_id=c1
    expect: {kept: 1, broken: 0}
  - name: bob reviews too late
    events: |
      D1 09:00 decide amount=10 claim_id=c1
      D4 09:01 @bob review claim_id=c1
    expect: {kept: 0, broken: 1}
  - name: bob reviewed beforehand, ann herself, and bob another claim
    events: |
      D1 08:00 @bob review claim_id=c1
      D1 09:00 decide amount=10 claim_id=c1
      D1 10:00 review claim_id=c1
      D1 10:00 @bob review claim_id=c2
    expect: {kept: 0, broken: 1}
  - name: something else was shown first
    events: |
      D1 09:00 decide amount=10 claim_id=c1
      D1 10:00 shown claim_id=c1
      D1 11:00 @bob review claim_id=c1
    expect: {kept: 0, broken: 1}
  - {name: small, events: D1 09:00 decide amount=9 claim_id=c1, expect: {kept: 0, broken: 0, verdict: not_triggered}}
  - name: still open
    events: |
      D1 09:00 decide amount=10 claim_id=c1
      now: D3 09:00
    expect: {pending: 1, verdict: pending}
- id: every-kind-not-followed-by
  kind: not_followed_by
  each: decide
  never: reopened
  same: [item_id]
  within: 7d
  examples:
  - {name: left alone, events: D1 09:00 decide item_id=i, expect: {kept: 1, broken: 0}}
  - name: reopened a day later
    events: |
      D1 09:00 decide item_id=i
      D2 09:00 reopened item_id=i
    expect: {kept: 0, broken: 1}
  - name: reopened beforehand, too late, or another one
    events: |
      D1 08:00 reopened item_id=i
      D1 09:00 decide item_id=i
      D2 09:00 reopened item_id=j
      D8 09:01 reopened item_id=i
    expect: {kept: 1, broken: 0}
- id: every-kind-count
  kind: count
  per: session
  of: prompt
  max: 2
  examples:
  - {name: two, events: D1 09:00 x2 prompt session_id=s, expect: {kept: 1}}
  - {name: three, events: D1 09:00 x3 prompt session_id=s, expect: {broken: 1}}
- id: every-kind-coverage
  kind: coverage
  items: claim
  by: decide where confidence >= 0.5
  examples:
  - name: touched
    events: |
      ! item c1 claim D1 08:00 closed D2 08:00
      D1 09:00 decide item_id=c1 confidence=0.5
    expect: {kept: 1, broken: 0}
  - name: another item, and unsure
    events: |
      ! item c1 claim D1 08:00 closed D2 08:00
      D1 09:00 decide item_id=c2 confidence=0.9
      D1 09:00 decide item_id=c1 confidence=0.4
    expect: {kept: 0, broken: 1}
  - name: an appeal needs no tool
    events: |
      ! item a1 appeal D1 08:00 closed D2 08:00
      D1 09:00 decide item_id=c2 confidence=0.9
    expect: {kept: 0, broken: 0}
- id: every-kind-calibrated
  kind: calibrated
  each: decide where confidence is not null
  accepted: decision = 'accepted'
  low: 50%
  high: 80%
  gap: 20%
  examples:
  - name: trusts what is sure
    events: |
      D1 09:00 x10 decide confidence=0.9 decision=accepted
      D1 10:00 x10 decide confidence=0.2 decision=edited
    expect: {kept: 20, broken: 0, verdict: satisfied}
  - name: a fifth more of the sure, no less
    events: |
      D1 09:00 x80 decide confidence=0.8 decision=accepted
      D1 09:00 x20 decide confidence=0.8 decision=edited
      D1 10:00 x60 decide confidence=0.49 decision=accepted
      D1 10:00 x40 decide confidence=0.49 decision=edited
      D1 11:00 x9 decide confidence=0.79 decision=accepted
      D1 11:00 x9 decide confidence=0.5 decision=accepted
    expect: {kept: 120, broken: 80, verdict: satisfied}
  - name: nearly a fifth more
    events: |
      D1 09:00 x79 decide confidence=0.9 decision=accepted
      D1 09:00 x21 decide confidence=0.9 decision=edited
      D1 10:00 x60 decide confidence=0.2 decision=accepted
      D1 10:00 x40 decide confidence=0.2 decision=edited
    expect: {verdict: unproven}
  - name: accepts whatever is shown
    events: |
      D1 09:00 x20 decide confidence=0.9 decision=accepted
      D1 10:00 x20 decide confidence=0.2 decision=accepted
    expect: {kept: 20, broken: 20, verdict: violated}
- id: every-kind-trained
  kind: trained
  each: decide
  module: CT-301
  valid_for: 52w
  examples:
  - name: trained a year before
    events: |
      ! trained CT-301 D-362 09:00
      D1 09:00 decide
    expect: {kept: 1, broken: 0}
  - name: trained longer ago
    events: |
      ! trained CT-301 D-370 09:00
      D1 09:00 decide
    expect: {kept: 0, broken: 1}
  - {name: never trained, events: D1 09:00 decide, expect: {kept: 0, broken: 1, unknown: 0}}
- id: every-kind-cadence
  kind: cadence
  of: decide
  at_least: 2 days
  roles: [handler]
  effective: {from: 2026-03-02}
  examples:
  - name: two days
    events: |
      D1 09:00 decide
      D2 09:00 decide
    expect: {kept: 1, broken: 0}
  - {name: two on one day, events: D1 09:00 x2 decide, expect: {kept: 0, broken: 1}}
  - name: a manager need not
    events: |
      ! role manager
      D1 09:00 decide
    expect: {kept: 0, broken: 0, verdict: not_triggered}
  - name: down for the week
    events: |
      D1 09:00 decide
      ! outage D2 00:00 D8 00:00
    expect: {broken: 0, verdict: not_triggered}
- id: every-kind-share
  kind: share
  of: accepted
  among: offered
  min: 10%
  max: 60%
  examples:
  - {name: a third, events: D1 offered=30 accepted=10, expect: {kept: 10, broken: 20, verdict: satisfied}}
  - {name: nothing, events: D1 offered=30 accepted=0, expect: {kept: 0, broken: 30, verdict: violated}}
  - {name: the least, events: D1 offered=100 accepted=10, expect: {verdict: satisfied}}
  - {name: less than the least, events: D1 offered=100 accepted=9, expect: {verdict: unproven}}
  - {name: the most, events: D1 offered=100 accepted=60, expect: {verdict: satisfied}}
  - {name: more than the most, events: D1 offered=100 accepted=61, expect: {verdict: unproven}}
"""
)
WANTING = (
    CATALOGUE
    + """\
- id: wrong-expectation
  kind: check
  each: decide
  must: confidence > 0.6
  examples:
  - {name: sure, events: D1 09:00 decide confidence=0.7, expect: {kept: 1}}
  - {name: on the bound, events: D1 09:00 decide confidence=0.6, expect: {kept: 1, verdict: unproven}}
  - {name: unsure, events: D1 09:00 decide confidence=0.5, expect: {broken: 1}}
- id: no-broken-example
  kind: check
  each: decide
  must: confidence > 0.6
  examples:
  - {name: sure, events: D1 09:00 decide confidence=0.7, expect: {kept: 1, broken: 0}}
- id: no-examples
  kind: check
  each: decide
  must: confidence > 0.6
- id: mutants-survive
  kind: preceded_by
  each: decide where amount >= 10
  first: opened, shown
  since: opened, shown
  same: [item_id]
  who: anyone
  within: 1d
  examples:
  - name: opened
    events: |
      D1 09:00 opened item_id=i
      D1 09:10 decide item_id=i amount=11
    expect: {kept: 1, broken: 0}
  - {name: not opened, events: D1 09:10 decide item_id=i amount=11, expect: {kept: 0, broken: 1}}
"""
)


def sources(text: str) -> list[tuple[YamlFile, RuleFile]]:
    """The rule file that `text` is, as the registry hands it on."""
    file = YamlFile.parse(Path("triage.yml"), text)
    return [(file, validate(file, RuleFile))]
