"""Clients that write all the time and note, outside of the system under test, what they meant and what was acknowledged."""

from __future__ import annotations

import random
import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx


@dataclass
class Record:
    """What one record should be: its last acknowledged name and version, or gone; `unsure` while a write has no answer."""

    name: str
    version: int
    gone: bool = False


@dataclass
class Ledger:
    """All that one client did."""

    records: dict[str, Record] = field(default_factory=dict)
    created: int = 0
    acknowledged: int = 0
    repeated: int = 0
    strange: list[str] = field(default_factory=list)


class Writer(threading.Thread):
    """Creates, edits and deletes its own accounts. A request without an answer is repeated with the same key until there is one."""

    def __init__(self, url: str, token: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.ledger = Ledger()
        self.stopping = threading.Event()
        self._random = random.Random(seed)  # noqa: S311 - chooses work, protects nothing
        self._client = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=20)
        self._tag = f"f{seed:03}{uuid.uuid4().hex[:6]}"

    def run(self) -> None:
        """Write until told to stop."""
        while not self.stopping.is_set():
            live = [id_ for id_, record in self.ledger.records.items() if not record.gone]
            deed = self._random.random()
            if len(live) < 3 or deed < 0.4:
                self._create_one()
            elif deed < 0.85:
                self._edit_one(self._random.choice(live))
            else:
                self._delete_one(self._random.choice(live))

    def _create_one(self) -> None:
        name = f"{self._tag} {self.ledger.created}"
        self.ledger.created += 1
        answer = self._sent("POST", "/account", {"name": name, "emails": [f"{uuid.uuid4().hex}@example.com"]}, uuid.uuid4().hex)
        if answer.status_code == httpx.codes.CREATED:
            self.ledger.records[answer.json()["id"]] = Record(name, 1)
        else:
            self.ledger.strange.append(f"create: {answer.status_code} {answer.text[:200]}")

    def _edit_one(self, id_: str) -> None:
        record = self.ledger.records[id_]
        name = f"{self._tag} {uuid.uuid4().hex[:8]}"
        answer = self._sent(
            "POST", "/account/batch", {"update": [{"id": id_, "version": record.version, "name": name}]}, uuid.uuid4().hex
        )
        if answer.status_code == httpx.codes.OK:
            record.name, record.version = name, record.version + 1
        else:
            self.ledger.strange.append(f"edit: {answer.status_code} {answer.text[:200]}")

    def _delete_one(self, id_: str) -> None:
        answer = self._sent("POST", "/account/batch", {"delete": [id_]}, uuid.uuid4().hex)
        if answer.status_code == httpx.codes.OK:
            self.ledger.records[id_].gone = True
        else:
            self.ledger.strange.append(f"delete: {answer.status_code} {answer.text[:200]}")

    def _sent(self, method: str, path: str, body: object, key: str) -> httpx.Response:
        """Send until there is an answer; the key makes sure that it is done once."""
        while True:
            try:
                answer = self._client.request(method, path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.ledger.repeated += 1
                time.sleep(0.05)
                continue
            if answer.status_code in (409, 502, 503, 504):
                self.ledger.repeated += 1
                time.sleep(0.05)
                continue
            self.ledger.acknowledged += 1
            return answer
