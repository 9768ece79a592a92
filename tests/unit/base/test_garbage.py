"""The search for garbage is off inside and on again afterwards, however tasks overlap."""

from __future__ import annotations

import gc

import pytest

from kundig.base.garbage import unsearched


def test_off_inside_and_on_afterwards() -> None:
    with unsearched():
        assert not gc.isenabled()
        with unsearched():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_on_again_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), unsearched():
        raise ZeroDivisionError
    assert gc.isenabled()


@pytest.mark.parametrize("first_out", [0, 1])
def test_overlapping(first_out: int) -> None:
    both = [unsearched(), unsearched()]
    for entered in both:
        entered.__enter__()
    both[first_out].__exit__(None, None, None)
    both[1 - first_out].__exit__(None, None, None)
    assert gc.isenabled()
