"""Templates to HTML. A template gets two values, `view` (its own, typed) and `frame` (see `frame.py`), and runs no query.

One Jinja environment for each language and time zone, so that texts and formats need no global request state; their compiled
templates are shared. What templates may use besides macros (`ui`, see `macros.html`; `shown` and `control`, see `widgets/`):
`_("…")`, `ngettext`, `icon`, `avatar`, `asset`, and the filters `number`, `percent`, `money`, `money_short`, `count`, `date`,
`time`, `datetime`, `relative`, `duration`, `weekday`, `highlight`, `trusted_html`, `short_url`, `phone`, `address_lines`,
`in_language`, `in_words`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from kundig.base.i18n import label_in, translate
from kundig.interfaces.web.assets import asset
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import Frame
from kundig.interfaces.web.marks import avatar, highlight, hue, icon
from kundig.interfaces.web.texts import address_lines, phone, short_url, trusted_html
from kundig.interfaces.web.widgets.recurring import in_words

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = ("number", "percent", "money", "money_short", "count", "date", "time", "datetime", "relative", "duration", "weekday")


def render(template: str, view: object, frame: Frame) -> str:
    """A whole page, or a partial that is a template of its own."""
    return environment(frame.language, frame.zone).get_template(template).render(view=view, frame=frame)


def render_block(template: str, block: str, view: object, frame: Frame, *, within: str = "") -> str:
    """One block of a page: what htmx swaps is the same markup that the page shows.

    `within` is the template that has the block, where the page only fills blocks inside it.
    """
    loaded = environment(frame.language, frame.zone).get_template(template)
    context = loaded.new_context({"view": view, "frame": frame})
    if not within:
        return "".join(loaded.blocks[block](context))
    outer = environment(frame.language, frame.zone).get_template(within)
    for name, own in outer.blocks.items():
        context.blocks.setdefault(name, []).append(own)
    return "".join(outer.blocks[block](context))


@lru_cache(maxsize=128)
def environment(language: str, zone: str) -> Environment:
    """The environment of a language and a time zone, with the macros as `ui`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_CODE,
    )
    shown = formats(language, zone)
    made.filters.update({name: getattr(shown, name) for name in FORMATS} | {"highlight": highlight, "hue": hue})
    made.filters.update(
        trusted_html=trusted_html, short_url=short_url, phone=phone, address_lines=partial(address_lines, language=language)
    )
    made.filters.update(in_language=partial(label_in, language=language), in_words=partial(in_words, language=language))
    made.globals.update(_=_translator(language), ngettext=_plural(language), language=language)
    made.globals.update(icon=icon, avatar=avatar, asset=asset)
    for name, template in (("ui", "macros.html"), ("shown", "widgets/show.html"), ("control", "widgets/input.html")):
        made.globals[name] = made.get_template(template).module
    return made


def _translator(language: str) -> Callable[..., str]:
    def _(message: str, **params: Any) -> str:
        return _fill(translate(message, language), params)

    return _


def _plural(language: str) -> Callable[..., str]:
    def ngettext(one: str, many: str, n: int, **params: Any) -> str:
        return _fill(translate(one if n == 1 else many, language), {"n": formats(language, "UTC").number(n)} | params)

    return ngettext


def _fill(text: str, params: dict[str, Any]) -> str:
    """Put values in; where one is markup, everything else is escaped and the whole is markup."""
    if any(isinstance(value, Markup) for value in params.values()):
        return escape(text).format(**params)
    return text.format(**params) if params else text


class _SharedCode(BytecodeCache):
    """Compiled templates in memory, shared by all environments."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


_CODE = _SharedCode()
