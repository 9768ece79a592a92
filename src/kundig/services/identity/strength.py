"""How hard a password is to guess, by zxcvbn: dictionaries of what leaked and of names, rows of keys, dates, repetitions.

It knows many thousand passwords offline; nothing of a password leaves the program. What is easy is told in a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # it has no types

from kundig.base.i18n import Text, t

ENOUGH = 3
"""The least score of zxcvbn's 0 to 4: more than a hundred million guesses."""
_SEEN = 100
"""Characters that are judged: more would only take time, and what is strong by then stays so."""
_SIGNS, _FEW_SIGNS, _SEEN_OF_SIGNS = frozenset("4@8({[<369&#!1/|0$5+7%2"), 5, 24
"""What zxcvbn reads as letters too, in all combinations: with many different ones a long text would take seconds."""
_LEAST_WORD = 3
_GERMAN = tuple(
    """passwort passwort1 qwertzui qwertz qwert hallo hallohallo schalke04 schalke bayern dortmund willkommen geheim geheim123
    sommer winter herbst frühling fruehling januar februar märz maerz april mai juni juli august september oktober november dezember
    montag dienstag mittwoch donnerstag freitag samstag sonntag deutschland berlin hamburg münchen muenchen
    computer baby mausi engel sonne schatz testtest start123 admin123 anmeldung kennwort zugang firma büro buero""".split()  # noqa: SIM905 - reads better
)
"""Often seen in German leaks, and missing in the English lists."""
_ONE = Lock()
"""zxcvbn keeps what is known of the person in a place of the whole process."""

_MORE = t("Add a word or two; unusual ones are best.")
_LONGER_ROW = t("Use words instead.")


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard it is to guess, from 0 to 4, and what is weak about it if that isn't enough."""

    score: int
    weakness: Text | None = None

    @property
    def enough(self) -> bool:
        """Whether it is accepted."""
        return self.score >= ENOUGH


def strength_of(password: str, about: Sequence[str] = ()) -> Strength:
    """Judge a password; `about` are the person's name, address, company, whose words are worth nothing. Takes milliseconds."""
    known = _words(about)
    judged = unicodedata.normalize("NFC", password[: 2 * _SEEN])
    judged = judged[: _SEEN if len(_SIGNS & set(judged)) <= _FEW_SIGNS else _SEEN_OF_SIGNS]
    with _ONE:
        found = zxcvbn(judged, user_inputs=[*known, *_GERMAN, "kundig"], max_length=_SEEN)
    score = int(found["score"])
    if score >= ENOUGH:
        return Strength(score)
    longest: dict[str, Any] = max(found["sequence"], key=lambda match: len(match["token"]), default={})
    return Strength(score, t("{weakness} {advice}", weakness=_weakness(longest, known), advice=_advice(longest)))


def _words(about: Iterable[str]) -> frozenset[str]:
    """What is known of a person, as a whole and word by word."""
    texts = [text.casefold() for text in about if text]
    return frozenset(word for text in texts for word in (text, *re.split(r"[\W_]+", text)) if len(word) >= _LEAST_WORD)


def _weakness(match: dict[str, Any], known: frozenset[str]) -> Text:
    pattern, dictionary = match.get("pattern"), match.get("dictionary_name")
    if pattern == "dictionary" and str(match.get("matched_word", "")) in known:
        return t("Your own name, address or company is the first that somebody tries.")
    if pattern == "dictionary" and dictionary in ("passwords", "user_inputs"):
        return t("This is one of the passwords that are used most.")
    if pattern == "dictionary":
        return t("Names and single words are guessed quickly, however they are spelled.")
    if pattern == "spatial":
        return t("Keys that lie side by side are guessed quickly.")
    if pattern in ("repeat", "sequence"):
        return t("Repetitions and rows such as abc or 6543 are guessed quickly.")
    if pattern in ("date", "regex"):
        return t("Dates and years are guessed quickly.")
    return t("This password is too easy to guess.")


def _advice(match: dict[str, Any]) -> Text:
    return _LONGER_ROW if match.get("pattern") in ("spatial", "sequence", "repeat") else _MORE
