"""What is seen in a file's columns, and what is not guessed."""

import io

import pytest

from kundig.services.transfer.files import recognise
from kundig.services.transfer.survey import distinct, seems_headed, style_of, survey_file


@pytest.mark.parametrize(
    ("texts", "seen"),
    [
        (["1.234,50", "7"], ("de", None)),
        (["12,5 €", "3,00"], ("de", None)),
        (["31.12.2026"], ("de", None)),
        (["1,234.50", "7"], ("en", None)),
        (["$1,200.00"], ("en", None)),
        (["12/31/2026"], ("en", "mdy")),
        (["31/12/2026", "01/02/2026"], ("en", "dmy")),
        (["03/04/2026"], ("en", None)),
        (["31/12/2026", "12/31/2026"], ("en", None)),
        (["2026-12-31", "12", "Köln", "1.234,5.6"], (None, None)),
    ],
)
def test_how_figures_seem_to_be_written(texts, seen) -> None:
    assert style_of(texts) == seen


@pytest.mark.parametrize(
    ("header", "headed"),
    [
        (("Name", "E-Mail", "Telefon 2"), True),
        (("Name", "2024", "2025", "Ort"), False),
        (("Name", "2025", "Ort"), True),
        (("Eva", "eva@example.com"), False),
        (("Firma", "https://firma.example"), False),
        (("Eva", "Meier", "31.12.1980"), False),
    ],
)
def test_whether_a_first_row_names_columns(header, headed) -> None:
    assert seems_headed(header) is headed


def test_columns_can_be_told_apart() -> None:
    assert distinct(["Name", "", "Name", "Ort", "Name"]) == ("Name", "B", "Name (2)", "Ort", "Name (3)")


def test_a_survey() -> None:
    content = "Ort;Umsatz\n" + "Köln;1,50\n;2,50\nBonn;\nKöln;1,50\n"
    file = io.BytesIO(content.encode())
    survey = survey_file(file, recognise(file))
    town, sales = survey.columns
    assert (town.filled, town.samples, town.values, town.more) == (3, ("Köln", "Bonn"), (("Köln", 2), ("Bonn", 1)), False)
    assert sales.values == (("1,50", 2), ("2,50", 1))
    assert survey.rows[:2] == (("Köln", "1,50"), ("", "2,50"))
    assert (survey.looked_at, survey.language, survey.sheets) == (4, "de", ())


def test_columns_of_many_texts_show_the_most_frequent() -> None:
    rows = [f"t{n}" for n in range(300)] + ["often"] * 5
    file = io.BytesIO("\n".join(["a", *rows]).encode())
    [column] = survey_file(file, recognise(file)).columns
    assert column.values[0] == ("often", 5)
    assert (len(column.values), column.more) == (100, True)
