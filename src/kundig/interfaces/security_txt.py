"""`/.well-known/security.txt` (RFC 9116): whom to tell of a weakness of this installation, if its operator says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from kundig.base.i18n import LANGUAGES
from kundig.base.settings import Settings

PATH = "/.well-known/security.txt"
GOOD_FOR = timedelta(days=180)


@get(PATH, include_in_schema=False)
async def security_txt(request: Request[Any, Any, Any]) -> Response[str]:
    """The file; not there without `KUNDIG_SECURITY_CONTACT`."""
    settings: Settings = request.app.state.settings
    if settings.security_contact is None:
        raise NotFoundException
    until = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + GOOD_FOR
    lines = {
        "Contact": settings.security_contact,
        "Expires": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": ", ".join(LANGUAGES),
        "Canonical": settings.base_url + PATH,
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, media_type="text/plain", headers={"Cache-Control": "public, max-age=86400"})
