"""Imports on a real database: what is written, what is told apart, what stays as it was."""

from __future__ import annotations

import pytest

from kundig.base.errors import Denied, Invalid

NAME = {"Firma": "name"}


def figures(state):
    return tuple(state[name] for name in ("state", "total", "created", "updated", "skipped", "failed"))


def tagged(word):
    return {"field": "label", "op": "contains", "value": word}


async def test_rows_become_records(crm, word):
    content = (
        "Firma;Ort;Land;Umsatz;Mitarbeiter;Gegründet;Art;Mail;Tel;Tags\r\n"
        f'{word} Käse;Köln;Deutschland;"1.234,50 €";1.250;31.12.1998;Kunde;A@{word}.example.com;089/20304050;a, b\r\n'
        f"{word} Weiß;;;0,99;7;;prospect;;;\r\n"
    )
    mapping = {
        "Firma": "name", "Ort": "billing_address.city", "Land": "billing_address.country", "Umsatz": "annual_revenue",
        "Mitarbeiter": "employees", "Gegründet": "founded_on", "Art": "type", "Mail": "emails", "Tel": "phones.work", "Tags": "tags",
    }  # fmt: skip
    state = await crm.bring(content, "account", mapping, constants={"industry": "Handel", "language": "de"})
    assert figures(state) == ("done", 2, 2, 0, 0, 0), state["errors"]
    first, second = await crm.records("account", tagged(word), order="name")
    assert first["billing_address"]["city"] == "Köln"
    assert first["billing_address"]["country"] == "DE"
    assert first["annual_revenue"] == {"amount": "1234.50", "currency": "EUR"}
    assert (first["employees"], first["founded_on"], first["type"], first["industry"]) == (1250, "1998-12-31", "customer", "retail")
    assert first["emails"][0]["value"] == f"a@{word}.example.com"
    assert (first["phones"][0]["value"], first["phones"][0]["label"]) == ("+498920304050", "work")
    assert first["tags"] == ["a", "b"]
    assert (second["annual_revenue"]["amount"], second["founded_on"], second["emails"]) == ("0.99", None, [])


async def test_translations_come_by_language_and_leave_the_others_alone(crm, word):
    mapping = {"Firma": "name", "Mail": "emails", "Deutsch": "slogan.de", "Englisch": "slogan.en"}
    content = f"Firma;Mail;Deutsch;Englisch\n{word};{word}@x.example;Grüezi;Hello\n"
    state = await crm.bring(content, "account", mapping)
    assert figures(state) == ("done", 1, 1, 0, 0, 0), state["errors"]
    [account] = await crm.records("account", tagged(word), fields=["slogan"])
    assert account["slogan"] == {"de": "Grüezi", "en": "Hello"}
    again = f"Mail;Deutsch\n{word}@x.example;Servus\n"
    state = await crm.bring(again, "account", {"Mail": "emails", "Deutsch": "slogan.de"}, mode="update", match="emails")
    assert figures(state) == ("done", 1, 0, 1, 0, 0), state["errors"]
    [account] = await crm.records("account", tagged(word), fields=["slogan"])
    assert account["slogan"] == {"de": "Servus", "en": "Hello"}
    with pytest.raises(Invalid) as told:
        await crm.start(again, "account", {"Mail": "emails", "Deutsch": "slogan"}, mode="update", match="emails")
    assert "slogan.de, slogan.en" in str(told.value.errors[0].text)


async def test_all_bad_cells_are_told_and_good_rows_kept(crm, word):
    content = (
        "Firma;Art;Mail;Gegründet;Mutter\n"
        f"{word} 1;customer;a@{word}.example.com;31.12.2020;\n"
        f"{word} 2;martian;no-mail;;\n"
        ";customer;;;\n"
        f"{word} 5;;;31.02.2020;\n"
        f"{word} 6;;;;{word} nowhere\n"
        f"{word} 7;partner;;;;too;many\n"
        f"{word} 8;partner;;;\n"
    )
    mapping = {"Firma": "name", "Art": "type", "Mail": "emails", "Gegründet": "founded_on", "Mutter": "parent"}
    state = await crm.bring(content, "account", mapping)
    assert figures(state) == ("done", 7, 2, 0, 0, 5), state["errors"]
    found = [(e["row"], e["column"], e["value"]) for e in state["errors"]]
    assert sorted(found) == [
        (3, "Art", "martian"), (3, "Mail", "no-mail"), (4, "Firma", ""), (5, "Gegründet", "31.02.2020"),
        (6, "Mutter", f"{word} nowhere"), (7, "", ""),
    ]  # fmt: skip
    assert all(e["message"] for e in state["errors"])
    assert [r["name"] for r in await crm.records("account", tagged(word), order="name")] == [f"{word} 1", f"{word} 8"]


