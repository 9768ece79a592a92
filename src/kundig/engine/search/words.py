"""Words: how texts and questions are taken apart, the same in both, so that what is written is found.

Everything that is no letter or digit separates words; case, accents and ß make no difference; ü is kept as u and as ue.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = r"[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u2000-\u206F\u2E00-\u2E7F\u3000-\u303F]+"
_WORD = re.compile(_SEPARATORS.replace("[", "[^", 1).replace("\\u0001", "\\u0000"))
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ð": "d", "ŋ": "n", "ŧ": "t", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)

UMLAUT = "[äöüÄÖÜ]"


def words_sql(text: str) -> str:
    """SQL of a text's folded words with blanks between them; `text` is SQL."""
    return f"btrim(regexp_replace(kundig.fold({text}), '{_SEPARATORS}', ' ', 'g'))"


def spelled_out_sql(text: str) -> str:
    """SQL of a text with ä, ö, ü as ae, oe, ue; `text` is SQL."""
    for letter, spelled in _UMLAUTS.items():
        text = f"replace({text}, '{letter}', '{spelled}')"
    return text


def vector_sql(text: str, weight: str) -> str:
    """SQL of the search vector of a text, with both spellings of umlauts; `text` is SQL and is evaluated several times."""
    plain = f"to_tsvector('simple', {words_sql(text)})"
    spelled = f"to_tsvector('simple', {words_sql(spelled_out_sql(text))})"
    return f"setweight(case when {text} ~ '{UMLAUT}' then {plain} || {spelled} else {plain} end, '{weight}')"


def query_sql(text: str, weight: str = "", *, beginning: bool = True) -> str:
    """SQL of the question that all words of a text occur, the last one as a `beginning`; `text` is SQL and must have a word."""
    between = f":{weight}" if weight else ""
    last = f":*{weight}" if beginning else between

    def asked(spelling: str) -> str:
        return f"to_tsquery('simple', replace({words_sql(spelling)}, ' ', '{between} & ') || '{last}')"

    return f"(case when {text} ~ '{UMLAUT}' then {asked(text)} || {asked(spelled_out_sql(text))} else {asked(text)} end)"


def folded(text: str) -> str:
    """As `kundig.fold`, near enough to mark words."""
    if text.isascii():
        return text.lower()
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return plain.translate(_LETTERS)


def spelled_out(text: str) -> str:
    """With ä, ö, ü as ae, oe, ue."""
    if text.isascii():
        return text
    return "".join(_UMLAUTS.get(c, c) for c in unicodedata.normalize("NFC", text))


def words_in(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end."""
    return [match.span() for match in _WORD.finditer(text)]
