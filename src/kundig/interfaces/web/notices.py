"""Short notices after something was done: by a header for htmx, so that nothing a user typed can become markup."""

from __future__ import annotations

import json

from kundig.base.i18n import Text
from kundig.interfaces.web.edge import Visit


def notice(visit: Visit, title: Text, *, text: str = "", undo: str = "", error: bool = False, event: str = "") -> dict[str, str]:
    """The header that shows a notice; `undo` is the address that takes back what was done, `event` is told to the page besides."""
    told = {"title": title.render(visit.frame.language), "text": text, "category": "error" if error else "success"}
    if undo:
        told["undo"] = undo
    return {"HX-Trigger": json.dumps({"kundig:toast": told} | ({event: {}} if event else {}))}