async def test_links_by_name_external_id_id_and_unique_field(crm, word):
    account = await crm.create("account", name=f"{word} GmbH")
    await crm.bring(f"Id;Firma\n{word};{word} AG\n", "account", {"Id": "external_id:erp", "Firma": "name"})
    await crm.create("contact", last_name=f"{word} Chef", emails=[f"chef@{word}.example.com"])
    content = (
        "Nachname;Firma;Chef\n"
        f"{word} 1;{word.upper()} gmbh;Chef@{word}.example.com\n"
        f"{word} 2;erp:{word};{word} chef\n"
        f"{word} 3;{account};\n"
    )
    mapping = {"Nachname": "last_name", "Firma": "account", "Chef": {"field": "reports_to", "by": "emails"}}
    state = await crm.bring(content, "contact", mapping)
    assert figures(state) == ("done", 3, 3, 0, 0, 0), state["errors"]
    found = await crm.records("contact", {"all": [tagged(word), {"field": "account", "op": "not_empty"}]}, order="last_name")
    assert [r["account"]["label"] for r in found] == [f"{word} GmbH", f"{word} AG", f"{word} GmbH"]
    assert [r["reports_to"] and r["reports_to"]["label"] for r in found] == [f"{word} Chef", f"{word} Chef", None]


async def test_an_id_is_found_however_it_is_written(crm, word):
    account = await crm.create("account", name=f"{word} GmbH")
    content = f"Nachname;Firma\n{word} 1;{account}\n{word} 2;{str(account).upper()}\n"
    state = await crm.bring(content, "contact", {"Nachname": "last_name", "Firma": "account"})
    assert figures(state) == ("done", 2, 2, 0, 0, 0), state["errors"]


async def test_an_ambiguous_name_fails_the_row(crm, word):
    for _ in range(2):
        await crm.create("account", name=f"{word} GmbH")
    state = await crm.bring(f"N;F\n{word};{word} GmbH\n", "contact", {"N": "last_name", "F": "account"})
    assert figures(state) == ("done", 1, 0, 0, 0, 1)
    assert state["errors"][0]["column"] == "F"


async def test_missing_links_are_made_once_when_asked(crm, word):
    content = f"N;F\n{word} 1;{word} Neu\n{word} 2;{word.upper()} NEU\n{word} 3;\n"
    state = await crm.bring(content, "contact", {"N": "last_name", "F": {"field": "account", "create": True}})
    assert figures(state) == ("done", 3, 3, 0, 0, 0), state["errors"]
    assert len(await crm.records("account", tagged(word))) == 1
    assert len(await crm.records("contact", {"field": "account.name", "op": "is", "value": f"{word} Neu"})) == 2


async def test_rows_may_refer_to_rows_of_the_same_file(crm, word):
    content = f"F;M\n{word} Kind;{word} Mutter\n{word} Enkel;{word} Kind\n{word} Mutter;\n{word} Waise;{word} nowhere\n"
    state = await crm.bring(content, "account", {"F": "name", "M": "parent"})
    assert figures(state) == ("done", 4, 3, 0, 0, 1), state["errors"]
    assert [(e["row"], e["column"]) for e in state["errors"]] == [(5, "M")]
    found = await crm.records("account", tagged(word), ["name", "parent.name"], "name")
    assert {r["name"]: r["parent.name"] for r in found} == {
        f"{word} Enkel": f"{word} Kind", f"{word} Kind": f"{word} Mutter", f"{word} Mutter": None,
    }  # fmt: skip
    dry = await crm.bring(content.replace(word, f"{word}x"), "account", {"F": "name", "M": "parent"}, dry_run=True)
    assert figures(dry) == figures(state)


async def test_values_are_mapped(crm, word):
    content = f"F;S\n{word} 1;technolgy\n{word} 2;MEDICAL\n{word} 3;anything\n{word} 4;retail\n"
    rule = {"field": "industry", "values": {"technolgy": "technology", "medical": "Gesundheit", "anything": ""}}
    state = await crm.bring(content, "account", {"F": "name", "S": rule})
    assert figures(state) == ("done", 4, 4, 0, 0, 0), state["errors"]
    assert [r["industry"] for r in await crm.records("account", tagged(word), order="name")] == [
        "technology",
        "healthcare",
        None,
        "retail",
    ]


