import pytest
from books import RULES, compiled

from orchestration.rules.sentences import SENTENCES

EXPECTED = [
    ("check", {}, "Every decide (where decision = 'approve') must satisfy dwell_s >= 2."),
    ("check", {"tolerate": "5%"}, "Every decide (where decision = 'approve') must satisfy dwell_s >= 2;"
     " up to 5% may fall short."),
    ("check", {"roles": ["nurse", "doctor"], "use_cases": "claims"}, "For the role nurse or doctor in the use case"
     " claims, every decide (where decision = 'approve') must satisfy dwell_s >= 2."),
    ("followed_by", {"before": ["prompt", "evidence_opened"]}, "Every decide (where decision = 'approve' and"
     " amount >= 10000) must be followed, within 3 days and before any prompt or evidence_opened, by second_review"
     " by another person with the same claim_id."),
    ("preceded_by", {"since": "recommendation_shown"}, "Every decide must be preceded, within 15 minutes and not before"
     " the latest recommendation_shown, by evidence_opened by the same person with the same item_id."),
    ("preceded_by", {"immediately": True, "same": None}, "Every decide must be preceded, within 15 minutes, by the very"
     " previous event, which is evidence_opened by the same person."),
    ("not_followed_by", {}, "No decide may be followed, within 1 week, by prompt by the same person."),
    ("not_followed_by", {"who": "anyone", "same": ["item_id", "claim_id"]}, "No decide may be followed, within 1 week,"
     " by prompt by anyone with the same item_id and claim_id."),
    ("count", {}, "Each session of a person must have at most 3 prompt (final after 1 hour of quiet)."),
    ("count", {"min": 1, "max": 1, "per": "day", "each": "decide"}, "Each day of a person with decide must have"
     " exactly 1 prompt (final after 1 hour of quiet)."),
    ("share", {}, "Of a person's decide, 5% to 60% must be decide (where decision = 'edit')."),
    ("share", {"of": "accepted", "among": "offered", "min": None}, "Of a person's offered, at most 60% must be"
     " accepted."),
    ("cadence", {}, "A person must have prompt on at least 3 days in a week of five available days, and in proportion"
     " in a shorter one."),
    ("cadence", {"of": "commits", "at_least": "10 events"}, "A person must have at least 10 commits in a week of"
     " five available days, and in proportion in a shorter one."),
    ("coverage", {}, "Every claim work item must have decide or prompt by its owner before it is closed."),
    ("coverage", {"items": "any"}, "Every work item must have decide or prompt by its owner before it is closed."),
    ("calibrated", {}, "Decide must be accepted (decide (where decision = 'approve')) at least 20 points more often"
     " where confidence is 80% or more than where it is below 50%."),
    ("cadence", {"reach_back": "10 obligations, at most 13 weeks"}, "A person must have prompt on at least 3 days in a"
     " week of five available days, and in proportion in a shorter one; with fewer than 10 cases in the window, up to"
     " 13 weeks are looked back."),
    ("trained", {}, "Every decide needs a completion of CT-301 in the 52 weeks before it."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "sentence"), EXPECTED)
def test_a_rule_says_itself_in_one_sentence(kind, changes, sentence):
    assert compiled(kind, **changes).sentence == sentence


def test_every_kind_has_a_sentence():
    assert set(SENTENCES) == set(RULES) == {kind for kind, *_ in EXPECTED}
