"""What goes wrong with real exports, planted on purpose and counted: repeats, late and broken lines, copied files."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

REPEATED_SHARE, LATE_SHARE = 0.003, 0.004
LINES_PER_BROKEN = 2_500


@dataclass(slots=True)
class Tally:
    """Lines of one tool by what a loader must make of them. In files that are one document, records are the lines."""

    files: int = 0
    lines: int = 0
    unique: int = 0  # first sightings of a sound record, the restated ones among them
    repeated: int = 0  # again the same, in the same file or in a copied one
    restated: int = 0  # the same record with newer content: one of the two is superseded
    broken: int = 0
    blank: int = 0
    late: int = 0  # of the unique ones: in a file of a later week than their own
    service: int = 0  # of the unique ones: by accounts that no roster knows


def write_file(path: Path, content: bytes, day: date) -> None:
    """Write `content` (gzip when the name says so) as if it arrived early on `day`. Same input, same bytes."""
    is_gzip = path.suffix == ".gz"
    path.write_bytes(gzip.compress(content, compresslevel=1, mtime=0) if is_gzip else content)
    arrived = datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp()
    os.utime(path, (arrived, arrived))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], day: date) -> None:
    """Write a table as if it arrived early on `day`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_file(path, text.getvalue().encode(), day)


def spoil(line: bytes, kind: int) -> bytes:
    """A copy of a JSON line that no reader can accept: cut off, bad time, no time, not UTF-8, far in the future."""
    time = re.compile(rb'"(time|day|date)":"[^"]*"')
    match kind % 5:
        case 0:
            return line[: len(line) * 2 // 3]
        case 1:
            return time.sub(rb'"\1":"2026-13-45T25:61:00Z"', line)
        case 2:
            return time.sub(rb'"was_\1":null', line)
        case 3:
            return line.replace(b'"', b'"\xff\xfe', 3)
        case _:
            return time.sub(rb'"\1":"2999-12-31T00:00:00Z"', line)


def plant(lines: list[bytes], tally: Tally, rng: random.Random, broken: int, repeated: int) -> None:
    """Put `broken` spoilt copies and `repeated` repeats of lines at random places of `lines`, and count all of them."""
    sound = len(lines)
    extra = [spoil(lines[rng.randrange(sound)], tally.broken + number) for number in range(broken)]
    extra += [lines[rng.randrange(sound)] for _ in range(repeated)]
    for line in extra:
        lines.insert(rng.randrange(len(lines) + 1), line)
    tally.broken += broken
    tally.repeated += repeated
    tally.lines += len(lines)
    tally.unique += sound


def copy_file(path: Path, name: str, content: bytes, day: date, *, lines: int, tally: Tally) -> None:
    """The same content once more under another name: every line of it is a repeat, the broken ones too."""
    write_file(path.with_name(name), content, day + timedelta(days=1))
    tally.files += 1
    tally.lines += lines
    tally.repeated += lines