async def test_upsert_by_a_unique_field(crm, word):
    await crm.create("product", name=f"{word} alt", sku=f"{word}-1", unit="piece")
    await crm.create("product", name=f"{word} gleich", sku=f"{word}-2")
    content = f"Nr;Name;E\n{word}-1;{word} neu;\n{word}-2;{word} gleich;\n{word}-3;{word} drei;kg\n{word}-3;{word} vier;\n"
    mapping = {"Nr": "sku", "Name": "name", "E": "unit"}
    state = await crm.bring(content, "product", mapping, mode="upsert", match="sku")
    assert figures(state) == ("done", 4, 1, 2, 1, 0), state["errors"]
    found = [(r["sku"], r["name"], r["unit"]) for r in await crm.records("product", tagged(word), order="sku")]
    assert found == [
        (f"{word}-1", f"{word} neu", "piece"),
        (f"{word}-2", f"{word} gleich", None),
        (f"{word}-3", f"{word} vier", "kg"),
    ]
    again = await crm.bring(content.replace("drei", "vier"), "product", mapping, mode="upsert", match="sku")
    assert figures(again) == ("done", 4, 0, 0, 4, 0), again
    missing = await crm.bring(f"Nr;Name\n{word}-9;x\n", "product", {"Nr": "sku", "Name": "name"}, mode="update", match="sku")
    assert figures(missing) == ("done", 1, 0, 0, 0, 1)


async def test_match_by_email_and_external_id(crm, word):
    id_ = await crm.create("contact", last_name=word, emails=[f"x@{word}.example.com", f"a@{word}.example.com"])
    content = f"Mail;Titel;Ort\nA@{word}.example.com;Chefin;Ulm\n"
    mapping = {"Mail": "emails", "Titel": "job_title", "Ort": "address.city"}
    state = await crm.bring(content, "contact", mapping, mode="update", match="emails")
    assert figures(state) == ("done", 1, 0, 1, 0, 0), state["errors"]
    await crm.bring(
        f"Mail;Str\nx@{word}.example.com;Weg 1\n",
        "contact",
        {"Mail": "emails", "Str": "address.street"},
        mode="update",
        match="emails",
    )
    (after,) = await crm.records("contact", {"field": "id", "op": "is", "value": id_})
    assert after["job_title"] == "Chefin"
    assert len(after["emails"]) == 2
    assert (after["address"]["city"], after["address"]["street"]) == ("Ulm", "Weg 1"), "parts that the file lacks stay"
    for wanted in [(1, 0, 0, 0), (0, 0, 1, 0)]:
        state = await crm.bring(
            f"Id;F\n{word};{word}\n", "account", {"Id": "external_id:erp", "F": "name"}, mode="upsert", match="external_id"
        )
        assert figures(state)[2:] == wanted


async def test_one_child_in_the_same_file(crm, word):
    product = await crm.create("product", name=f"{word} P", sku=f"{word}-p")
    content = (
        f"Nr;Name;Produkt;Menge;Preis\n{word}-1;{word} A;{word} p;2;10,50\n{word}-1;{word} A;{word}-p;1;3\n{word}-2;{word} B;;;\n"
    )
    mapping = {
        "Nr": "external_id:shop", "Name": "name", "Produkt": {"field": "opportunity_line.product", "by": "sku"},
        "Menge": "opportunity_line.quantity", "Preis": "opportunity_line.unit_price",
    }  # fmt: skip
    state = await crm.bring(content, "opportunity", mapping, mode="upsert", match="external_id")
    assert figures(state) == ("done", 3, 2, 1, 0, 0), state["errors"]
    lines = await crm.records("opportunity_line", {"field": "product", "op": "is", "value": product}, order="position")
    assert sorted((r["quantity"], r["unit_price"]["amount"]) for r in lines) == [("1", "3.00"), ("2", "10.50")]
    found = await crm.records("opportunity", tagged(word), order="name")
    assert [r["amount"] and float(r["amount"]["amount"]) for r in found] == [24.0, None]
    again = await crm.bring(content, "opportunity", mapping, mode="upsert", match="external_id")
    assert figures(again) == ("done", 3, 0, 0, 3, 0), again
    bad = await crm.bring(
        f"Nr;Name;Produkt\n{word}-3;{word} C;nowhere\n", "opportunity", {k: mapping[k] for k in ("Nr", "Name", "Produkt")}
    )
    assert figures(bad) == ("done", 1, 0, 0, 0, 1)
    assert bad["errors"][0]["column"] == "Produkt"
    assert len(await crm.records("opportunity", tagged(word))) == 2


async def test_what_is_wrong_with_a_child_stands_at_its_cell(crm, word):
    content = f"Name;Phase;Position;Menge;Preis\n{word} A;proposal;;2;10\n{word} B;nowhere;{word};;\n{word} C;;{word};2;10,50\n"
    mapping = {
        "Name": "name", "Phase": "stage", "Position": "opportunity_line.name",
        "Menge": "opportunity_line.quantity", "Preis": "opportunity_line.unit_price",
    }  # fmt: skip
    state = await crm.bring(content, "opportunity", mapping)
    assert figures(state) == ("done", 3, 1, 0, 0, 2), state["errors"]
    assert {(e["row"], e["column"]) for e in state["errors"]} == {(2, "Position"), (2, ""), (3, "Phase")}
    [found] = await crm.records("opportunity", tagged(word))
    assert (found["name"], found["amount"]["amount"]) == (f"{word} C", "21.00")


