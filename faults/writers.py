"""Clients that write records all the time, one by one and in bulk, and know afterwards how each of them must be."""

from __future__ import annotations

import random
import threading
import uuid
from functools import partial
from typing import Any

import httpx

from faults.client import Client
from faults.ledger import Ledger, Record

BULK = 200


class Writer(threading.Thread):
    """Somebody who works until told to stop; what they make is found by the tag in its name."""

    def __init__(self, client: Client, number: int, colleague: str) -> None:
        super().__init__(daemon=True)
        self.client, self.ledger = client, client.ledger
        self.colleague = colleague
        self.stopping = threading.Event()
        self.chance = random.Random(number)  # noqa: S311 - chooses work, protects nothing
        self.tag = f"f{number:05}{uuid.uuid4().hex[:6]}"

    def run(self) -> None:
        """Turn by turn; whatever goes wrong in a turn is noted."""
        try:
            while not self.stopping.is_set():
                self.turn()
        except Exception as error:
            self.ledger.strange(f"{type(self).__name__} ended by {error!r}")

    def turn(self) -> None:
        """One deed."""
        raise NotImplementedError

    def check(self) -> None:
        """Note whatever is not as it was acknowledged, and whatever nobody asked for."""
        raise NotImplementedError

    def expect(self, deed: str, answer: httpx.Response, *statuses: int) -> bool:
        """Whether the answer is one of these; any other is noted."""
        if answer.status_code in statuses:
            return True
        self.ledger.strange(f"{deed}: {answer.status_code} {answer.text[:300]}")
        return False


def compare(ledger: Ledger, shown: dict[str, dict[str, Any]], wanted: dict[str, Record]) -> None:
    """Records as they are against records as they should be."""
    for id_ in shown.keys() | wanted.keys():
        record, found = wanted.get(id_), shown.get(id_)
        if record is None:
            ledger.strange(f"{id_}: nobody was told of {found}")
        elif record.gone != (found is None):
            ledger.strange(f"{id_}: {'still there' if record.gone else 'lost'}, {record}")
        elif found and (found["name"], found["version"]) != (record.name, record.version):
            ledger.strange(f"{id_}: {found} instead of {record}")


class RecordWriter(Writer):
    """Creates, edits and deletes accounts one by one; some of them are given to a colleague, who has to be told."""

    def __init__(self, client: Client, number: int, colleague: str) -> None:
        super().__init__(client, number, colleague)
        self.records: dict[str, Record] = {}
        self.made = 0

    def turn(self) -> None:
        """One account, or one change of one."""
        live = [id_ for id_, record in self.records.items() if not record.gone]
        deed = self.chance.random()
        if len(live) < 3 or deed < 0.4:
            self._create()
        elif deed < 0.6:
            self._edit(self.chance.choice(live))
        elif deed < 0.85:
            self._patch(self.chance.choice(live))
        else:
            self._remove(self.chance.choice(live))

    def check(self) -> None:
        """Every account by its name and version."""
        compare(self.ledger, self.client.named("account", "name", self.tag), self.records)

    def _create(self) -> None:
        name = f"{self.tag} {self.made}"
        self.made += 1
        body: dict[str, Any] = {"name": name, "emails": [f"{uuid.uuid4().hex}@example.com"]}
        if self.chance.random() < 0.2:
            body["owner"] = self.colleague
        answer = self.client.done_once("create", "/account", json=body)
        if self.expect("create", answer, 201):
            self.records[answer.json()["id"]] = Record(name, 1)

    def _edit(self, id_: str) -> None:
        record, name = self.records[id_], self._other_name()
        change = {"id": id_, "version": record.version, "name": name}
        if self.expect("edit", self.client.done_once("edit", "/account/batch", json={"update": [change]}), 200):
            record.name, record.version = name, record.version + 1

    def _patch(self, id_: str) -> None:
        """Without a key: the version tells, after a lost answer, whether it was done."""
        record, name = self.records[id_], self._other_name()
        self.ledger.meant("patch", id_, name)
        send = partial(self.client.api.patch, f"/account/{id_}", json={"name": name}, headers={"If-Match": f'"{record.version}"'})
        answers = list(self.client.answers("patch", id_, send))
        found = answers[-1]
        assert found is not None
        if found.status_code == httpx.codes.PRECONDITION_FAILED and len(answers) > 1:
            shown = self.client.read(f"/account/{id_}", fields="name,version")
            if (shown["name"], shown["version"]) != (name, record.version + 1):
                self.ledger.strange(f"patch: {id_} is {shown}, neither before nor after {record} became {name}")
        elif not self.expect("patch", found, 200):
            return
        record.name, record.version = name, record.version + 1

    def _remove(self, id_: str) -> None:
        if self.expect("delete", self.client.done_once("delete", "/account/batch", json={"delete": [id_]}), 200):
            self.records[id_].gone = True

    def _other_name(self) -> str:
        return f"{self.tag} {uuid.uuid4().hex[:8]}"


class BulkWriter(Writer):
    """Creates, changes and deletes some hundred accounts at a time; looks in between that never a part of them is there."""

    def __init__(self, client: Client, number: int, colleague: str) -> None:
        super().__init__(client, number, colleague)
        self.records: dict[str, Record] = {}

    def turn(self) -> None:
        """A few hundred, from their creation to mostly their end."""
        word = self._word()
        names = [f"{word} {n}" for n in range(BULK)]
        answer = self._batch("bulk create", word, create=[{"name": name} for name in names])
        if not self.expect("bulk create", answer, 200):
            return
        ids = answer.json()["created"]
        self.records |= {id_: Record(name, 1) for id_, name in zip(ids, names, strict=True)}
        word = self._word()
        answer = self._batch("bulk edit", word, update=[{"id": id_, "name": f"{word} {id_}", "version": 1} for id_ in ids])
        if not self.expect("bulk edit", answer, 200):
            return
        self.records |= {id_: Record(f"{word} {id_}", 2) for id_ in ids}
        if self.chance.random() < 0.7 and self.expect("bulk delete", self._batch("bulk delete", word, delete=ids), 200):
            for id_ in ids:
                self.records[id_].gone = True

    def check(self) -> None:
        """Every account by its name and version."""
        compare(self.ledger, self.client.named("account", "name", self.tag), self.records)

    def _word(self) -> str:
        return f"{self.tag} {uuid.uuid4().hex[:8]}"

    def _batch(self, deed: str, word: str, **lists: Any) -> httpx.Response:
        return self.client.done_once(deed, "/account/batch", json=lists, between=partial(self._all_or_nothing, deed, word))

    def _all_or_nothing(self, deed: str, word: str) -> None:
        count = len(self.client.named("account", "name", word))
        if count not in (0, BULK):
            self.ledger.strange(f"{deed}: {count} of {BULK} are there")
