"""The pages of lists: views as tabs, what an address says, the filter editor, and what a reader can't have."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

CUSTOM = """
kind: object
name: machine
label: {en: Machine, de: Maschine}
label_plural: {en: Machines, de: Maschinen}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: state, type: choice, label: {en: State, de: Zustand}, main: true, options: {choices: [
      {key: new, label: {en: New, de: Neu}}, {key: old, label: {en: Old, de: Alt}}]}}
  - {name: built, type: date, label: {en: Built, de: Gebaut}, main: true}
  - {name: price, type: money, label: {en: Price, de: Preis}, main: true}
  - {name: account, type: link, label: {en: Account, de: Firma}, main: true, options: {target: account}}
---
kind: role
name: operator
label: {en: Operator, de: Bediener}
objects: {machine: {read: all, edit: all, fields: {price: hidden}}, account: {read: all}}
rights: [share_views]
"""


@dataclass
class Hall:
    """Machines of two accounts, an administrator and somebody who does not see prices."""

    crm: Crm
    boss: Caller
    operator: Caller

    async def goto(self, caller: Caller, path: str, **params: Any) -> str:
        url = httpx.URL(path)
        for name, value in params.items():
            url = url.copy_set_param(name, value if isinstance(value, str) else json.dumps(value))
        answer = await caller.pages.get(url)
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    async def post(self, caller: Caller, path: str, data: dict[str, Any]) -> str:
        """Where a form leads to."""
        answer = await caller.pages.post(path, data=data)
        assert answer.status_code == 303, answer.text[:2000]
        return answer.headers["location"]


@pytest.fixture(scope="module")
async def hall(new_crm: Callable[[], Awaitable[Crm]]) -> Hall:
    crm = await new_crm()
    await crm.configure(CUSTOM)
    owners = [await crm.create("account", name=name, industry="technology") for name in ("Nord", "Süd")]
    for n in range(6):
        state = ("new", "old")[n % 2]
        price = {"amount": f"{n * 100}", "currency": "EUR"}
        await crm.create("machine", name=f"Presse {n}", state=state, built=f"2024-0{n + 1}-01", price=price, account=owners[n % 2])
    boss = await crm.user("administrator")
    return Hall(crm, await crm.caller(boss), await crm.caller(await crm.user("operator")))


def names(text: str) -> list[str]:
    return re.findall(r"<b>(Presse \d)</b>", text)


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


CHEAP = {"field": "price", "op": "lt", "value": "300"}
NEW = {"field": "state", "op": "is", "value": "new"}


async def test_columns_order_and_filter_come_from_the_address(hall: Hall) -> None:
    text = await hall.goto(
        hall.boss, "/o/machine", where=[NEW, CHEAP], order="-name", cols="label*300,price,account.name", frozen="2"
    )
    assert names(text) == ["Presse 2", "Presse 0"]
    assert re.findall(r'data-field="([\w.]+)"', text) == ["label", "price", "account.name"]
    assert 'width="300"' in text
    assert 'data-frozen="2"' in text


async def test_several_sort_keys_are_numbered(hall: Hall) -> None:
    text = await hall.goto(hall.boss, "/o/machine", order="state,-name", cols="label,name,state")
    assert names(text) == ["Presse 4", "Presse 2", "Presse 0", "Presse 5", "Presse 3", "Presse 1"]
    heads = dict(re.findall(r'data-field="(\w+)" scope="col" aria-sort="(\w+)"', text))
    assert heads == {"name": "descending", "state": "ascending"}
    assert re.findall(r"<small>(\d)</small>", text) == ["2", "1"]


async def test_a_view_is_kept_changed_and_gone_back_to(hall: Hall) -> None:
    to = await hall.post(
        hall.boss, "/o/machine/views", {"name": "Neue", "query": f"where={json.dumps([NEW])}&order=-name&frozen=3"}
    )
    text = await hall.goto(hall.boss, to)
    assert names(text) == ["Presse 4", "Presse 2", "Presse 0"]
    assert "View saved." not in text
    assert "Save view</button>" not in text, "nothing has changed yet"
    changed = await hall.goto(hall.boss, to, order="name")
    assert names(changed) == ["Presse 0", "Presse 2", "Presse 4"]
    assert "Save view</button>" in changed or "Ansicht speichern</button>" in changed
    view = asked(to)["view"]
    await hall.post(hall.boss, f"/o/machine/views/{view}", {"query": f"view={view}&order=name"})
    assert names(await hall.goto(hall.boss, to)) == ["Presse 0", "Presse 2", "Presse 4"]


async def test_a_shared_view_shows_nobody_more_than_they_may_see(hall: Hall) -> None:
    kept = {
        "name": "Günstige neue",
        "query": f"where={json.dumps([NEW, CHEAP])}&cols=label,price,state&order=-price,name",
        "share": "everybody",
    }
    to = await hall.post(hall.boss, "/o/machine/views", kept)
    assert names(await hall.goto(hall.boss, to)) == ["Presse 2", "Presse 0"]
    text = await hall.goto(hall.operator, to)
    assert names(text) == ["Presse 0", "Presse 2", "Presse 4"], "without the condition on prices, in the order that is left"
    assert not re.search("[Pp]reis|[Pp]rice", text)
    assert re.findall(r'data-field="(\w+)"', text) == ["label", "state"]
    assert "left out" in text or "weggelassen" in text
    count = await hall.goto(hall.operator, f"/o/machine/count?{urlsplit(to).query}")
    assert count == "3"


async def test_a_hidden_field_and_one_that_is_not_there_look_the_same(hall: Hall) -> None:
    answers = []
    for field in ("price", "nothing"):
        part = {"field": field, "op": "lt", "value": "300"}
        text = await hall.goto(hall.operator, "/o/machine", where=[NEW, part], order=f"{field},name", group=field)
        made = r'"x-csrftoken": "\w+"|value="[0-9a-f]{40}"|from=\d+'  # other ones on every page
        answers.append(re.sub(made, "", text.replace(field, "x")))
    assert answers[0] == answers[1]


async def test_another_persons_private_view_is_not_there(hall: Hall) -> None:
    to = await hall.post(hall.boss, "/o/machine/views", {"name": "Geheim", "query": "order=-name"})
    assert "Geheim" not in await hall.goto(hall.operator, to)
    view = asked(to)["view"]
    assert (await hall.operator.pages.get(f"/o/machine/count?view={view}")).status_code == 404
    assert (await hall.operator.pages.get(f"/o/machine/views/{view}/edit")).status_code == 404
    assert (await hall.operator.pages.post(f"/o/machine/views/{view}", data={"name": "Meins"})).status_code == 404
    assert (await hall.operator.pages.post(f"/o/machine/views/{view}/delete")).status_code == 404


async def test_the_first_view_of_a_role(hall: Hall) -> None:
    to = await hall.post(hall.boss, "/o/machine/views", {"name": "Für Bediener", "query": "order=-name", "share": "everybody"})
    view = asked(to)["view"]
    assert (await hall.operator.pages.post(f"/o/machine/views/{view}/defaults", data={"role": "operator"})).status_code == 403
    await hall.post(hall.boss, f"/o/machine/views/{view}/defaults", {"role": "operator"})
    assert names(await hall.goto(hall.operator, "/o/machine"))[0] == "Presse 5"
    await hall.post(hall.boss, f"/o/machine/views/{view}/defaults", {})


async def test_the_editor_turns_controls_into_the_whole_filter(hall: Hall) -> None:
    form = {
        "query": "order=name",
        "done": "1",
        "n.0.join": "all",
        "n.0.0.field": "state", "n.0.0.op": "in", "n.0.0.value": ["new", "old"],
        "n.0.1.join": "none",
        "n.0.1.0.field": "account.name", "n.0.1.0.op": "starts_with", "n.0.1.0.value": "N",
        "n.0.1.1.field": "built", "n.0.1.1.op": "within", "n.0.1.1.period": "last_days", "n.0.1.1.n": "30",
        "n.0.2.field": "price", "n.0.2.op": "between", "n.0.2.value": "100", "n.0.2.value2": "1.000",
        "n.0.3.field": "name", "n.0.3.op": "contains", "n.0.3.value": "", "n.0.3.fresh": "1",
    }  # fmt: skip
    to = await hall.post(hall.boss, "/o/machine/filter", form)
    assert json.loads(asked(to)["where"]) == [
        {"field": "state", "op": "in", "value": ["new", "old"]},
        {
            "none": [
                {"field": "account.name", "op": "starts_with", "value": "N"},
                {"field": "built", "op": "within", "value": "last_30_days"},
            ]
        },
        {"field": "price", "op": "between", "value": ["100", "1000"]},
    ]
    assert asked(to)["order"] == "name"
    text = await hall.goto(hall.boss, to)
    assert names(text) == ["Presse 1", "Presse 3", "Presse 5"]
    editor = await hall.goto(hall.boss, to.replace("/o/machine", "/o/machine/filter"), focus="0.0.value")
    sentence = re.search(r'class="k-fsay" role="status">([^<]*)<', editor)
    assert sentence is not None
    german = (
        "Maschinen, bei denen gilt: Zustand ist Neu oder Alt und nicht (Name (Firma) beginnt mit „N“ oder Gebaut liegt im Zeitraum"
        " letzte 30 Tage) und Preis liegt zwischen 100 und 1.000."
    )
    assert sentence[1] == german


async def test_a_record_that_was_named_and_not_chosen_is_asked_for_where_it_was_typed(hall: Hall) -> None:
    form = {
        "query": "", "n.0.join": "all", "n.0.0.field": "account", "n.0.0.op": "in", "n.0.0.value!": "",
        "n.0.0.value.q": "Nor", "n.0.0.fresh": "1",
    }  # fmt: skip
    before = await hall.boss.pages.post("/o/machine/filter", data=form)
    assert before.status_code == 200, "nobody wants to apply it yet"
    assert "Bitte wählen Sie einen der Vorschläge aus." not in before.text
    refused = await hall.boss.pages.post("/o/machine/filter", data=form | {"done": "1"})
    assert refused.status_code == 422
    assert re.search(r'id="f-n-0-0-value-error">.*Bitte wählen Sie einen der Vorschläge aus\.', refused.text)
    assert re.search(r'value="Nor"[^>]*aria-describedby="f-n-0-0-value-error"', refused.text)


async def test_conditions_on_related_records(hall: Hall) -> None:
    form = {
        "query": "", "done": "1", "n.0.join": "all",
        "n.0.0.child": "machine.account", "n.0.0.count": "gte", "n.0.0.n": "2", "n.0.0.join": "any",
        "n.0.0.0.field": "state", "n.0.0.0.op": "in", "n.0.0.0.value": "old",
        "n.0.0.1.field": "price", "n.0.0.1.op": "gte", "n.0.0.1.value": "500",
    }  # fmt: skip
    to = await hall.post(hall.boss, "/o/account/filter", form)
    old, dear = {"field": "state", "op": "is", "value": "old"}, {"field": "price", "op": "gte", "value": "500"}
    assert json.loads(asked(to)["where"]) == [{"related": "machine.account", "where": {"any": [old, dear]}, "count": ["gte", 2]}]
    text = await hall.goto(hall.boss, to)
    assert "<b>Süd</b>" in text
    assert "<b>Nord</b>" not in text


async def test_conditions_on_what_points_here_over_links_to_any(hall: Hall) -> None:
    form = {
        "query": "", "done": "1", "n.0.join": "all", "n.0.0.child": "task.related_to", "n.0.0.count": "is", "n.0.0.n": "0",
        "n.0.0.join": "all", "n.0.0.0.field": "status", "n.0.0.0.op": "in", "n.0.0.0.value": "open",
    }  # fmt: skip
    to = await hall.post(hall.boss, "/o/account/filter", form)
    assert json.loads(asked(to)["where"])[0]["related"] == "task.related_to"
    text = re.sub(r"<[^>]+>", " ", await hall.goto(hall.boss, to))
    assert re.search(r"hat keine\s+Aufgaben, bei denen gilt: Status ist Offen", text), re.findall(r".{60}Aufgaben.{60}", text)


async def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(hall: Hall) -> None:
    form = {
        "query": "", "done": "1", "n.0.join": "any",
        "n.0.0.field": "price", "n.0.0.op": "gte", "n.0.0.value": "viel",
        "n.0.1.field": "name", "n.0.1.op": "contains", "n.0.1.value": "",
        "n.0.2.field": "built", "n.0.2.op": "gte", "n.0.2.period": "last_days", "n.0.2.n": "0",
    }  # fmt: skip
    answer = await hall.boss.pages.post("/o/machine/filter", data=form)
    assert answer.status_code == 422
    assert answer.text.count('class="bad"') == 3
    assert 'value="viel"' in answer.text
    assert 'value="0"' in answer.text


async def test_the_editor_offers_no_more_than_one_may_know(hall: Hall) -> None:
    assert re.search("Preis|Price", await hall.goto(hall.boss, "/o/machine/filter"))
    hidden = await hall.goto(hall.operator, "/o/machine/filter")
    assert "Preis" not in hidden
    assert "Price" not in hidden


async def test_columns_are_chosen_moved_and_taken_away(hall: Hall) -> None:
    form = {"query": "", "col": ["label", "state", "built", "price"], "more": "account.name", "do": "up:2", "frozen": "1"}
    answer = await hall.boss.pages.post("/o/machine/arrange/columns", data=form)
    assert answer.status_code == 200
    assert re.findall(r'name="col" value="([\w.]+)"', answer.text) == ["label", "built", "state", "price", "account.name"]
    answer = await hall.boss.pages.post("/o/machine/arrange/columns", data=form | {"do": "remove:0", "more": ""})
    assert re.findall(r'name="col" value="([\w.]+)"', answer.text)[0] == "label", "what names the records stays"
    to = await hall.post(hall.boss, "/o/machine/arrange/columns", form | {"do": "", "done": "1", "frozen": "2"})
    assert asked(to) == {"cols": "label,state,built,price,account.name", "frozen": "2"}


async def test_sort_keys_and_groups_are_chosen(hall: Hall) -> None:
    form = {"query": "", "key": ["state", "name"], "way": ["desc", "asc"], "group": "built", "bucket": "quarter", "done": "1"}
    to = await hall.post(hall.boss, "/o/machine/arrange/sorting", form)
    assert asked(to) == {"order": "-state,name", "group": "built:quarter"}
    answer = await hall.boss.pages.post("/o/machine/arrange/sorting", data={**form, "done": "", "do": "up:1"})
    assert re.findall(r'id="sort-key-(\d)"', answer.text) == ["0", "1"]
    assert answer.text.index('value="name" selected') < answer.text.index('value="state" selected')


async def test_groups_have_heads_where_they_begin_and_figures_afterwards(hall: Hall) -> None:
    asked_for = {"order": "name", "group": "state", "cols": "label,built,price"}
    text = await hall.goto(hall.boss, "/o/machine", **asked_for)
    assert names(text) == ["Presse 0", "Presse 2", "Presse 4", "Presse 1", "Presse 3", "Presse 5"]
    assert len(re.findall('class="k-ghead"', text)) == 2
    assert "1.200" not in text, "no figure comes with the page"
    figures = re.search(r'hx-get="(/o/machine/groups\?[^"]+)"', text)
    assert figures is not None
    told = await hall.goto(hall.boss, html.unescape(figures[1]))
    assert re.findall(r'-n" hx-swap-oob="innerHTML">(\d+)<', told) == ["3", "3"]
    assert [re.sub(r"\s", " ", found) for found in re.findall(r"([\d.,]+\s€)", told)] == ["600,00 €", "900,00 €"]
    assert set(re.findall(r'id="(g-\w+-n)"', told)) == set(re.findall(r'id="(g-\w+-n)"', text))
    hidden = await hall.goto(hall.operator, "/o/machine", **asked_for)
    assert "€" not in await hall.goto(hall.operator, html.unescape(figures[1]))
    assert len(re.findall('class="k-ghead"', hidden)) == 2


@pytest.mark.parametrize(
    ("group", "heads"),
    [
        ("built:quarter", ["Q1 2024", "Q2 2024"]),
        ("built:year", ["2024"]),
        ("built:month", ["Januar 2024", "Februar 2024", "März 2024", "April 2024", "Mai 2024", "Juni 2024"]),
        ("account", ["Nord", "Süd"]),
    ],
)
async def test_what_lists_are_grouped_by(hall: Hall, group: str, heads: list[str]) -> None:
    text = await hall.goto(hall.boss, "/o/machine", group=group, order="name")
    found = [re.sub(r"<[^>]+>", "", head).strip() for head in re.findall(r'<th scope="rowgroup"[^>]*>(.*?)</th>', text, re.DOTALL)]
    assert found == heads
    narrow = re.search(r'<a href="([^"]+)" aria-label="(?:Nur diese Gruppe|Only this group)"', text)
    assert narrow is not None
    alone = await hall.goto(hall.boss, html.unescape(narrow[1]))
    assert 0 < len(names(alone)) <= 6
    assert "k-ghead" not in alone


async def test_a_group_that_goes_on_has_no_second_head(hall: Hall) -> None:
    text = await hall.goto(hall.boss, "/o/machine/rows", group="state", order="name", last="=new")
    assert len(re.findall('class="k-ghead"', text)) == 1


async def test_folded_groups_are_hidden_passed_over_and_fetched_alone(hall: Hall) -> None:
    shown = await hall.goto(hall.boss, "/o/machine", group="state", order="name")
    folds = re.findall(r'data-fold-group="(\w+)" aria-expanded="(\w+)"', shown)
    assert [state for _, state in folds] == ["true", "true"]
    hall.boss.pages.cookies.set("kundig_groups", folds[0][0])
    shown = await hall.goto(hall.boss, "/o/machine", group="state", order="name")
    assert [state for _, state in re.findall(r'data-fold-group="(\w+)" aria-expanded="(\w+)"', shown)] == ["false", "true"]
    assert len(re.findall(r'<tr data-row="[\w-]+" hidden>', shown)) == 3
    assert names(shown) == [f"Presse {n}" for n in (0, 2, 4, 1, 3, 5)]
    rows = await hall.goto(hall.boss, "/o/machine/rows", group="state", order="name", past=["new"])
    assert names(rows) == ["Presse 1", "Presse 3", "Presse 5"]
    rows = await hall.goto(hall.boss, "/o/machine/rows", group="state", order="name", within="=new")
    assert names(rows) == ["Presse 0", "Presse 2", "Presse 4"]
    assert "k-ghead" not in rows
    assert " hidden>" not in rows
    hall.boss.pages.cookies.delete("kundig_groups")


async def test_an_order_that_would_take_too_long_is_told_and_the_list_is_there(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kundig.engine.records.counting.MOST_SORTED", 0)
    monkeypatch.setattr("kundig.engine.records.counting._is_indexed", lambda _, key: key.path.name not in ("price", "state"))
    for asked_for in ({"order": "-price"}, {"group": "state"}):
        text = await hall.goto(hall.boss, "/o/machine", **asked_for)
        assert "in ihrer üblichen Reihenfolge" in text
        assert len(names(text)) == 6
        assert "aria-sort" not in text


async def test_numbers_of_any_length_are_none_that_count(hall: Hall) -> None:
    long = "9" * 5000
    assert len(names(await hall.goto(hall.boss, "/o/machine/rows", upto=long))) == 6
    await hall.goto(hall.boss, "/o/machine", frozen=long)
    filters = {"query": "", "n.0.join": "all", "n.0.0.child": "contact.account", "n.0.0.join": "all", "n.0.0.count": "gte"}
    for form in ({"n.0.0.n": long}, {"do": f"add:0.{long}"}, {f"n.0.{long}.field": "name"}):
        answer = await hall.boss.pages.post("/o/account/filter", data={**filters, **form})
        assert answer.status_code == 200, answer.text[:300]
    for path, form in (
        ("/o/machine/arrange/columns", {"query": "", "col": ["label", "state"], "frozen": long, "do": "done"}),
        ("/o/machine/arrange/columns", {"query": "", "col": ["label", "state"], "do": f"up:{long}"}),
        ("/tour", {"to": long}),
    ):
        answer = await hall.boss.pages.post(path, data=form)
        assert answer.status_code in (200, 303), (path, answer.text[:300])


BLIND = """
kind: role
name: blind
label: {en: Blind, de: Blind}
objects:
  machine: {create: true, other_fields: hidden}
  account: {read: all}
"""


async def test_who_knows_of_no_field_has_an_editor_without_conditions(hall: Hall) -> None:
    await hall.crm.configure(BLIND)
    blind = await hall.crm.caller(await hall.crm.user("blind"))
    assert "filter-form" in await hall.goto(blind, "/o/machine/filter")
    related = {"query": "", "n.0.join": "all", "n.0.0.child": "machine.account", "n.0.0.join": "all", "n.0.0.0.field": "name"}
    for do in ("", "add:0", "group:0", "add:0.0"):
        answer = await blind.pages.post("/o/account/filter", data={**related, "do": do})
        assert answer.status_code == 200, (do, answer.text[:300])
    done = await blind.pages.post("/o/machine/filter", data={"query": "", "n.0.join": "all", "n.0.0.field": "name", "done": "1"})
    assert done.status_code == 303, done.text[:300]
