"""People who were erased do not come back: what a file says of them counts as blank lines, by every path of reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.erased import Erased
from orchestration.loading.rows import ERASED_NO, RowMaker
from orchestration.sources.records import Blank, Parsed, Reject


def living(items: Iterable[Parsed], maker: RowMaker) -> Iterable[Parsed]:
    """What the parser found, with blanks in place of what is about people who were erased.

    A broken line that names one of them is theirs; where many lines are broken as one, only the name is taken out.
    """
    erased = maker.erased
    return items if erased is None else _blanked(items, maker, erased)


def _blanked(items: Iterable[Parsed], maker: RowMaker, erased: Erased) -> Iterator[Parsed]:
    for item in items:
        if isinstance(item, Blank):
            yield item
        elif isinstance(item, Reject):
            raw = erased.hide(item.raw)
            is_gone = raw != item.raw and item.lines <= 1
            yield Blank(item.lines) if is_gone else replace(item, raw=raw)
        else:
            yield Blank(item.lines) if maker.is_erased(item) else item


def living_rows(rows: pa.Table, maker: RowMaker) -> pa.Table:
    """The rows of a fast path without those of people who were erased, which `maker` has numbered so."""
    if maker.erased is None or not rows.num_rows:
        return rows
    is_gone = pc.equal(rows["alias_no"], pa.scalar(ERASED_NO, pa.int64())).fill_null(False).to_numpy()
    return rows.filter(pa.array(~is_gone)) if is_gone.any() else rows
