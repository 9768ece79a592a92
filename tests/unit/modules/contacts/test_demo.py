"""Invented people and companies."""

import random
from datetime import date
from itertools import count

import phonenumbers

from kundig.modules.contacts.demo import Population, SampleCompany, plain

TODAY = date(2026, 11, 23)


def companies(seed: int = 1) -> list[SampleCompany]:
    population = Population(random.Random(seed), TODAY, count().__next__)
    made = [population.company(0) for _ in range(300)]
    for company in made:
        company.people = [population.person(company) for _ in range(3)]
    return made


def test_the_same_seed_gives_the_same_people() -> None:
    first, second = companies(), companies()
    assert [c.values for c in first] == [c.values for c in second]
    assert [p.values for c in first for p in c.people] == [p.values for c in second for p in c.people]
    assert [c.values for c in companies(2)] != [c.values for c in first]


def test_nobody_occurs_twice() -> None:
    made = companies()
    assert len({c.domain for c in made}) == len(made)
    people = [person.name for company in made for person in company.people]
    assert len(set(people)) == len(people)
    phones = [phone["value"] for company in made for who in (company, *company.people) for phone in who.values["phones"]]
    assert len(set(phones)) == len(phones) > 100


def test_addresses_lead_nowhere_and_numbers_belong_to_nobody() -> None:
    free = ("+494066969", "+493023125", "+498999998", "+492214710", "+496990009", "+4917604069")
    for company in companies():
        assert company.domain.endswith(".example")
        assert company.domain.isascii()
        for person in company.people:
            assert person.values["emails"][0]["value"].endswith(f"@{company.domain}")
            for phone in person.values["phones"]:
                assert phone["value"].startswith(free)
                assert phonenumbers.is_valid_number(phonenumbers.parse(phone["value"]))


def test_names_become_addresses() -> None:
    assert plain("Süß & Söhne") == "suess-soehne"
    assert plain("Yıldız") == "yildiz"
