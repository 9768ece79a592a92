from kundig.interfaces.web.assets import manifest
from kundig.interfaces.web.marks import avatar, highlight, hue, icon, initials


def test_initials() -> None:
    assert initials("Dr. Matthias Grünwald") == "MG"
    assert initials("ÖBB") == "ÖB"
    assert initials("Clara von Münchow") == "CM"
    assert initials("") == "?"
    assert initials("☎ Zentrale") == "ZE"


def test_a_name_keeps_its_hue() -> None:
    assert hue("Jana Küster") == hue("Jana Küster")
    assert {hue(f"name {n}") for n in range(200)} == set(range(1, 10))


def test_avatars_escape_names() -> None:
    assert "<script>" not in avatar('<script>"x')


def test_an_unknown_icon_is_a_box() -> None:
    assert icon("no-such-icon").endswith('#box"/></svg>')
    assert "house" in manifest().icons


def test_highlight_escapes_around_its_mark() -> None:
    assert highlight("<b>Hof & Gut", "hof") == "&lt;b&gt;<mark>Hof</mark> &amp; Gut"
    assert highlight("Nichts", "hof") == "Nichts"
    assert highlight("İzmir Nord", "nord") == "İzmir <mark>Nord</mark>", "a capital that is two letters when it is small"
