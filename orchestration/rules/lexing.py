"""Texts of the rule language -> tokens with their place.

Whatever is not in this alphabet (comments, casts, parameters, semicolons, templates, escapes, foreign characters) ends
here, at its own character, before any SQL parser sees the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from orchestration.rules.faults import LanguageError

MAX_LENGTH = 4_000
MAX_DEPTH = 50

Kind = Literal["number", "word", "text", "operator"]

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>'(?:[^'\x00]|'')*')
    |(?P<operator><=|>=|<>|!=|==|[=<>+\-*/(),])""",
    re.VERBOSE,
)
_REFUSED = {
    "--": ("a comment is not part of a condition", "delete it; say it in `why`"),
    "/*": ("a comment is not part of a condition", "delete it; say it in `why`"),
    "::": ("a cast is not part of a condition", "declare the type of the attribute in catalogue.attributes"),
    "||": ("joining texts is not part of a condition", "compare each attribute on its own"),
    "{{": ("a template is not part of a condition", "write the value itself"),
    "{%": ("a template is not part of a condition", "write the value itself"),
}
_REFUSED_CHARACTERS = {
    ";": ("a condition is one expression", "delete the ';' and what follows"),
    '"': ("double quotes name nothing here", "write text in single quotes, and attributes without quotes"),
    "`": ("back quotes name nothing here", "write text in single quotes, and attributes without quotes"),
    "'": ("a quote is opened here and never closed", "close it; a quote within a text is doubled: 'it''s'"),
    "\\": ("a backslash has no meaning here", "delete it; a quote within a text is doubled: 'it''s'"),
    "$": ("parameters are not part of a condition", "write the value itself"),
    "?": ("parameters are not part of a condition", "write the value itself"),
    "[": ("lists in brackets are not part of a condition", "write a list of values as in ('a', 'b')"),
    "\x00": ("a null character stands here", "delete it"),
}
_TYPOGRAPHIC = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00b4\u2032\u2033"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its text as written and the offset of its first character."""

    kind: Kind
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The text of a word in lower case; for other tokens the text itself."""
        return self.text.lower() if self.kind == "word" else self.text

    @property
    def value(self) -> str:
        """What a quoted text says."""
        return self.text[1:-1].replace("''", "'")


def tokens(text: str) -> list[Token]:
    """The tokens of `text`; raises LanguageError at the first character outside the language."""
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"this is longer than {MAX_LENGTH} characters", "split the rule", MAX_LENGTH)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or text[at : at + 2] in _REFUSED:
            raise _stray(text, at)
        if match.lastgroup != "space":
            _separate(text, match)
            found.append(Token(match.lastgroup, match[0], at))  # type: ignore[arg-type]
        at = match.end()
    _check_depth(found)
    return found


def _separate(text: str, match: re.Match[str]) -> None:
    """Refuses `e'...'`, `1abc`, `1.2.3`, `'a'b`: a token that leans on its neighbour means something else in SQL."""
    after = text[match.end() : match.end() + 1]
    leans = {"word": after == "'", "number": after.isalnum() or after in ("_", ".", "'"), "text": after.isalnum()}
    if match.lastgroup and after and leans.get(match.lastgroup):
        raise LanguageError(f"{match[0] + after!r} has no meaning", "put a space or an operator between", match.end())


def _stray(text: str, at: int) -> LanguageError:
    what = _REFUSED.get(text[at : at + 2]) or _REFUSED_CHARACTERS.get(text[at])
    if what is None and text[at] in _TYPOGRAPHIC:
        what = (f"the quote {text[at]} is typographic", "write straight single quotes: '")
    if what is None:
        mend = "use and, or, not, in, between, is null, comparisons, + - * / and parentheses"
        what = (f"the character {_named(text[at])} is not part of a condition", mend)
    return LanguageError(*what, at)


def _named(character: str) -> str:
    if character.isascii() and character.isprintable():
        return repr(character)
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{f' ({name})' if name else ''}"


def _check_depth(found: list[Token]) -> None:
    """Refuses unpaired parentheses and deep nesting: of parentheses, and of `not` and signs, which nest as well."""
    opened: list[Token] = []
    run = 0
    for token in found:
        run = run + 1 if token.word in ("not", "-", "+") else 0
        if token.text == "(":
            opened.append(token)
        elif token.text == ")" and not opened:
            raise LanguageError("this parenthesis closes nothing", "delete it, or open one before", token.offset)
        elif token.text == ")":
            opened.pop()
        if len(opened) > MAX_DEPTH or run > MAX_DEPTH:
            raise LanguageError(f"this is nested deeper than {MAX_DEPTH}", "split the rule", token.offset)
    if opened:
        raise LanguageError("this parenthesis is never closed", "close it", opened[-1].offset)
