"""The pages for what went wrong: what it is, what to do now, and for our own faults a reference to quote."""

from __future__ import annotations

from dataclasses import dataclass

from kundig.base.i18n import Text, t
from kundig.interfaces.web.frame import Frame
from kundig.interfaces.web.rendering import render


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """`error.html`."""

    status: int
    icon: str
    title: str
    text: str
    tone: str = ""
    id: str = ""


def error_page(status: int, frame: Frame, *, text: str = "", id: str = "") -> str:
    """The page for a status. `text` replaces the general sentence, `id` is the reference that stands in the log too."""
    icon, title, general = _WORDS.get(status, _FAULT if status >= 500 else _REFUSED)
    view = ErrorPage(
        status=status,
        icon=icon,
        title=title.render(frame.language),
        text=text or general.render(frame.language),
        tone="bad" if status >= 500 else "",
        id=id,
    )
    return render("error.html", view, frame)


Words = tuple[str, Text, Text]

_FAULT: Words = (
    "server-crash",
    t("That did not work"),
    t("The fault is ours. Try again in a moment; if it happens again, give your administrator the reference."),
)
_REFUSED: Words = ("circle-alert", t("That was not possible"), t("Go back and check what you entered."))
_WORDS: dict[int, Words] = {
    403: ("lock", t("You may not see this"), t("Your role does not include this page. An administrator can change that.")),
    404: ("search-x", t("Nothing here"), t("This does not exist, was deleted, or is not visible to you.")),
    429: ("hourglass", t("A little too fast"), t("There were too many attempts. Wait a minute, then try again.")),
    503: ("database", t("Not available at the moment"), t("The database cannot be reached. Try again in a few seconds.")),
}
