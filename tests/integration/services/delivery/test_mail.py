"""Mail leaves once, under one id, to the right person, only from a live workspace; without a server it lies in the data folder."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP
from tests.integration.certificates import BAD, HOST, Authority, Fault
from tests.integration.services.delivery.conftest import Sink
from tests.integration.world import World

from kundig.base.context import SYSTEM
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t
from kundig.base.jobs import JobRun
from kundig.base.secrets import Secrets
from kundig.services.delivery.letter import Letter
from kundig.services.delivery.mail import Mail, send_mail
from kundig.services.delivery.post import MailServer, Post
from kundig.services.delivery.sending import delivery_jobs
from kundig.services.identity.letters import send_link
from kundig.services.identity.links import holder_of, invite
from kundig.services.identity.reset import ask_reset, reset_job

BASE = "https://crm.example.com"
_runs = count(1)
"""Numbers of jobs that no worker gives."""


def post(sink: Sink | None, folder: Path) -> Post:
    server = MailServer("127.0.0.1", sink.port, None, None, tls=False) if sink else None
    return Post(Secrets(b"only for tests, never for people"), BASE, "crm@example.com", folder / "mail", server)


async def queued(world: World, out: Post, **values: Any) -> UUID:
    letter = Letter(t("Hello {name}", name="x"), t("Hello"), (t("A text."),), t("Go"), f"{BASE}/x", t("Small."))
    mail = replace(Mail("ada@example.com", "Ada", "en", "access", letter), **values)
    async with world.database.transaction(world.workspace) as connection:
        return await send_mail(connection, out, mail)


async def run(world: World, out: Post, id_: UUID, kind: str = "live") -> None:
    [job] = delivery_jobs(out)
    await job.run(JobRun(1, world.database, replace(world.workspace, kind=kind), SYSTEM, {"id": str(id_)}, 0))


async def stored(world: World, id_: UUID) -> dict[str, Any]:
    async with world.database.transaction(world.workspace) as connection:
        found = await connection.row("select * from {ws}.mail where id = %(id)s", {"id": id_})
    assert found is not None
    return found


async def test_a_mail_leaves_once(world: World, sink: Sink, tmp_path: Path) -> None:
    out = post(sink, tmp_path)
    id_ = await queued(world, out)
    await run(world, out, id_)
    await run(world, out, id_)
    [message] = sink.messages
    assert sink.recipients == ["ada@example.com"]
    assert message["Message-ID"] == f"<{id_}@example.com>"
    assert message["To"] == "Ada <ada@example.com>"
    assert message.get_body(("plain",)) and message.get_body(("html",))
    after = await stored(world, id_)
    assert (after["state"], after["content"], after["uncertain"]) == ("sent", None, False)


async def test_the_content_waits_encrypted(world: World, tmp_path: Path) -> None:
    id_ = await queued(world, post(None, tmp_path))
    assert b"A text." not in bytes((await stored(world, id_))["content"])


async def test_a_busy_server_is_tried_again_and_a_broken_answer_is_marked(world: World, sink: Sink, tmp_path: Path) -> None:
    out = post(sink, tmp_path)
    id_ = await queued(world, out)
    sink.answers = ["451 later", "hang up"]
    for uncertain in (False, True):
        with pytest.raises(OutsideFault):
            await run(world, out, id_)
        after = await stored(world, id_)
        assert (after["state"], after["uncertain"]) == ("queued", uncertain)
    await run(world, out, id_)
    assert {message["Message-ID"] for message in sink.messages} == {f"<{id_}@example.com>"}
    after = await stored(world, id_)
    assert (after["state"], after["uncertain"]) == ("sent", True)


@pytest.mark.parametrize("at_once", [True, False], ids=["TLS", "STARTTLS"])
@pytest.mark.parametrize("fault", ["", *BAD])
async def test_a_server_has_to_prove_who_it_is(
    world: World, sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault, at_once: bool
) -> None:
    """OP-06"""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    shown, loop = authority.server(fault), asyncio.get_running_loop()
    server = (
        await loop.create_server(lambda: SMTP(sink), "127.0.0.1", 0, ssl=shown)
        if at_once
        else await loop.create_server(lambda: SMTP(sink, tls_context=shown, require_starttls=True), "127.0.0.1", 0)
    )
    async with server:
        there = MailServer(HOST, server.sockets[0].getsockname()[1], None, None, tls=at_once)
        out = replace(post(None, tmp_path), server=there)
        id_ = await queued(world, out)
        if fault:
            with pytest.raises(OutsideFault):
                await run(world, out, id_)
        else:
            await run(world, out, id_)
    assert (sink.recipients, (await stored(world, id_))["state"]) == (([], "queued") if fault else (["ada@example.com"], "sent"))


async def test_a_server_elsewhere_without_tls_gets_neither_mail_nor_password(world: World, sink: Sink, tmp_path: Path) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(sink, auth_require_tls=False), "127.0.0.2", 0)
    async with server:
        there = MailServer("127.0.0.2", server.sockets[0].getsockname()[1], "kundig", "secret", tls=False)
        out = replace(post(None, tmp_path), server=there)
        id_ = await queued(world, out)
        with pytest.raises(OutsideFault):
            await run(world, out, id_)
    assert (sink.recipients, (await stored(world, id_))["state"]) == ([], "queued")


async def test_a_worker_that_died_amid_sending_leaves_a_mark(world: World, sink: Sink, tmp_path: Path) -> None:
    out = post(sink, tmp_path)
    id_ = await queued(world, out)
    async with world.database.transaction(world.workspace) as connection:
        await connection.execute("update {ws}.mail set state = 'sending' where id = %(id)s", {"id": id_})
    await run(world, out, id_)
    assert (await stored(world, id_))["uncertain"] is True


async def test_what_the_server_refuses_is_over(world: World, sink: Sink, tmp_path: Path) -> None:
    out = post(sink, tmp_path)
    id_ = await queued(world, out)
    sink.answers = ["554 no"]
    await run(world, out, id_)
    after = await stored(world, id_)
    assert (after["state"], after["reason"]) == ("refused", "554 no")


@pytest.mark.parametrize("kind", ["sandbox", "restored"])
async def test_copies_of_a_workspace_send_nothing(world: World, sink: Sink, tmp_path: Path, kind: str) -> None:
    out = post(sink, tmp_path)
    id_ = await queued(world, out)
    await run(world, out, id_, kind)
    await run(world, out, id_)
    assert sink.messages == []
    assert (await stored(world, id_))["state"] == "withheld"


@pytest.mark.parametrize(
    ("status", "purpose", "leaves"),
    [("bounced", "access", False), ("opted_out", "access", True), ("opted_out", "marketing", False)],
)
async def test_addresses_that_may_not_be_used(
    world: World, sink: Sink, tmp_path: Path, status: str, purpose: str, leaves: bool
) -> None:
    out, email = post(sink, tmp_path), f"{status}.{purpose}@example.com"
    async with world.database.transaction(world.workspace) as connection:
        await connection.execute(
            "insert into {ws}.address_status (kind, value, status) values ('email', %(email)s, %(status)s)",
            {"email": email, "status": status},
        )
    await run(world, out, await queued(world, out, email=email.title(), purpose=purpose))
    assert bool(sink.messages) is leaves


async def test_names_cannot_add_recipients_or_markup(world: World, sink: Sink, tmp_path: Path) -> None:
    out, name = post(sink, tmp_path), "A\r\nBcc: evil@example.com\u2028<b>{{7*7}}</b>"
    letter = Letter(t("Hello {name}", name=name), t("Hello {name}", name=name), (), t("Go"), f"{BASE}/x", t("Small."))
    await run(world, out, await queued(world, out, name=name, letter=letter))
    [message] = sink.messages
    assert sink.recipients == ["ada@example.com"]
    assert message["Bcc"] is None
    html = message.get_body(("html",))
    assert html is not None and "&lt;b&gt;{{7*7}}&lt;/b&gt;" in html.get_content()


async def test_without_a_server_the_mail_lies_in_the_data_folder(world: World, tmp_path: Path) -> None:
    out = post(None, tmp_path)
    id_ = await queued(world, out)
    await run(world, out, id_)
    [path] = (tmp_path / "mail").glob("*.eml")
    assert path.stat().st_mode & 0o077 == 0
    assert message_from_bytes(path.read_bytes(), policy=default)["Message-ID"] == f"<{id_}@example.com>"
    assert (await stored(world, id_))["state"] == "filed"


@pytest.mark.parametrize("language", ["de", "en"])
async def test_a_reset_link_reaches_its_owner_and_leads_to_the_base_url(
    world: World, sink: Sink, tmp_path: Path, language: str
) -> None:
    out, email = post(sink, tmp_path), f"reset.{language}.{world.workspace.name}@example.com"
    user = await world.user("level_own", email=email)
    await world.update("user", user, language=language)
    before = await mails(world)
    await ask_reset(world.database, f" {email.upper()} ", address="192.0.2.77")
    await ask_reset(world.database, f"nobody.{email}", address="192.0.2.77")
    for number, wanted in ((-next(_runs), email), (-next(_runs), f"nobody.{email}")):
        job = JobRun(number, world.database, None, SYSTEM, {"email": wanted}, 0)
        await reset_job(out).run(job)
        await reset_job(out).run(job)
    [id_] = await mails(world) - before
    await run(world, out, id_)
    [message] = sink.messages
    text = message.get_body(("plain",))
    assert text is not None
    address = next(line for line in text.get_content().splitlines() if line.startswith("http"))
    assert address.startswith(f"{BASE}/setup/")
    assert (await holder_of(world.database, address.rpartition("/")[2], address="192.0.2.78")).email == email


async def test_an_invitation_is_mailed(world: World, sink: Sink, tmp_path: Path) -> None:
    out = post(sink, tmp_path)
    user = await world.user("level_own")
    before = await mails(world)
    async with world.system() as scope:
        await send_link(scope.connection, out, await invite(scope.connection, user))
    [id_] = await mails(world) - before
    await run(world, out, id_)
    assert len(sink.messages) == 1


async def mails(world: World) -> set[UUID]:
    async with world.database.transaction(world.workspace) as connection:
        return set(await connection.values("select id from {ws}.mail"))
