"""docs/limits.md says what the program keeps to."""

from __future__ import annotations

import inspect

import pytest
from tests.unit.house.source import ROOT

from kundig.base.database import Database, pools, replica, transactions
from kundig.base.http import Limits
from kundig.base.jobs import rescue, worker
from kundig.base.settings import Settings
from kundig.engine.records.writing import MAX_ITEMS
from kundig.engine.schema.ddl import applying
from kundig.interfaces import limits
from kundig.interfaces.api import bodies
from kundig.interfaces.api.parameters import MAX_PAGE
from kundig.interfaces.web.edge import MAX_FORM
from kundig.services.delivery import smtp
from kundig.services.transfer.imports import LARGEST_FILE

PAGE = (ROOT / "docs" / "limits.md").read_text()
SIZE = inspect.signature(Database).parameters["size"].default
OUTGOING = Limits()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PostgreSQL, a web process", f"{SIZE} connections"),
        ("PostgreSQL, a web process", f"waits {pools._CHECKOUT_SECONDS:.0f} s"),
        ("PostgreSQL, the worker", f"{SIZE} connections, and {worker.CONCURRENCY + 2} that"),
        ("PostgreSQL, the worker", f"{worker.CONCURRENCY} run at a time"),
        ("a read replica", f"{SIZE} connections"),
        ("a read replica", f"after {replica._CHECKOUT_SECONDS} s"),
        ("who asks us: the API", f"{Settings.__dataclass_fields__['api_rate'].default} requests a second"),
        ("connecting to the database", f"{pools._CONNECT_SECONDS} s"),
        ("a statement of a request", f"{transactions.STATEMENT_LIMIT_MS // 1000} s"),
        ("a change of tables", f"{applying.LOCK_TIMEOUT_MS} ms"),
        ("a change of tables", f"{applying.TRIES} times"),
        ("an outgoing request", f"{OUTGOING.seconds:.0f} s, {OUTGOING.bytes >> 20} MB"),
        ("a mail server", f"{smtp._SECONDS:.0f} s"),
        ("a body that comes in", f"{limits.GRACE:.0f} s, then {limits.SLOWEST:,} bytes"),
        ("stopping", f"{worker._GRACE_SECONDS:.0f} s for jobs"),
        ("a job that ends its worker", f"{rescue._MOST_ATTEMPTS} times"),
        ("the question mark", f"{limits.MAX_QUERY >> 10} KB, {limits.MAX_PARAMETERS:,} parts"),
        ("a body of the API", f"{bodies.MAX_BODY >> 20} MB, nested {bodies.MAX_DEPTH} deep"),
        ("a form", f"{MAX_FORM // 1_000_000} MB"),
        ("a file that is imported", f"{LARGEST_FILE // 1_000_000_000} GB"),
        ("records of one request", f"{MAX_ITEMS:,}"),
        ("a page of a list", f"{MAX_PAGE:,}"),
    ],
)
def test_the_page_says_what_holds(line: str, told: str) -> None:
    [found] = [row for row in PAGE.splitlines() if row.startswith("|") and line in row.split("|")[1]]
    assert told in found
