"""The mails of collaboration: what happened, in a sentence, with the way to it; of the record its name alone."""

from __future__ import annotations

from uuid import UUID

import msgspec

from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.services.collaboration.comments import names_of
from kundig.services.collaboration.news import News, NotificationKind
from kundig.services.delivery.letter import Letter
from kundig.services.delivery.mail import Mail, send_mail
from kundig.services.delivery.post import Post

_RECIPIENT = 'select email, name from {ws}."user" where id = %(id)s'


def sentence(kind: NotificationKind, who: str | Text) -> Text:
    """What happened, without what it happened to."""
    match kind:
        case "mention":
            return t("{who} mentions you", who=who)
        case "comment":
            return t("{who} has written a comment", who=who)
        case "assigned":
            return t("{who} has given this to you", who=who)
        case "invited":
            return t("{who} invites you", who=who)
        case "reminder":
            return t("Reminder")
        case "changed":
            return t("{who} has changed this", who=who)


async def mail_news(scope: Scope, post: Post, user: UUID, news: News) -> None:
    """Mail somebody what the scope, which is theirs, shows them: names are those that they may know."""
    row = await scope.connection.row(_RECIPIENT, {"id": user})
    found = await read_many(scope, news.object, [news.record], ["label"])
    if row is None or not row["email"] or news.record not in found:
        return
    label = msgspec.json.decode(found[news.record])["label"] or ""
    names = await names_of(scope, [news.actor] if news.actor else [])
    said = sentence(news.kind, names.get(news.actor, "") if news.actor and names.get(news.actor) else t("Somebody"))
    letter = Letter(
        subject=t("{what}: {record}", what=said, record=label),
        greeting=t("Good day {name},", name=row["name"]),
        paragraphs=(t("{what}: {record}", what=said, record=label),),
        button=t("Open it in Kundig"),
        address=f"{post.base_url.rstrip('/')}/o/{news.object}/{news.record}",
        small=t("You choose what comes by mail in your settings, under “What you want to hear of”."),
    )
    await send_mail(scope.connection, post, Mail(row["email"], row["name"], scope.context.language, "notification", letter))
