"""`kundig serve`"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from kundig.base.database.opening import database_address
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.interfaces.cli.supervision import only_server, port_is_free, supervised
from kundig.interfaces.cli.telling import tell


def serve() -> None:
    """Serve pages and API, and do jobs, until Ctrl-C. Starts and stops the built-in database if none is configured."""
    from kundig import wiring
    from kundig.interfaces.cli.beginning import begin
    from kundig.interfaces.cli.web_server import serve_pages
    from kundig.services.identity.scopes import Scopes

    signal.signal(signal.SIGTERM, _leave)
    settings = Settings.from_environment(os.environ)
    port_is_free(settings.host, settings.port)
    with only_server(settings), database_address(settings) as address:
        asyncio.run(wiring.prepare(address, settings.data))
        asyncio.run(begin(settings, address, Scopes(wiring.modules()), wiring.MAIN, wiring.sample()))
        with supervised(settings, address):
            serve_pages(settings)
    tell(t("Kundig has stopped."))


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """Before the web server has taken over signals: leave through all `finally` blocks."""
    sys.exit(143)
