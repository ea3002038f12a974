"""`takeup run`: the assets in this process, and at once the end when there is nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.collecting import seldom_collecting
from orchestration.commands.enactments import enactments_of
from orchestration.commands.output import progress_of, say, say_json, table, warn, write_report
from orchestration.commands.pull import pull_due
from orchestration.commands.status import headline
from orchestration.errors import ConfigError
from orchestration.health import write_failure
from orchestration.publication import status
from orchestration.registry.check import check
from orchestration.run_stamp import last_run, parse_as_of, stamp_now
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.defs.in_process import Outcome


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `outcome` is None when nothing was new; `unfetched` says which vendors failed."""

    outcome: Outcome | None
    unfetched: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether nothing was published for a failure."""
        return self.outcome is not None and not self.outcome.success

    @property
    def code(self) -> int:
        return 1 if self.has_failed or self.unfetched else 0


def run_workspace(workspace: Workspace, *, full: bool, as_of: str | None, as_json: bool, with_pull: bool = True) -> int:
    """Run and print; the exit code."""
    ended = execute(workspace, full=full, as_of=as_of, with_pull=with_pull)
    if as_json:
        _say_json(workspace, ended)
    else:
        say_end(workspace, ended)
    return ended.code


def execute(workspace: Workspace, *, full: bool, as_of: str | None, with_pull: bool = False) -> Ended:
    """Materialise every asset, unless the last publication was made from the same inputs on the same day.

    `with_pull` fetches what is due from vendors first. What cannot be fetched stops nothing: the run judges what is
    there, and its end says so.
    """
    if as_of is not None:
        parse_as_of(as_of)
    unfetched = tuple(pull_due(workspace)) if with_pull else ()
    if not full and last_run(workspace) == stamp_now(workspace, as_of):
        return Ended(None, unfetched)
    with seldom_collecting():
        refuse_broken_configuration(workspace)
        outcome = _materialize(workspace, full=full, as_of=as_of)
    findings = [f"warning: {one}" for one in outcome.warnings] + [f"failed: {one}" for one in outcome.failures]
    for finding in findings:
        warn(finding)
    if not outcome.success:
        write_failure(workspace, outcome.run_id, outcome.failures[0] if outcome.failures else "a step failed")
    _write_report(workspace, outcome, [*(f"not fetched: {one}" for one in unfetched), *findings])
    return Ended(outcome, unfetched)


def _materialize(workspace: Workspace, *, full: bool, as_of: str | None) -> Outcome:
    from orchestration.defs.in_process import materialize

    with progress_of("Starting") as on_progress:
        return materialize(workspace, as_of=as_of, full=full, on_progress=on_progress)


def _write_report(workspace: Workspace, outcome: Outcome, findings: list[str]) -> None:
    """What the run did, for those who were not looking: reports/last_run.txt."""
    end = headline(status(workspace)) if outcome.success else "The run failed."
    told = [one.told(workspace) for one in enactments_of(workspace, outcome.run_id)]
    steps = table(("step", "seconds"), [(name, round(seconds, 1)) for name, seconds in outcome.seconds])
    write_report(
        workspace.reports / "last_run.txt", "\n\n".join([f"Run {outcome.run_id}", end, *told, *findings, steps]) + "\n"
    )


def say_end(workspace: Workspace, ended: Ended) -> None:
    """The headline, or that the last publication still stands because this run failed."""
    if ended.has_failed:
        standing = "the last publication stands" if workspace.latest.exists() else "nothing was published"
        warn(f"The run failed; {standing}.")
        return
    if ended.outcome is None:
        say("Nothing is new since the last run (--full runs all the same).\n")
    else:
        for one in enactments_of(workspace, ended.outcome.run_id):
            say(f"{one.told(workspace)}\n")
    say(headline(status(workspace)))
    if ended.unfetched:
        warn(f"{len(ended.unfetched)} source(s) could not be fetched; the figures are of what was there.")


def _say_json(workspace: Workspace, ended: Ended) -> None:
    outcome = ended.outcome
    document = {
        "success": ended.code == 0,
        "is_new": outcome is not None,
        "run_id": outcome.run_id if outcome else None,
        "failures": list(outcome.failures) if outcome else [],
        "not_fetched": list(ended.unfetched),
        "warnings": list(outcome.warnings) if outcome else [],
        "enacted": [one.document() for one in enactments_of(workspace, outcome.run_id)] if outcome else [],
    }
    say_json(status(workspace) | document)


def refuse_broken_configuration(workspace: Workspace, *, tells_warnings: bool = True) -> None:
    """All errors at once, before anything heavy is loaded; warnings are told and do not stop a run."""
    problems = check(workspace)
    for problem in problems:
        if problem.is_warning and tells_warnings:
            warn(str(problem))
    errors = [problem for problem in problems if not problem.is_warning]
    if errors:
        raise ConfigError(errors)
