"""What the parsers of the rule language raise: what is wrong, at which character, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LanguageError(ValueError):
    """One mistake in a text of the rule language.

    `offset` counts characters from 0 within the parsed text; callers that know the file turn it into a position.
    """

    def __init__(self, what: str, mend: str, offset: int = 0) -> None:
        super().__init__(f"{what} - {mend}")
        self.what = what
        self.mend = mend
        self.offset = offset

    def moved(self, by: int) -> LanguageError:
        """The same mistake, as seen from a text in which the parsed one begins at character `by`."""
        return LanguageError(self.what, self.mend, self.offset + by)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`"; did you mean 'x'?"` for the known word most like `word`, or the empty string."""
    folded = {name.casefold(): name for name in known}
    match = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f"; did you mean {folded[match[0]]!r}?" if match else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """At most `limit` names for an error message, in order."""
    ordered = sorted(names)
    rest = len(ordered) - limit
    return ", ".join(ordered[:limit]) + (f" and {rest} more" if rest > 0 else "")
