"""A changed rule tried out: the text that is found, the limits, what is said when it fails."""

from __future__ import annotations

import pytest

from dashboards import simulation
from dashboards.simulation import NotSimulatedError

RULES = """\
# Rules of the tool
tool: triage  # the id
rules:
- id: four-eyes
  version: 1
  examples:
  - name: reviewed
    events: |
      D1 09:00 second_review
- id: four-eyes-again
  version: 2
"""


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / simulation.RULES
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text("tool: triage-two\nrules: []\n")
    (folder / "b.yml").write_text(RULES)
    return tmp_path


def test_the_rules_of_a_tool_are_found_by_its_whole_id_in_whatever_file(workspace):
    assert simulation.current_text(workspace, "triage") == RULES
    assert simulation.current_text(workspace, "tria") is None


def test_a_rule_is_shown_as_written_with_its_examples_and_not_the_next_one():
    written = simulation.text_of_rule(RULES, "four-eyes")
    assert written.startswith("- id: four-eyes\n")
    assert written.endswith("D1 09:00 second_review\n")
    assert simulation.text_of_rule(RULES, "four-eyes-again") == "- id: four-eyes-again\n  version: 2\n"
    assert simulation.text_of_rule(RULES, "four") is None


def test_rules_that_are_too_long_are_not_tried(workspace):
    with pytest.raises(NotSimulatedError, match="longer than 1 MB"):
        simulation.simulate(workspace, "x" * (simulation.MOST_BYTES + 1))


def test_a_trial_that_takes_too_long_is_ended_and_the_next_one_may_begin(workspace):
    for _ in range(2):
        with pytest.raises(NotSimulatedError, match="took longer"):
            simulation.simulate(workspace, RULES, seconds=0.05)


def test_what_is_wrong_is_told_by_line_without_the_path_of_a_temporary_file(workspace):
    with pytest.raises(NotSimulatedError) as refused:
        simulation.simulate(workspace, "tool: triage\nrules: nonsense\n")
    assert "/tmp" not in str(refused.value).replace(str(workspace), "")
    assert str(refused.value)


def test_two_trials_at_once_are_one_too_many(workspace):
    with simulation._ONE_AT_A_TIME, pytest.raises(NotSimulatedError, match="Another trial"):
        simulation.simulate(workspace, RULES)
