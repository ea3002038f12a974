"""How commands talk: tables and JSON to stdout, findings and progress to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol


class Progress(Protocol):
    """Told how far long work has come: steps done, steps in all, the step under way, and what it is at just now."""

    def __call__(self, done: int, total: int, step: str, detail: str, /) -> None: ...


def say(text: str = "") -> None:
    """One line of a command's result."""
    sys.stdout.write(f"{text}\n")


def warn(text: str) -> None:
    """One line that is no part of the result."""
    sys.stderr.write(f"{text}\n")


def say_json(value: Any) -> None:
    """The result for programs: one JSON document, dates as ISO text, paths as text."""
    say(json.dumps(value, indent=2, default=str))


def write_report(path: Path, text: str) -> None:
    """A text file of a run, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "") -> str:
    """Plain text columns: numbers to the right, text to the left, None as an empty cell (unknown, not zero)."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(column), *(len(row[i]) for row in cells), 0) for i, column in enumerate(columns)]
    is_number = [any(isinstance(row[i], int | float) for row in rows) for i in range(len(columns))]
    lines = [title] if title else []
    for line in [list(columns), ["─" * width for width in widths], *cells]:
        padded = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, is_number, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def records(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, title: str = "") -> str:
    """A table of the named keys of `rows`; `columns` maps a key to its heading."""
    return table(list(columns.values()), [[row.get(key) for key in columns] for row in rows], title=title)


@contextmanager
def progress_of(task: str) -> Iterator[Progress]:
    """A progress bar on a terminal, plain lines elsewhere; both on stderr, so that stdout holds the result alone."""
    if not sys.stderr.isatty():
        yield _plain
        return
    # Slow to import, and of no use without a terminal.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    layout = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*layout, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task(task, total=None)
        yield lambda done, total, step, detail: bar.update(
            shown, completed=done, total=total, description=f"{step} {detail}".ljust(WIDTH)[:WIDTH]
        )


WIDTH = 50  # of the description: the bar must not jump about


def _plain(done: int, total: int, step: str, detail: str, /) -> None:
    """One line per step; details are for those who watch."""
    if not detail:
        warn(f"[{done}/{total}] {step}")
