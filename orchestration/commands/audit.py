"""`takeup audit`: the readiness of a tool, as the last run has answered its sixteen questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.commands.output import say, say_json, table, write_report
from orchestration.explain import Publication, published_tool
from orchestration.workspace import Workspace

ANSWERS = ("yes", "vague", "no")
QUESTION = ("id", "area", "question", "answer", "evidence", "gap", "owner", "due")
PLAN = ("id", "gap", "owner", "action", "due")
"""What stands of a question, and of a gap in the plan."""
_ANSWERED = """
    select question_id as id, area, question, answer, evidence, gap, owner, action, due_date as due, audited_at
    from fct_audit_answer where tool_id = $tool_id and is_latest order by position
"""
_HISTORY = """
    select week_start, count(*) filter (answer = 'yes') as yes, count(*) filter (answer = 'vague') as vague,
        count(*) filter (answer = 'no') as no
    from fct_audit_answer where tool_id = $tool_id group by 1 order by 1
"""
_BEARING = """
    select question, result, promised, observed, unit, weeks_held, weeks_judged
    from fct_load_bearing where tool_id = $tool_id order by position
"""


def show_audit(workspace: Workspace, tool_id: str, out: Path | None, *, as_json: bool) -> int:
    """Print the latest audit of a tool, or write it as a page."""
    with Publication(workspace) as publication:
        tool = published_tool(publication, tool_id)
        questions = publication.rows(_ANSWERED, tool_id=tool_id)
        history = publication.rows(_HISTORY, tool_id=tool_id)
        bearing = publication.rows(_BEARING, tool_id=tool_id)
    document = {
        "tool_id": tool_id,
        "title": tool["title"],
        "audited_at": questions[0]["audited_at"] if questions else None,
        "score": score(questions),
        "questions": [{key: one[key] for key in QUESTION} for one in questions],
        "plan": [{key: one[key] for key in PLAN} for one in questions if one["answer"] != "yes"],
        "history": history,
        "load_bearing": bearing,
    }
    if out is not None:
        write_report(out, page(document))
    if as_json:
        say_json(document)
    elif out is None:
        say(page(document))
    else:
        say(f"Written: {out}")
    return 0


def score(questions: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many questions have which answer."""
    counted = Counter(one["answer"] for one in questions)
    return {answer: counted[answer] for answer in ANSWERS}


def page(document: Mapping[str, Any]) -> str:
    """The audit as Markdown: score, answers with their evidence, the gaps with who, what and when, what it bears."""
    counts, questions, plan = document["score"], document["questions"], document["plan"]
    parts = [
        f"# Readiness of {document['title']}",
        f"{counts['yes']} of {len(questions)} yes, {counts['vague']} vague, {counts['no']} no; as of "
        f"{document['audited_at']:%Y-%m-%d}." if questions else "It has not been audited yet: takeup run does.",
        "## Answers",
        _markdown(("", "question", "answer", "evidence"), [
            (one["area"], one["question"], one["answer"], one["evidence"]) for one in questions
        ]),
        "## Plan",
        _markdown(PLAN[1:], [[one[key] for key in PLAN[1:]] for one in plan]) if plan else "No gap is open.",
        "## What it bears",
        _markdown(("promise", "result", "promised", "observed", "weeks held"), [
            _borne(one) for one in document["load_bearing"]
        ]),
        "## Before",
        table(("week", "yes", "vague", "no"), [
            (one["week_start"].isoformat(), one["yes"], one["vague"], one["no"]) for one in document["history"]
        ]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _borne(one: Mapping[str, Any]) -> tuple[str, ...]:
    weeks = "" if one["weeks_held"] is None else f"{one['weeks_held']} of {one['weeks_judged']}"
    figures = (_figure(one[name], one["unit"]) for name in ("promised", "observed"))
    return (one["question"], one["result"], *figures, weeks)


def _figure(value: float | None, unit: str) -> str:
    """A share as a percentage, anything else as a number; blank is unknown."""
    if value is None or unit in ("yes", "stated"):
        return ""
    return f"{value:.0%}" if unit == "share" else f"{value:,.0f} {unit}"


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(value) for value in line) + " |" for line in lines)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")
