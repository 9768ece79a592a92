"""Encodings, separators and headers are recognised without being told."""

import io

import pytest

from kundig.base.errors import Invalid
from kundig.services.transfer.files import count_rows, read_rows, recognise
from kundig.services.transfer.files.recognise import NO_DELIMITER, letters, recognise_delimiter

TEXT = "Firma;Ort\nKäse & Söhne;Köln\n“Weiß” – Öl;Łódź\n"


def shape_of(content: bytes):
    return recognise(io.BytesIO(content))


def rows_of(content: bytes, after: int = 1):
    file = io.BytesIO(content)
    return list(read_rows(file, recognise(file), after))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(encoding) -> None:
    content = TEXT.encode(encoding)
    assert shape_of(content).header == ("Firma", "Ort")
    assert rows_of(content)[1].cells == ["“Weiß” – Öl", "Łódź"]


def test_windows_1252() -> None:
    content = "Firma;Preis\nWeiß;5 €\n".encode("cp1252")
    assert shape_of(content).encoding == "cp1252"
    assert rows_of(content)[0].cells == ["Weiß", "5 €"]


def test_the_whole_file_decides_about_the_encoding() -> None:
    content = b"Firma\n" + b"plain\n" * 300_000 + "Käse\n".encode("cp1252")
    assert rows_of(content)[-1].cells == ["Käse"]


def test_one_bad_byte_does_not_spoil_a_file_in_utf8() -> None:
    content = "Firma;Ort\nMüller;Köln\n".encode() + b"Sch\xe4fer;Ulm\n" + "Größe;Öd\n".encode()
    good, bad, last = rows_of(content)
    assert good.cells == ["Müller", "Köln"]
    assert good.fault is None
    assert bad.number == 3
    assert bad.fault is not None
    assert last.cells == ["Größe", "Öd"]
    assert last.fault is None


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators(separator) -> None:
    lines = [["Firma", "Umsatz", "Ort"], ["Käse", '"1.234,50"', "Köln"], ["Öl", '"0,99"', ""]]
    content = "\n".join(separator.join(line) for line in lines).encode()
    assert shape_of(content).delimiter == separator
    assert rows_of(content)[0].cells == ["Käse", "1.234,50", "Köln"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_first_line_may_name_the_separator(encoding) -> None:
    content = "sep=;\r\nFirma;Orte\r\nA;Köln,Bonn,Trier\r\n".encode(encoding)
    assert shape_of(content).header == ("Firma", "Orte")
    [row] = rows_of(content)
    assert (row.number, row.cells) == (2, ["A", "Köln,Bonn,Trier"])


def test_commas_inside_cells_do_not_mislead() -> None:
    assert recognise_delimiter("Name, Vorname;Ort, Land\nMüller, Eva;Köln, DE\nMeier;Ulm") == ";"


def test_a_single_column_is_not_split() -> None:
    content = "Firma\nMüller; Söhne\nA, B | C\n".encode()
    assert shape_of(content).delimiter == NO_DELIMITER
    assert [row.cells for row in rows_of(content)] == [["Müller; Söhne"], ["A, B | C"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines(end) -> None:
    content = f"{end}a;b{end}{end}1;2{end};{end}3;4".encode()
    assert [(row.number, row.cells) for row in rows_of(content)] == [(3, ["1", "2"]), (5, ["3", "4"])]


def test_quoted_cells() -> None:
    content = b'Firma;Text\r\n"A; ""B""";"Zeile 1\nZeile 2"\r\nC;D'
    assert [row.cells for row in rows_of(content)] == [['A; "B"', "Zeile 1\nZeile 2"], ["C", "D"]]


def test_reading_on_behind_a_row() -> None:
    content = b"a\n" + b"".join(b"%d\n" % n for n in range(2, 12))
    assert [row.cells for row in rows_of(content, after=8)] == [["9"], ["10"], ["11"]]
    file = io.BytesIO(content)
    assert count_rows(file, recognise(file)) == 10


def test_a_missing_quote_does_not_take_the_rest_along() -> None:
    content = b'a;b\n1;2\n"3;4\n' + b"5;6\n" * 400_000
    found = rows_of(content)
    assert found[0].cells == ["1", "2"]
    assert found[1].fault is not None
    assert found[-1].cells == ["5", "6"]
    assert found[-1].fault is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n \n",
        b";;;\n",
        b"\x00\x01\x02\x03binary\x00",
        b"PK\x03\x04 not a workbook\x00",
        b"a" * 5_000_000,
        b";".join([b"x"] * 1001),
    ],
    ids=["empty", "blank", "no names", "binary", "zip", "one long line", "too many columns"],
)
def test_what_is_no_file_of_rows_is_refused(content) -> None:
    with pytest.raises(Invalid) as caught:
        shape_of(content)
    assert caught.value.errors[0].field == "file"


def test_headers_are_trimmed_and_normalised() -> None:
    assert shape_of(" Gegru\u0308ndet ; Ort;;\n1;2\n".encode()).header == ("Gegründet", "Ort")


def test_what_somebody_says_is_taken_instead() -> None:
    content = io.BytesIO("Käse,5;Ort,Köln\nÖl,1;Ort,Bonn\n".encode("cp1252"))
    shape = recognise(content, {"headed": "no", "delimiter": ",", "encoding": "cp1252"})
    assert shape.header == ("A", "B", "C")
    assert [(row.number, row.cells) for row in read_rows(content, shape)] == [
        (1, ["Käse", "5;Ort", "Köln"]),
        (2, ["Öl", "1;Ort", "Bonn"]),
    ]
    assert count_rows(content, shape) == 2


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_letters_of_columns(index, name) -> None:
    assert letters(index) == name
