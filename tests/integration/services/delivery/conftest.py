"""A workspace, and a real mail server that remembers what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from tests.integration.world import World

from kundig.base.context import Workspace
from kundig.base.database import Database


class Sink:
    """What the server says to the next messages, and the ones it has accepted."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.recipients: list[str] = []
        self.messages: list[EmailMessage] = []
        self.port = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang up":
            self._keep(envelope)
            server.transport.close()
            return "250 never read"
        if answer.startswith("250"):
            self._keep(envelope)
        return answer

    def _keep(self, envelope: Any) -> None:
        self.recipients += envelope.rcpt_tos
        self.messages.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]  # the policy makes it one


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(made), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture(scope="session")
async def world(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    return await World.made(database, await new_workspace())
