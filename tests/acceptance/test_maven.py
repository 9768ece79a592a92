"""A real and untidy data set, imported as users would: figures equal those of the files, and undo leaves nothing behind."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from tests.acceptance.conftest import KUNDIG, Server, running

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "maven-crm"
SCRIPT = ROOT / "docs" / "examples" / "maven" / "import.sh"
STAGES = {"Won": "won", "Lost": "lost", "Engaging": "needs_analysis", "Prospecting": "qualification"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the data set is not there: {DATA}"),
]


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def run_script(server: Server) -> list[str]:
    """The changes that the script made, in their order."""
    done = subprocess.run(
        [SCRIPT, DATA],
        env={**server.environment, "KUNDIG": str(KUNDIG), "LANG": "C"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return re.findall(r"^Change ([0-9a-f-]{36})", done.stdout, re.MULTILINE)


def grouped(client: httpx.Client, object_: str, group: str, measure: str) -> dict[str | None, tuple[int, Decimal]]:
    """Count and sum by group; links by their label."""
    answer = client.get(f"/{object_}/aggregate", params={"group": group, "measure": f"count,{measure}"}, timeout=120)
    assert answer.status_code == 200, answer.text
    found = {}
    for row in answer.json()["data"]:
        key = row[group]["label"] if isinstance(row[group], dict) else row[group]
        found[key] = (row["count"], Decimal(row[measure] or 0))
    return found


def expected(key) -> dict[str | None, tuple[int, Decimal]]:
    """The same, from the file alone."""
    counts: Counter[str | None] = Counter()
    sums: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for row in rows("sales_pipeline.csv"):
        counts[key(row)] += 1
        sums[key(row)] += Decimal(row["close_value"] or 0)
    return {name: (counts[name], sums[name]) for name in counts}


def quarter(row: dict[str, str]) -> str | None:
    if not row["close_date"]:
        return None
    month, _, year = row["close_date"].split("/")
    return f"{year}-{(int(month) - 1) // 3 * 3 + 1:02}-01"


def objects(client: httpx.Client) -> list[str]:
    """All there are."""
    found = [described["name"] for described in client.get("/meta/objects").raise_for_status().json()["data"]]
    assert {"team", "user", "account", "contact", "product", "opportunity", "opportunity_line", "task", "ticket"} <= set(found)
    return found


def exported(client: httpx.Client) -> dict[str, str]:
    """A hash of all that every object's export holds, without what tells the time."""
    found = {}
    for object_ in objects(client):
        with client.stream("GET", f"/{object_}/export", params={"format": "jsonl"}, timeout=300) as answer:
            assert answer.status_code == 200
            found[object_] = hashlib.sha256(b"".join(sorted(line.encode() for line in answer.iter_lines()))).hexdigest()
    return found


def figures(client: httpx.Client) -> list[object]:
    """What aggregates and searches say."""
    searches = [client.get("/search", params={"q": q}).json()["data"] for q in ("acme", "GTX", "Schlecht", "1C1I7A6R")]
    return [
        grouped(client, "opportunity", "stage", "sum:amount"),
        grouped(client, "account", "industry", "sum:employees"),
        {name: client.get(f"/{name}/aggregate").raise_for_status().json()["data"] for name in objects(client)},
        searches,
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One of its own: sums over everything are compared, so nothing of other tests may be there."""
    with running() as started:
        yield started


def test_maven(server: Server) -> None:
    with server.client() as client:
        walk_through(server, client)


def walk_through(server: Server, client: httpx.Client) -> None:
    """Import, compare, import again, undo."""
    before = (exported(client), figures(client))
    changes = run_script(server)
    assert len(changes) == 5

    assert grouped(client, "opportunity", "stage", "sum:amount") == expected(lambda row: STAGES[row["deal_stage"]])
    assert grouped(client, "opportunity", "owner", "sum:amount") == expected(lambda row: row["sales_agent"])
    assert grouped(client, "opportunity", "account", "sum:amount") == expected(lambda row: row["account"] or None)
    assert grouped(client, "opportunity", "close_date:quarter", "sum:amount") == expected(quarter)
    product = expected(lambda row: row["product"].replace("GTXPro", "GTX Pro"))
    assert grouped(client, "opportunity_line", "product", "sum:net") == product
    offices = {row["sales_agent"]: row["regional_office"] for row in rows("sales_teams.csv")}
    assert grouped(client, "opportunity", "team", "sum:amount") == expected(lambda row: offices[row["sales_agent"]])
    reasons = grouped(client, "opportunity", "lost_reason", "sum:amount")
    assert {reason: count for reason, (count, _) in reasons.items() if reason} == {"other": 2473}
    check_accounts(client)
    check_users(client)

    assert run_script(server) == [], "a second run finds nothing to change"
    for change in reversed(changes):
        undo(client, change)
    assert (exported(client), figures(client)) == before


def check_accounts(client: httpx.Client) -> None:
    fields = "name,parent.name,industry,annual_revenue,employees,billing_address.country"
    found = client.get("/account", params={"fields": fields, "limit": 1000}).json()["data"]
    by_name = {record["name"]: record for record in found}
    assert len(by_name) == 85
    for row in rows("accounts.csv"):
        record = by_name[row["account"]]
        assert record["parent.name"] == (row["subsidiary_of"] or None)
        assert Decimal(record["annual_revenue"]["amount"]) == Decimal(row["revenue"]) * 1_000_000
        assert record["employees"] == int(row["employees"])
        assert record["industry"]
        assert record["billing_address.country"]


def check_users(client: httpx.Client) -> None:
    found = client.get("/user", params={"fields": "name,manager.name,teams,is_active", "limit": 1000}).json()["data"]
    by_name = {record["name"]: record for record in found}
    for row in rows("sales_teams.csv"):
        record = by_name[row["sales_agent"]]
        assert (record["manager.name"], record["is_active"]) == (row["manager"], False)
        manager = by_name[row["manager"]]
        assert not manager["is_active"]
        for person in (record, manager):
            assert [team["label"] for team in person["teams"]] == [row["regional_office"]]


def undo(client: httpx.Client, change: str) -> None:
    answer = client.post(f"/changes/{change}/undo", json={}, timeout=600)
    assert answer.status_code in {200, 202}, answer.text
    end = time.monotonic() + 600
    while (state := client.get(f"/changes/{answer.json()['change']}").raise_for_status().json()["state"]) == "running":
        assert time.monotonic() < end, "undoing takes too long"
        time.sleep(0.2)
    assert state == "applied"
