"""Rules of recurrence as people say them, and as the controls of a form hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from babel.lists import format_list

from kundig.base.errors import Malformed
from kundig.base.i18n import Text, t
from kundig.engine.schema.recurrence import DAYS, LAST, Frequency, Rule, parse_rule
from kundig.interfaces.web.formats import formats

Parts = dict[str, list[str]]

_ONCE: Mapping[Frequency, Text] = {
    "DAILY": t("Every day"),
    "WEEKLY": t("Every week"),
    "MONTHLY": t("Every month"),
    "YEARLY": t("Every year"),
}
_WORKDAYS = (0, 1, 2, 3, 4)
_NTH: Mapping[int, Text] = {
    1: t("on the first {day}"),
    2: t("on the second {day}"),
    3: t("on the third {day}"),
    4: t("on the fourth {day}"),
    LAST: t("on the last {day}"),
}


def in_words(text: str, language: str) -> str:
    """A rule as a sentence; what is no rule stays as it is."""
    try:
        rule = parse_rule(text, ZoneInfo("UTC"))
    except Malformed:
        return text
    if rule.weekdays == _WORKDAYS and rule.every == 1:
        said = t("On every working day")
    else:
        said = _ONCE[rule.frequency] if rule.every == 1 else _several(rule)
        when = _when(rule, language)
        if when is not None:
            said = t("{often} {when}", often=said, when=when)
    if rule.until is not None:
        said = t("{rule}, until {date}", rule=said, date=formats(language, "UTC").date(rule.until))
    elif rule.times is not None:
        said = t("{rule}, {n} times", rule=said, n=rule.times)
    return said.render(language)


def _several(rule: Rule) -> Text:
    return {
        "DAILY": t("Every {n} days", n=rule.every),
        "WEEKLY": t("Every {n} weeks", n=rule.every),
        "MONTHLY": t("Every {n} months", n=rule.every),
        "YEARLY": t("Every {n} years", n=rule.every),
    }[rule.frequency]


def _when(rule: Rule, language: str) -> Text | None:
    names = get_day_names("wide", locale=language)
    if rule.nth is not None:
        found = _NTH[rule.nth]
        return Text(found.message, {"day": names[rule.weekdays[0]]})
    if rule.month_day is not None:
        return t("on the last day") if rule.month_day == LAST else t("on day {n}", n=rule.month_day)
    if rule.weekdays:
        return t("on {days}", days=format_list([names[day] for day in rule.weekdays], locale=language))
    return None


def parts_of(text: str) -> Parts:
    """What stands in the controls of a rule; nothing for what is no rule."""
    try:
        rule = parse_rule(text, ZoneInfo("UTC"))
    except Malformed:
        return {}
    by = rule.nth or ("last_day" if rule.month_day == LAST else "day" if rule.month_day else "")
    return {
        "freq": [rule.frequency],
        "every": [str(rule.every)],
        "days": [DAYS[day] for day in rule.weekdays] if rule.frequency == "WEEKLY" else [],
        "by": [str(by)],
        "weekday": [DAYS[rule.weekdays[0]] if rule.nth is not None else ""],
        "day": [str(rule.month_day or "")],
        "end": ["until" if rule.until else "times" if rule.times else ""],
        "until": [rule.until.isoformat() if rule.until else ""],
        "times": [str(rule.times or "")],
    }


def rule_of(parts: Mapping[str, Sequence[str]]) -> str | None:
    """The rule that controls say; None for none. What can't be read goes on as it was typed, to be refused in the rule's words."""

    def first(name: str) -> str:
        return next((text.strip() for text in parts.get(name, ()) if text.strip()), "")

    frequency, by = first("freq"), first("by")
    if not frequency:
        return None
    found = {"FREQ": frequency, "INTERVAL": first("every") or "1"}
    if frequency == "WEEKLY":
        found["BYDAY"] = ",".join(day for day in parts.get("days", ()) if day)
    elif frequency == "MONTHLY" and by == "last_day":
        found["BYMONTHDAY"] = str(LAST)
    elif frequency == "MONTHLY" and by == "day":
        found["BYMONTHDAY"] = first("day")
    elif frequency == "MONTHLY" and by:
        found["BYDAY"] = f"{by}{first('weekday') or DAYS[0]}"
    if first("end") == "until":
        found["UNTIL"] = first("until").replace("-", "") or "?"
    elif first("end") == "times":
        found["COUNT"] = first("times") or "?"
    text = ";".join(f"{name}={value}" for name, value in found.items() if value)
    try:
        return parse_rule(text, ZoneInfo("UTC")).text  # as it is stored, so that a form that was not touched changes nothing
    except Malformed:
        return text