async def test_children_that_are_records_of_their_own(crm, word):
    content = f"Firma;Nachname;Domain\n{word} A;{word} Ott;\n{word} B;;\n{word} C;{word} Aal;\n"
    mapping = {"Firma": "name", "Nachname": "contact.last_name"}
    state = await crm.bring(content, "account", mapping, child="contact.account")
    assert figures(state) == ("done", 3, 3, 0, 0, 0), state["errors"]
    contacts = await crm.records("contact", {"field": "account.name", "op": "contains", "value": word}, order="last_name")
    assert [(r["last_name"], r["account"]["label"]) for r in contacts] == [
        (f"{word} Aal", f"{word} C"),
        (f"{word} Ott", f"{word} A"),
    ]


async def test_a_dry_run_tells_the_same_and_writes_nothing(crm, word):
    content = f"Firma;Art\n{word} 1;customer\n{word} 2;martian\n"
    mapping = {"Firma": "name", "Art": "type"}
    dry = await crm.bring(content, "account", mapping, dry_run=True)
    assert figures(dry) == ("done", 2, 1, 0, 0, 1)
    assert dry["change"] is None
    assert not await crm.records("account", tagged(word))
    real = await crm.bring(content, "account", mapping)
    assert figures(real) == figures(dry)
    assert real["errors"] == dry["errors"]
    assert real["change"]


@pytest.mark.parametrize(
    ("field", "object_", "mapping", "rest"),
    [
        ("object", "starship", NAME, {}),
        ("mapping", "account", {"Firma": "nonsense"}, {}),
        ("mapping", "account", {"Fehlt": "name"}, {}),
        ("mapping", "account", {"Firma": "created_at"}, {}),
        ("mapping", "account", {"Firma": ["name", "name"]}, {}),
        ("mapping", "account", {"Firma": "billing_address"}, {}),
        ("mapping", "account", {"Firma": "billing_address.planet"}, {}),
        ("mapping", "account", {"Firma": {"name": "field"}}, {}),
        ("mapping", "account", "{", {}),
        ("mapping", "account", {}, {}),
        ("mode", "account", NAME, {"mode": "replace"}),
        ("match", "account", NAME, {"mode": "upsert"}),
        ("match", "account", NAME, {"mode": "update", "match": "nonsense"}),
        ("match", "account", NAME, {"mode": "update", "match": "name"}),
        ("match", "account", NAME, {"mode": "update", "match": "external_id"}),
    ],
)
async def test_what_cannot_work_is_refused_at_once(crm, field, object_, mapping, rest):
    with pytest.raises(Invalid) as caught:
        await crm.start("Firma\nA\n", object_, mapping, **rest)
    assert caught.value.errors[0].field == field


async def test_rights_decide(crm, word):
    with pytest.raises(Denied):
        await crm.with_rights("account", bring=False).start("Firma\nA\n", "account", NAME)
    with pytest.raises(Invalid):
        await crm.with_rights("account", hidden=frozenset({"name"})).start("Firma\nA\n", "account", NAME)
    with pytest.raises(Invalid):
        await crm.with_rights("account", fixed=frozenset({"name"})).start("Firma\nA\n", "account", NAME)
    state = await crm.with_rights("account", create=False).bring(f"Firma\n{word}\n", "account", NAME)
    assert figures(state) == ("done", 1, 0, 0, 0, 1)
    await crm.create("product", name=word, sku=word)
    blind = crm.with_rights("product", reads=(), edit="own")
    state = await blind.bring(f"Nr;N\n{word};neu\n", "product", {"Nr": "sku", "N": "name"}, mode="update", match="sku")
    assert figures(state) == ("done", 1, 0, 0, 0, 1), "a hidden record is no match"
    (kept,) = await crm.records("product", tagged(word))
    assert kept["name"] == word


async def test_lists_of_links_that_are_there_already_are_no_change(crm, word):
    await crm.create("team", name=word)
    content = f"N;E;T;M\n{word} a;a@{word}.example;{word};\n{word} b;b@{word}.example;{word};{word} a\n"
    mapping = {"N": "name", "E": "email", "T": "teams", "M": "manager"}
    rest = {"mode": "upsert", "match": "email", "constants": {"is_active": "no"}}
    assert figures(await crm.bring(content, "user", mapping, **rest)) == ("done", 2, 2, 0, 0, 0)
    assert figures(await crm.bring(content, "user", mapping, **rest)) == ("done", 2, 0, 0, 2, 0)
    moved = await crm.bring(content.replace(f"{word};{word} a", f";{word} a"), "user", mapping, **rest)
    assert figures(moved) == ("done", 2, 0, 0, 2, 0), "an empty cell leaves the list alone"
