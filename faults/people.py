"""The files that the imports are tried with: companies, and people who belong to them by name; the same for the same size."""

from __future__ import annotations

import csv
import random
from pathlib import Path

FIRST = ("Anna", "Björn", "Carla", "Dörte", "Emil", "Frieda", "Günther", "Hanna", "Ingo", "Jule", "Karl", "Lena", "Mirko", "Nele")
LAST = ("Ahrens", "Böhm", "Cordes", "Dürr", "Ebert", "Fuß", "Gräf", "Hoyer", "Ihde", "Jäger", "Köhler", "Lüders", "Möller", "Noll")
FEWEST = 10
LABELS = ("work", "")


def write_companies(path: Path, rows: int) -> int:
    """One company for five people; how many there are."""
    count = max(rows // 5, FEWEST)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Firma", "Domain"])
        writer.writerows([_company(number), f"firma-{number}.example"] for number in range(count))
    return count


def write_people(path: Path, rows: int, companies: int) -> None:
    """People with a company, one or two e-mail addresses and mostly a phone number; the first address is unique."""
    chance = random.Random(rows)  # noqa: S311 - makes names, protects nothing
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Vorname", "Nachname", "Firma", "E-Mail", "E-Mail 2", "Telefon", "Position"])
        for number in range(rows):
            second = f"privat-{number}@example.org" if chance.random() < 0.2 else ""
            phone = f"030 {1_000_000 + number}" if chance.random() < 0.8 else ""
            writer.writerow(
                [
                    chance.choice(FIRST), f"{chance.choice(LAST)}-{chance.choice(LAST)}", _company(chance.randrange(companies)),
                    f"person-{number}@example.com", second, phone, chance.choice(("Einkauf", "Leitung", "")),
                ]
            )  # fmt: skip


def _company(number: int) -> str:
    return f"Übersee {number:06} GmbH"
