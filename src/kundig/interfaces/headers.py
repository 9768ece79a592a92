"""What every answer says to browsers, whatever route or refusal it comes from: it is no page, no script, no frame of anybody else.

A route that needs more says so itself (`web/headers.py` for pages); what it says is kept.
"""

from __future__ import annotations

from litestar.types import Message, Scope

_NOWHERE = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope",
    "local-fonts", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
"""Abilities of browsers that no page of ours uses."""
EVERYWHERE = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{ability}=()" for ability in _NOWHERE),
}
ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Where people reach Kundig by https: for a year never without, neither here nor below this name."""


class SafeHeaders:
    """Adds the headers that an answer does not have yet."""

    def __init__(self, base_url: str) -> None:
        """`base_url` as in the settings."""
        wanted = EVERYWHERE | (ENCRYPTED if base_url.startswith("https://") else {})
        self._wanted = [(name.lower().encode(), value.encode()) for name, value in wanted.items()]

    async def __call__(self, message: Message, _: Scope) -> None:
        """For Litestar's `before_send`."""
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(header for header in self._wanted if header[0] not in given)]
