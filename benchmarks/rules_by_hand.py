"""The leanest SQL that somebody would write by hand for each rule of rules_book.py, for one tool.

From raw.usage_event to the same two results as the production models: a verdict per person and window with its counts,
and the obligations that were not kept with the ids of their events. Nothing of it serves any other rule: no versions,
outages, populations, catalogues or kinds.
"""

from __future__ import annotations

from collections.abc import Mapping

EVENTS = """
    select {columns}, event.event_no, alias.person_no, event.occurred_at, epoch_us(event.occurred_at) as ord
    from raw.usage_event as event
    left join raw.identity_alias as alias on alias.alias_no = event.alias_no
    where event.tool_id = '{tool}' and event.event_name in ({names})
"""
DAY = "interval 1 day"
BEGUN = "timestamp '2026-01-05'"  # a look-back that begins before telemetry and finds nothing proves nothing


def _events(columns: str, *names: str) -> str:
    return EVENTS.format(columns=columns, names=", ".join(f"'{name}'" for name in names), tool="{tool}")


def _window(pick: str, what: str, frame: str, keys: str = "person_no, item_id") -> str:
    return f"{pick}(case when {what} end) over (partition by {keys} order by ord range between {frame})"


BACK = "unbounded preceding and current row"
AHEAD = "current row and unbounded following"
LATER = "1 following and unbounded following"
EARLIER = "unbounded preceding and 1 preceding"
DECIDED = "event_name = 'decide'"
OPENED = "event_name = 'evidence_opened'"

