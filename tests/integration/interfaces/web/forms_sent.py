"""What a browser would send of a form in an answer: ticked boxes, chosen options, all other values."""

from __future__ import annotations

from html.parser import HTMLParser

Form = dict[str, list[str]]


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Form = {}
        self._select = ""
        self._first = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        name, value = own.get("name") or "", own.get("value") or ""
        if tag == "input" and name and "disabled" not in own and (own.get("type") not in ("checkbox", "radio") or "checked" in own):
            self.found.setdefault(name, []).append(value)
        elif tag == "select":
            self._select, self._first = name if "disabled" not in own else "", True
        elif tag == "option" and self._select:
            if "selected" in own:
                self.found[self._select] = [value]
            elif self._first:
                self.found.setdefault(self._select, [value])
            self._first = False


def form_of(text: str, id_: str) -> Form:
    """The form of an id, up to its end."""
    parser = _Form()
    start = text.index(f'id="{id_}"')
    parser.feed(text[start : text.index("</form>", start)])
    return parser.found
