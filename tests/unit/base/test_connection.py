"""Texts with names become texts with numbers, once."""

from __future__ import annotations

import pytest

from kundig.base.database.connection import _numbered


def test_each_name_gets_one_number() -> None:
    text, names = _numbered("select %(a)s, %(b_1)s::int[], %(a)s where x like '%%y' and n %% 2 = 0", "")
    assert text == "select $1, $2::int[], $1 where x like '%y' and n % 2 = 0"
    assert names == ("a", "b_1")


def test_a_text_without_values() -> None:
    assert _numbered("select 1", "") == ("select 1", ())


def test_the_schema_is_put_in() -> None:
    assert _numbered('select %(a)s from "{ws}".account, {ws}.team', '"ws_main"') == (
        'select $1 from "ws_main".account, "ws_main".team',
        ("a",),
    )


def test_a_workspace_is_needed_where_one_is_named() -> None:
    with pytest.raises(RuntimeError, match="in no workspace"):
        _numbered("select 1 from {ws}.account", "")