# Each yields person_no, event_no, occurred_at, outcome (kept, broken, pending), evidence_no, high (of calibrated).
OBLIGATIONS: Mapping[str, str] = {
    "check": f"""
        select person_no, event_no, occurred_at, event_no as evidence_no, false as high,
            case when dwell_ms >= 5000 then 'kept' else 'broken' end as outcome
        from ({_events("event.dwell_ms, event.confidence", "decide")}) where confidence < 0.3""",
    "share": f"""
        select person_no, event_no, occurred_at, event_no as evidence_no, false as high,
            case when decision = 'accepted' then 'kept' else 'broken' end as outcome
        from ({_events("event.decision", "decide")})""",
    "calibrated": f"""
        select person_no, event_no, occurred_at, event_no as evidence_no, confidence >= 0.8 as high,
            case when (decision = 'accepted') = (confidence >= 0.8) then 'kept' else 'broken' end as outcome
        from ({_events("event.decision, event.confidence", "decide")}) where confidence >= 0.8 or confidence < 0.5""",
    "preceded_by": f"""
        select person_no, event_no, occurred_at, found_no as evidence_no, false as high,
            case when found_at >= occurred_at - {DAY} then 'kept'
                 when occurred_at - {DAY} < {BEGUN} then 'unknown' else 'broken' end as outcome
        from (
            select *, {_window("max", f"{OPENED} then occurred_at", BACK)} as found_at,
                {_window("max", f"{OPENED} then event_no", BACK)} as found_no
            from ({_events("event.event_name, event.item_id", "decide", "evidence_opened")})
        ) where {DECIDED}""",
    "preceded_by since": f"""
        select person_no, event_no, occurred_at, found_no as evidence_no, false as high,
            case when found_at >= occurred_at - {DAY} then if(since_at > found_at, 'broken', 'kept')
                 when occurred_at - {DAY} < {BEGUN} then 'unknown' else 'broken' end as outcome
        from (
            select *, {_window("max", f"{OPENED} then occurred_at", BACK)} as found_at,
                {_window("max", f"{OPENED} then event_no", BACK)} as found_no,
                {_window("max", "event_name = 'recommendation_shown' then occurred_at", EARLIER)} as since_at
            from ({_events("event.event_name, event.item_id", "decide", "evidence_opened", "recommendation_shown")})
        ) where {DECIDED}""",
    "followed_by before": f"""
        select person_no, event_no, occurred_at, found_no as evidence_no, false as high,
            case when found_at <= occurred_at + {DAY} and coalesce(barred_at >= found_at, true) then 'kept'
                 when found_at <= occurred_at + {DAY} or occurred_at + {DAY} <= $watermark then 'broken'
                 else 'pending' end as outcome
        from (
            select *, {_window("min", f"{DECIDED} then occurred_at", AHEAD)} as found_at,
                {_window("min", f"{DECIDED} then event_no", AHEAD)} as found_no,
                {_window("min", "event_name = 'share' then occurred_at", LATER)} as barred_at
            from ({_events("event.event_name, event.item_id", "decide", "recommendation_shown", "share")})
        ) where event_name = 'recommendation_shown'""",
    "four eyes": f"""
        with events as ({_events("event.event_name, event.item_id, event.attributes", "decide", "second_review")})
        select decided.person_no, decided.event_no, decided.occurred_at, min(review.event_no) as evidence_no,
            false as high,
            case when min(review.occurred_at) <= decided.occurred_at + interval 3 day then 'kept'
                 when decided.occurred_at + interval 3 day <= $watermark then 'broken' else 'pending' end as outcome
        from events as decided
        left join events as review
            on review.event_name = 'second_review' and review.item_id = decided.item_id
            and review.ord >= decided.ord and review.person_no <> decided.person_no
        where decided.event_name = 'decide'
            and cast(json_extract_string(decided.attributes, '$.amount') as double) >= 10000
        group by 1, 2, 3""",
    "not_followed_by": f"""
        select person_no, event_no, occurred_at, undone_no as evidence_no, false as high,
            case when undone_at <= occurred_at + {DAY} then 'broken'
                 when occurred_at + {DAY} <= $watermark then 'kept' else 'pending' end as outcome
        from (
            select *, {_window("min", "event_name = 'undo' then occurred_at", LATER)} as undone_at,
                {_window("min", "event_name = 'undo' then event_no", LATER)} as undone_no
            from ({_events("event.event_name, event.item_id", "decide", "undo")})
        ) where {DECIDED}""",
    "count": f"""
        select person_no, min(row(occurred_at, event_no))[2] as event_no, min(occurred_at) as occurred_at,
            max(row(occurred_at, event_no))[2] as evidence_no, false as high,
            case when count(case when decision = 'accepted' then 1 end) > 3 then 'broken'
                 when max(occurred_at) + interval 1 hour <= $watermark then 'kept' else 'pending' end as outcome
        from (
            {
        _events(
            "event.session_id, event.event_name, event.decision",
            "decide",
            "recommendation_shown",
            "evidence_opened",
            "note_added",
            "second_review",
            "share",
            "undo",
            "close",
        )
    }
        )
        group by person_no, session_id having count(case when {DECIDED} then 1 end) > 0""",
    "cadence": f"""
        with weekly as (
            select person_no, date_trunc('week', day) as week_start, count(*) as days
            from (select distinct person_no, cast(occurred_at as date) as day from ({_events("1 as one", "decide")}))
            group by 1, 2
        )
        select person.person_no, null as event_no, cast(week.week_start as timestamp) as occurred_at,
            null as evidence_no, false as high,
            case when coalesce(days, 0) >= 2 then 'kept'
                 when week.week_start + interval 7 day <= $watermark then 'broken' else 'pending' end as outcome
        from raw.person as person
        cross join (select week_start from intermediate.int_tool_windows where tool_id = '{{tool}}') as week
        left join weekly on weekly.person_no = person.person_no and weekly.week_start = week.week_start""",
    "trained": f"""
        select decided.person_no, decided.event_no, decided.occurred_at, null as evidence_no, false as high,
            case when training.alias_no is not null then 'kept' else 'broken' end as outcome
        from ({_events("1 as one", "decide")}) as decided
        left join raw.training_completion as training
            on training.alias_no = decided.person_no
            and decided.occurred_at between training.completed_at and training.completed_at + interval 90 day""",
}


def _wilson(share: str, judged: str, sign: str) -> str:
    spread = f"sqrt({share} * (1 - {share}) / {judged} + 0.41062464 / ({judged} * {judged}))"
    return f"(({share} + 0.82124928 / {judged} {sign} 1.2816 * {spread}) / (1 + 1.64249856 / {judged}))"


