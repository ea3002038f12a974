"""What is found wrong with a tool, what is not, and where to look first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tools import MONDAY, OWNER, days, tool, without_people

from orchestration.alerts.facts import Contact, Day, Delivery, Drift, Limits, Promise, Source, ToolFacts
from orchestration.alerts.findings import Finding, findings
from orchestration.alerts.guesses import first_guess

TODAY = MONDAY + timedelta(days=7 * 12)
FRIDAY, THURSDAY = -3, -4
LIMITS = Limits()


def found(facts: ToolFacts, limits: Limits = LIMITS, today: date = TODAY) -> dict[str, Finding]:
    return {one.kind: one for one in findings(facts, limits, today)}


def delivery(**values: object) -> Delivery:
    return replace(Delivery("doc-extract/x", "inbox/a.jsonl", "loaded", 1_000, 0, 0, 0, TODAY, TODAY), **values)


def promise(criterion: str, week: int, holds: bool | None, **values: object) -> Promise:
    one = Promise(criterion, MONDAY + timedelta(days=7 * week), 0.15, 0.3, holds, is_provisional=False, cases=500)
    return replace(one, **values)


def test_nothing_is_wrong_with_a_tool_in_order() -> None:
    assert found(tool()) == {}


def test_a_day_without_anybody_is_critical_news_with_its_date() -> None:
    one = found(tool(without_people(days(), FRIDAY)))["zero-day"]
    assert (one.first, one.last) == (TODAY - timedelta(days=3),) * 2
    assert one.threshold == pytest.approx(44)


def test_a_weekend_a_holiday_an_outage_and_a_pause_are_no_zero_days() -> None:
    for values in ({"available": 0}, {"is_outage": True}, {"is_paused": True}):
        assert found(tool(without_people(days(), FRIDAY, **values))) == {}, values


def test_a_day_of_which_the_logs_do_not_tell_is_no_zero_day() -> None:
    assert found(tool([*days()[:-3], *(replace(one, people=None) for one in days()[-3:])])) == {}


def test_a_zero_day_is_told_of_for_a_week_and_then_over() -> None:
    late = without_people(days(), -10)  # the Friday before the last
    assert "zero-day" in found(tool(late[:-4]))
    assert found(tool(late)) == {}


def test_three_people_a_day_need_more_than_one_day_without_anybody() -> None:
    small = days(people=3, slope=0)
    assert found(tool(without_people(small, FRIDAY))) == {}
    one = found(tool(without_people(small, FRIDAY, THURSDAY, -5)))["zero-day"]
    assert one.first == TODAY - timedelta(days=5)


def test_a_new_tool_has_no_usual_day_yet() -> None:
    assert found(tool(without_people(days(weeks=3), FRIDAY))) == {}


def test_half_the_company_on_leave_is_no_drop() -> None:
    away = [replace(one, available=30, people=one.people // 2) if one.people else one for one in days()[-14:]]
    assert found(tool([*days()[:-14], *away])) == {}


def test_a_drop_by_a_third_is_noticed_within_the_week() -> None:
    fewer = [replace(one, people=int(one.people * 0.65)) for one in days()[-7:]]
    one = found(tool([*days()[:-7], *fewer]))["usage-drop"]
    assert 0.6 < one.observed / one.threshold < 0.7
    assert one.first >= TODAY - timedelta(days=7)


def test_a_drop_below_the_limit_of_the_company_is_none() -> None:
    fewer = [replace(one, people=int(one.people * 0.65)) for one in days()[-7:]]
    assert found(tool([*days()[:-7], *fewer]), Limits(drop_share=0.5)) == {}


def test_a_late_source_says_how_old_it_is_and_how_old_it_may_be() -> None:
    sources = (Source("doc-extract/x", 80.2, 48.0, True), Source("doc-extract/y", 3.0, 48.0, False))
    one = found(tool(sources=sources))["late-source"]
    assert one.summary == "The newest record of doc-extract/x is 80 h old; allowed are 48 h."
    assert "has not come yet" in found(tool(sources=(Source("s", None, 48.0, True),)))["late-source"].summary


def test_broken_lines_count_from_a_share_and_a_number_on() -> None:
    assert found(tool(deliveries=(delivery(quarantined=20),))) == {}
    assert found(tool(deliveries=(delivery(read=30, quarantined=2),))) == {}
    assert found(tool(deliveries=(delivery(quarantined=21), delivery(quarantined=25))))["quarantine"].observed == 0.023


def test_a_file_that_came_again_is_told_of_and_a_report_of_counts_that_restates_is_not() -> None:
    assert "repeated-delivery" in found(tool(deliveries=(delivery(status="duplicate_file", duplicate=1_000),)))
    assert "repeated-delivery" in found(tool(deliveries=(delivery(duplicate=501),)))
    assert found(tool(deliveries=(delivery(duplicate=900, is_of_events=False),))) == {}
    assert found(tool(deliveries=(delivery(duplicate=900, modified_on=TODAY - timedelta(days=7)),))) == {}


def test_accounts_of_nobody_are_told_of_within_a_week() -> None:
    spoilt = [replace(one, unknown_records=(one.records or 0) // 5) for one in days()[-7:]]
    one = found(tool([*days()[:-7], *spoilt]))["unknown-people"]
    assert one.observed > 0.1
    assert found(tool([*days()[:-7], *spoilt]), Limits(unknown_share=0.3)) == {}


def test_an_owner_who_left_is_an_alert_and_one_whom_nobody_ever_knew_is_not() -> None:
    gone = Contact("Ada Lovelace", "ada@example.com", False, date(2026, 3, 1))
    assert found(tool(owner=gone))["ownership"].summary.endswith("no longer on the roster since 2026-03-01.")
    assert found(tool(owner=replace(OWNER, is_on_roster=None))) == {}


def test_overrides_that_rise_are_an_alert_and_a_few_more_are_not() -> None:
    def with_share(share: float) -> list[Day]:
        return [replace(one, overridden=int((one.decisions or 0) * share)) for one in days()[-14:]]

    assert "override-surge" in found(tool([*days()[:-14], *with_share(0.35)]))
    assert found(tool([*days()[:-14], *with_share(0.15)])) == {}


def test_the_latest_week_that_can_be_judged_decides_about_the_error_budget() -> None:
    spent = (promise("error_budget", 9, True), promise("error_budget", 10, False), promise("error_budget", 11, None))
    one = found(tool(promises=spent, error_measure="overridden"))["error-budget"]
    assert "so it was spent 2.0 times" in one.summary
    assert found(tool(promises=(*spent, promise("error_budget", 12, True)))) == {}


def test_volume_is_told_of_after_three_final_weeks_in_a_row() -> None:
    def below(*holds: bool) -> tuple[Promise, ...]:
        return tuple(promise("people_per_day", week, one) for week, one in enumerate(holds))

    assert "volume" in found(tool(promises=below(True, False, False, False)))
    assert found(tool(promises=below(False, False, True, False, False))) == {}
    provisional = promise("people_per_day", 9, False, is_provisional=True)
    assert found(tool(promises=(*below(False, False), provisional))) == {}


def test_each_trigger_of_the_policy_opens_its_own_retraining() -> None:
    hit = (promise("override_share", 11, False), promise("calibration_gap", 11, False, observed=0.2))
    drift = (Drift("doc-extract/x", "the field score has gone", TODAY),)
    kinds = [(one.kind, one.subject) for one in findings(tool(promises=hit), Limits(), TODAY)]
    assert kinds == [("retraining", "override_share"), ("retraining", "calibration_gap")]
    assert found(tool(drifts=drift, has_drift_trigger=True))["retraining"].subject == "drift"
    assert list(found(tool(drifts=drift))) == ["schema-drift"]


def test_a_calibration_nobody_should_live_with_is_an_alert_without_any_policy() -> None:
    far = promise("calibration_gap", 11, None, promised=None, observed=0.3)
    assert "calibration-gap" in found(tool(promises=(far,)))
    assert found(tool(promises=(replace(far, cases=199),))) == {}


def test_of_a_paused_tool_only_logs_and_owner_are_looked_at() -> None:
    spoilt = without_people(days(), FRIDAY)
    assert found(tool(spoilt, is_paused=True, sources=(Source("s", 80.0, 48.0, True),))).keys() == {"late-source"}


def guess(kind: str, facts: ToolFacts, *others: Finding) -> tuple[str, str]:
    mine = findings(facts, Limits(), TODAY)
    one = first_guess(next(one for one in mine if one.kind == kind), facts, [*mine, *others])
    return one.guess, one.evidence[0]


def test_a_day_without_any_record_is_first_a_problem_of_the_data() -> None:
    empty = without_people(days(), FRIDAY, records=0, service_records=0)
    assert guess("zero-day", tool(empty))[0] == "data"


def test_a_day_with_records_of_services_alone_is_first_a_problem_downstream() -> None:
    kind, evidence = guess("zero-day", tool(without_people(days(), FRIDAY, records=2)))
    assert (kind, evidence.split(":")[0]) == (
        "downstream",
        "The logs are complete (2 records came of those days, 2 of services), and nothing speaks of an outage",
    )


def test_a_day_beside_a_declared_outage_is_first_a_problem_of_the_tool() -> None:
    beside = without_people(days(), FRIDAY, records=2)
    beside[THURSDAY] = replace(beside[THURSDAY], is_outage=True)
    assert guess("zero-day", tool(beside)) == ("tool", f"An outage was declared on {TODAY - timedelta(days=4)}.")


def test_people_hidden_behind_unknown_accounts_are_a_problem_of_the_data() -> None:
    hidden = without_people(days(), FRIDAY, unknown_records=100)
    assert guess("zero-day", tool(hidden))[0] == "data"


def test_several_tools_on_one_day_are_a_problem_of_the_data() -> None:
    facts = tool(without_people(days(), FRIDAY, records=2))
    day = TODAY - timedelta(days=3)
    others = [Finding("zero-day", name, "", first=day, last=day) for name in ("b", "c")]
    assert guess("zero-day", facts, *others)[0] == "data"
    assert guess("zero-day", facts, others[0])[0] == "downstream"


def test_logs_with_a_problem_come_before_any_other_guess() -> None:
    spent = tool(promises=(promise("error_budget", 11, False),), error_measure="overridden")
    assert guess("error-budget", spent)[0] == "tool"
    late = replace(spent, sources=(Source("s", 80.0, 48.0, True),))
    assert guess("error-budget", late)[0] == "data"
    assert guess("error-budget", replace(spent, error_measure="broken"))[0] == "downstream"


def test_logs_that_are_late_now_do_not_explain_what_final_weeks_lacked() -> None:
    lacking = tuple(promise("people_per_day", week, False) for week in (9, 10, 11))
    late = tool(promises=lacking, sources=(Source("s", 80.0, 48.0, True),))
    assert guess("volume", late)[0] == "downstream"
    assert guess("volume", replace(late, drifts=(Drift("s", "a field is gone", TODAY),)))[0] == "data"


def test_an_owner_who_left_alone_is_a_problem_of_the_organisation() -> None:
    gone = tool(owner=Contact("Ada", "ada@example.com", False, None))
    assert guess("ownership", gone)[0] == "organisation"
    assert guess("ownership", replace(gone, has_rostered_others=False))[0] == "data"
