"""German as the house speaks it: calm, polite, in its own quotation marks, with every parameter of the English text."""

import re
from collections.abc import Iterator

import pytest
from tools.messages import by_home, placeholders, read

FAMILIAR = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]ein(e[mnrs]?)?|[Ee]uch|[Ee]uer|[Ee]ure[mnrs]?)\b")
FOREIGN_QUOTES = re.compile(r"”|‘|’|“\w|(?<![\w=])\"\{")


def translations(language: str) -> Iterator[tuple[str, str]]:
    """All texts of a language with their English ids."""
    for folder in by_home():
        for entry in read(folder, language):
            if entry.id:
                yield str(entry.id), str(entry.string)


def test_nobody_shouts_or_is_too_familiar() -> None:
    found = [text for _, text in translations("de") if "!" in text or FAMILIAR.search(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("text", ["Gib dein Passwort ein.", "Das kannst du nicht.", "Hilft dir das?"])
def test_what_is_too_familiar_is_found(text: str) -> None:
    assert FAMILIAR.search(text)


@pytest.mark.parametrize("text", ["Die Dauer des Imports", "Ihre Direktion", "Duplikat", "Ein Deut"])
def test_other_words_are_left_alone(text: str) -> None:
    assert not FAMILIAR.search(text)


def test_quotation_marks_are_german() -> None:
    found = [text for _, text in translations("de") if FOREIGN_QUOTES.search(text) or text.count("„") != text.count("“")]
    assert not found, "\n".join(found)


def test_both_languages_have_every_parameter() -> None:
    found = [pair for language in ("de", "en") for pair in translations(language) if placeholders(pair[0]) != placeholders(pair[1])]
    assert not found, found


def test_a_text_means_the_same_in_every_catalog() -> None:
    """All catalogs of a language are merged, so one would win over the other."""
    known: dict[str, str] = {}
    found = [(id_, text, known[id_]) for id_, text in translations("de") if known.setdefault(id_, text) != text]
    assert not found, found


def test_english_is_its_own_translation() -> None:
    assert not [pair for pair in translations("en") if pair[0] != pair[1]]
