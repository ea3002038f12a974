"""`takeup training`: lists of who is to be trained in what, made once and kept, and what has come of them."""

from __future__ import annotations

import csv
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from orchestration.commands.output import records, say, say_json, warn
from orchestration.commands.people import vault_of
from orchestration.errors import DataError, UsageError
from orchestration.explain import Publication, published_tool
from orchestration.registry.explain import suggest
from orchestration.run_stamp import forget
from orchestration.training_plans import HOLD_OUT, LEFT_OUT, TRAIN, Choice, Entry, Plan, choose, draw
from orchestration.vault import Person
from orchestration.warehouse import open_warehouse
from orchestration.workspace import Workspace

DAYS_TO_LEARN = 28
_NEEDS = """
    select need.*, cast(timezone('UTC', need.last_trained_at) as date) as last_trained_on, tool.window_weeks
    from fct_training_need as need inner join dim_tool as tool on tool.tool_id = need.tool_id
    where ($tool is null or need.tool_id = $tool) and ($rule is null or lower(need.rule_id) = lower($rule))
        and ($module is null or lower($module) in (lower(need.module), lower(need.module_code)))
"""
_REASONS = """
    select rule_id, version, title, tolerate, kind in ('share', 'calibrated') as is_band from dim_rule
"""
_RULES = "select distinct rule_id, train from dim_rule where $tool is null or tool_id = $tool order by all"
_STATES = "select plan_id, state, count(distinct person_key) as people from fct_training_plan group by all"
LISTED = {
    "plan_id": "plan", "made": "made", "due_date": "due", "train": "to train", "held_out": "held out",
    "completed": "completed", "completed_late": "late", "overdue": "overdue",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What the plan is asked to hold; None: everything."""

    tool: str | None
    rule: str | None
    module: str | None
    due: date | None
    hold_out: float
    seed: int | None


@dataclass(frozen=True, slots=True)
class Output:
    """Where the list goes. With `names` people are named, through the vault, which logs `why`."""

    path: Path | None
    names: bool
    why: str


def make_plan(workspace: Workspace, wish: Wish, output: Output, *, as_json: bool) -> int:
    """Make a plan, keep it and write its list; 1 when nobody needs what it is about."""
    with open_warehouse(workspace) as warehouse:
        today = warehouse.session.now.date()
        due = wish.due or today + timedelta(days=DAYS_TO_LEARN)
        if due < today:
            raise UsageError(f"--due {due} has passed - name a day from {today} on")
        with Publication(workspace) as publication:
            _check(publication, wish)
            needs = publication.rows(_NEEDS, tool=wish.tool, rule=wish.rule, module=wish.module)
            reasons = {(row["rule_id"], row["version"]): row for row in publication.rows(_REASONS)}
            publication_id = publication.rows("select publication_id from dim_publication")[0]["publication_id"]
        choice = choose(needs, warehouse.training_plans(), today)
        if not choice.entries:
            _tell_nobody(choice, as_json=as_json)
            return 1
        seed = None if not wish.hold_out else secrets.randbelow(2**31) if wish.seed is None else wish.seed
        entries = choice.entries if seed is None else draw(choice.entries, wish.hold_out, seed)
        if output.path is not None:
            _open(output.path).close()  # a plan is kept for good: none is made whose list cannot be written
        plan = warehouse.keep_training_plan(publication_id, wish.hold_out, seed, due, entries)
    forget(workspace)
    if output.path is not None:
        _write(workspace, plan, reasons, output)
    _tell(plan, choice, output, as_json=as_json)
    return 0


def _check(publication: Publication, wish: Wish) -> None:
    """Raises UsageError where what is asked for is not published: nobody would seem to need a misspelt module."""
    if wish.tool is not None:
        published_tool(publication, wish.tool)
    rules = publication.rows(_RULES, tool=wish.tool)
    modules = [str(row["train"]) for row in rules if row["train"]]
    for kind, asked, known in (
        ("rule", wish.rule, [str(row["rule_id"]) for row in rules]),
        ("module", wish.module, [*modules, *(module.partition(" ")[0] for module in modules)]),
    ):
        if asked is not None and asked.casefold() not in {one.casefold() for one in known}:
            near = suggest(asked, known)
            mend = "the page Rules and config/rules/ have all"
            raise UsageError(f"there is no {kind} {asked!r} of {wish.tool or 'any tool'}{near} - {mend}")


def export_plan(workspace: Workspace, plan_id: str, output: Output) -> int:
    """Write the list of an earlier plan again."""
    with open_warehouse(workspace) as warehouse:
        found = {plan.plan_id: plan for plan in warehouse.training_plans()}
    if plan_id not in found:
        known = ", ".join(found) or "none; make one with: takeup training plan"
        raise UsageError(f"there is no plan {plan_id!r} - known are {known}")
    with Publication(workspace) as publication:
        reasons = {(row["rule_id"], row["version"]): row for row in publication.rows(_REASONS)}
    _write(workspace, found[plan_id], reasons, output)
    say(f"{output.path}: {found[plan_id].people(TRAIN):,} people to train")
    return 0


def list_plans(workspace: Workspace, *, as_json: bool) -> int:
    """Print all plans with what has come of them by the latest publication."""
    with open_warehouse(workspace) as warehouse:
        plans = warehouse.training_plans()
    rows = [_row(plan, states) for plan, states in zip(plans, _states(workspace, plans), strict=True)]
    if as_json:
        say_json(rows)
    elif rows:
        say(records(rows, LISTED))
    else:
        say("no plan was made yet - make one with: takeup training plan")
    return 0


def _states(workspace: Workspace, plans: Sequence[Plan]) -> list[Counter[str]]:
    """People by state and plan; empty where the publication does not know the plan yet."""
    if not plans:
        return []
    with Publication(workspace) as publication:
        rows = publication.rows(_STATES)
    return [Counter({row["state"]: row["people"] for row in rows if row["plan_id"] == plan.plan_id}) for plan in plans]


def _row(plan: Plan, states: Counter[str]) -> dict[str, Any]:
    counted = {name: states[name] if states else None for name in ("completed", "completed_late", "overdue")}
    return {
        "plan_id": plan.plan_id,
        "made": plan.made_at.date(),
        "due_date": plan.due_date,
        "publication_id": plan.publication_id,
        "hold_out": plan.hold_out,
        "seed": plan.seed,
        "train": plan.people(TRAIN),
        "held_out": plan.people(HOLD_OUT),
        **counted,
    }


def _tell_nobody(choice: Choice, *, as_json: bool) -> None:
    if as_json:
        say_json({"plan_id": None, "left_out": choice.left_out})
        return
    warn("nobody to plan for: no such need is published" if not choice.left_out else "nobody to plan for")
    _say_left_out(choice)


def _tell(plan: Plan, choice: Choice, output: Output, *, as_json: bool) -> None:
    modules = list(_modules(plan))
    if as_json:
        say_json(_row(plan, Counter()) | {"modules": modules, "left_out": choice.left_out, "file": output.path})
        return
    say(f"plan {plan.plan_id}, due {plan.due_date}")
    say(records(modules, {"module": "module", "train": "to train", "held_out": "held out"}))
    if plan.seed is not None:
        say(f"held out by lot: {plan.hold_out:.0%} of each module's people, seed {plan.seed}")
        few = [str(one["module"]) for one in modules if not one["held_out"]]
        if few:
            say(f"too few people to hold any out: {', '.join(few)}")
    _say_left_out(choice)
    if output.path is not None:
        say(f"list: {output.path}")


def _say_left_out(choice: Choice) -> None:
    for reason, count in sorted(choice.left_out.items()):
        say(f"left out {count:,}: {LEFT_OUT[reason]}")


def _modules(plan: Plan) -> Iterator[dict[str, Any]]:
    for code in sorted({entry.module_code for entry in plan.entries}):
        mine = [entry for entry in plan.entries if entry.module_code == code]
        train = {entry.person_key for entry in mine if entry.arm == TRAIN}
        held = {entry.person_key for entry in mine if entry.arm == HOLD_OUT}
        name = mine[0].module
        yield {"module": name, "train": len(train), "held_out": len(held)}


def _write(
    workspace: Workspace, plan: Plan, reasons: Mapping[tuple[str, int], Mapping[str, Any]], output: Output
) -> None:
    """The list for a learning system: one line per person and module, readable by its owner alone."""
    keys = sorted({entry.person_key for entry in plan.entries if entry.arm == TRAIN})
    known = vault_of(workspace).reveal(keys, output.why) if output.names else None
    lines = [_line(plan, one, known, reasons) for one in _assignments(plan)]
    if output.path is None:
        raise UsageError("a list needs a file - name one with --out")
    if not lines:
        raise DataError(f"plan {plan.plan_id}: all who were to be trained have been erased - make another plan")
    with _open(output.path) as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: harmless(value) for name, value in line.items()} for line in lines)


def _open(path: Path) -> TextIO:
    """An empty file that its owner alone can read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise DataError(f"{path}: cannot be written: {error.strerror} - name another file with --out") from error
    return os.fdopen(handle, "w", newline="", encoding="utf-8")


def _assignments(plan: Plan) -> Iterator[list[Entry]]:
    """The entries of each person and module that are to be trained."""
    units = dict.fromkeys(entry.unit for entry in plan.entries if entry.arm == TRAIN)
    for unit in units:
        yield [entry for entry in plan.entries if entry.unit == unit]


def _line(
    plan: Plan,
    entries: Sequence[Entry],
    known: Mapping[str, Person | None] | None,
    reasons: Mapping[tuple[str, int], Mapping[str, Any]],
) -> dict[str, str]:
    first = entries[0]
    person = known.get(first.person_key) if known else None
    who = {"person_key": first.person_key}
    if known is not None:
        who = {"person_id": person.person_id if person else "", "email": (person.email if person else None) or ""}
    return who | {
        "module": first.module_code,
        "title": first.module,
        "due_date": str(plan.due_date),
        "reason": "; ".join(_reason(entry, reasons.get((entry.rule_id, entry.version))) for entry in entries),
        "plan_id": plan.plan_id,
    }


def _reason(entry: Entry, rule: Mapping[str, Any] | None) -> str:
    title = rule["title"] if rule else entry.rule_id
    if rule is None or rule["is_band"]:
        return f"{title} ({entry.tool_id}, {entry.judged:,} cases)"
    permitted = f"{rule['tolerate']:.0%} permitted" if rule["tolerate"] else "none permitted"
    return f"{title} ({entry.tool_id}, broken {entry.broken:,} of {entry.judged:,}; {permitted})"


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