BROKEN, KEPT = "(broken / judged)", "((judged - broken) / judged)"
HIGH, LOW = (
    "(kept_high / nullif(judged_high, 0))",
    "((broken - judged_high + kept_high) / nullif(judged - judged_high, 0))",
)
TOLERANT = f"""case when judged = 0 then if(pending > 0, 'pending', 'not_triggered')
    when judged >= 5 and broken > 0 and {_wilson(BROKEN, "judged", "-")} > 0.05 then 'violated'
    when judged >= 10 and {BROKEN} <= 0.05 then 'satisfied' else 'unproven' end"""
BANDED = f"""case
    when judged >= 5 and {_wilson(KEPT, "judged", "+")} < 0.2 then 'violated'
    when judged >= 5 and {_wilson(KEPT, "judged", "-")} > 0.9 then 'violated'
    when judged >= 10 and {KEPT} >= 0.2 and {KEPT} <= 0.9 then 'satisfied' else 'unproven' end"""
RESPONSIVE = f"""case
    when judged >= 5 and {HIGH} - {LOW} + sqrt(
        power({_wilson(HIGH, "nullif(judged_high, 0)", "+")} - {HIGH}, 2)
        + power({LOW} - {_wilson(LOW, "nullif(judged - judged_high, 0)", "-")}, 2)) < 0.2 then 'violated'
    when judged >= 10 and {HIGH} - {LOW} >= 0.2 then 'satisfied' else 'unproven' end"""
TERMS = {"share": BANDED, "calibrated": RESPONSIVE}
BANDS = """,
        count(case when high and outcome in ('kept', 'broken') then 1 end) as judged_high,
        count(case when high and outcome = 'kept' then 1 end) as kept_high"""
BAND_SUMS = ", cast(sum(judged_high) as double) as judged_high, cast(sum(kept_high) as double) as kept_high"


def statements(kind: str, tool: str) -> list[tuple[str, str]]:
    """The tables to make, in order: (name, query). `kind` is a key of rules_book.KINDS."""
    is_banded = kind == "calibrated"
    verdicts = f"""
        with weeks as (
            select person_no, cast(date_trunc('week', occurred_at) as date) as obligation_week,
                count(case when outcome in ('kept', 'broken') then 1 end) as judged,
                count(case when outcome = 'broken' then 1 end) as broken,
                count(case when outcome = 'pending' then 1 end) as pending{BANDS if is_banded else ""}
            from by_hand.obligations group by 1, 2
        ),
        windowed as (
            select person_no, windows.week_start, cast(sum(judged) as double) as judged,
                cast(sum(broken) as double) as broken,
                cast(sum(pending) as bigint) as pending{BAND_SUMS if is_banded else ""}
            from weeks
            inner join (
                select window_one.week_start, member.week_start as obligation_week
                from intermediate.int_tool_windows as window_one
                inner join intermediate.int_tool_windows as member
                    on member.tool_id = window_one.tool_id
                    and member.week_start between window_one.window_start and window_one.week_start
                where window_one.tool_id = '{tool}'
            ) as windows using (obligation_week)
            group by 1, 2
        )
        select person_no, week_start, cast(judged as bigint) as judged, cast(broken as bigint) as broken, pending,
            {TERMS.get(kind, TOLERANT)} as verdict
        from windowed"""
    proof = """
        with named as (
            select event_no, event_id from raw.usage_event
            where event_no in (
                select event_no from by_hand.obligations where outcome <> 'kept'
                union all select evidence_no from by_hand.obligations where outcome <> 'kept'
            )
        )
        select obligation.*, obligation.occurred_at as obligation_at, activation.event_id,
            evidence.event_id as evidence_event_id
        from by_hand.obligations as obligation
        left join named as activation on activation.event_no = obligation.event_no
        left join named as evidence on evidence.event_no = obligation.evidence_no
        where outcome <> 'kept'"""
    obligations = OBLIGATIONS[kind].format(tool=tool).replace("$watermark", WATERMARK.format(tool=tool))
    return [("obligations", obligations), ("verdicts", verdicts), ("proof", proof)]


WATERMARK = "(select watermark_at from intermediate.int_tool_watermarks where tool_id = '{tool}')"
