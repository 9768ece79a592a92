"""What is said about a password that is easy to guess."""

from __future__ import annotations

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from kundig.services.identity.passwords import SHORTEST
from kundig.services.identity.strength import strength_of

ABOUT = ("Ann Example", "ann@nordwind.example")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("ann example 90", "Your own name"),
        ("nordwind2024", "Your own name"),
        ("P@ssw0rd1", "used most"),
        ("Schalke04!", "used most"),
        ("Sommer-2025", "used most"),
        ("dfghjkl;", "side by side"),
        ("aaaaaaaaaaaa", "Repetitions"),
        ("12.03.1985", "Dates"),
        ("Elizabeth", "single words"),
    ],
)
def test_a_sentence_says_what_is_weak(password: str, weakness: str) -> None:
    found = strength_of(password, ABOUT)
    assert not found.enough
    assert weakness in str(found.weakness)
    assert found.weakness is not None
    assert found.weakness.render("de") != found.weakness.render("en")


@pytest.mark.parametrize("password", ["correct horse battery", "drei Fische im Schnee", "пароль и ещё", "x9!tPq2#vLm"])
def test_what_is_hard_to_guess_is_accepted(password: str) -> None:
    found = strength_of(password, ABOUT)
    assert found.enough
    assert found.weakness is None


def test_what_is_known_of_one_person_is_not_held_against_another() -> None:
    assert not strength_of("wolkenbruch", ("Wolkenbruch",)).enough
    assert strength_of("wolkenbruch und mehr", ("Ann",)).enough


def test_only_the_beginning_of_a_long_one_is_judged() -> None:
    long = "correct horse battery staple " * 40
    assert strength_of(long).enough
    assert strength_of(long[:100]).score == strength_of(long).score


def test_none_of_the_usual_ones_is_accepted() -> None:
    """The list that comes with zxcvbn, as far as its passwords are long enough to be judged at all."""
    usual = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= SHORTEST]
    assert len(usual) > 3000
    assert [password for password in usual if strength_of(password).enough] == []
