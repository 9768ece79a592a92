"""Where one can go in the settings, as far as the rights reach."""

from __future__ import annotations

from kundig.base.i18n import Text, t
from kundig.engine.history.trail import RIGHT as READ_AUDIT
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.frame import Link, LinkGroup

ME, SECURITY, TOKENS, FEED = "/settings/me", "/settings/security", "/settings/tokens", "/settings/calendar"
COMPANY, CURRENCIES, USERS, TEAMS = "/settings/company", "/settings/currencies", "/settings/users", "/settings/teams"
ROLES, RULES, PIPELINES, HISTORY = "/settings/roles", "/settings/sharing", "/settings/pipelines", "/settings/history"
PROVIDERS, PROVISIONING = "/settings/sign-in-providers", "/settings/provisioning"
AUDIT = "/settings/audit"
IMPORTS, SAMPLES = "/imports", "/settings/samples"

_ICONS = {
    ME: "user-round",
    SECURITY: "lock",
    TOKENS: "key-round",
    FEED: "calendar-sync",
    COMPANY: "building-2",
    CURRENCIES: "coins",
    USERS: "users",
    TEAMS: "network",
    ROLES: "shield-check",
    RULES: "share-2",
    PROVIDERS: "log-in",
    PROVISIONING: "refresh-cw",
    PIPELINES: "square-kanban",
    HISTORY: "scroll-text",
    AUDIT: "shield-alert",
    IMPORTS: "file-up",
    SAMPLES: "boxes",
}


def settings_navigation(scope: Scope) -> tuple[LinkGroup, ...]:
    """The groups of the settings that the person may open."""
    users, roles = scope.may("manage_users"), scope.may("manage_roles")
    own = [(t("Profile"), ME), (t("Sign-in"), SECURITY), (t("Calendar link"), FEED), (t("API tokens"), TOKENS)]
    configures = scope.may(CONFIGURE)
    shared = [
        *([(t("Company"), COMPANY), (t("Exchange rates"), CURRENCIES)] if configures else []),
        *([(t("Users"), USERS), (t("Teams"), TEAMS)] if users else []),
        *([(t("Roles and rights"), ROLES)] if users or roles else []),
        *([(t("Sharing rules"), RULES)] if roles else []),
        *([(t("Sign-in providers"), PROVIDERS), (t("Provisioning"), PROVISIONING)] if scope.access.everything else []),
        *([(t("Pipelines"), PIPELINES), (t("Configuration"), HISTORY)] if configures else []),
        *([(t("Audit log"), AUDIT)] if scope.may(READ_AUDIT) else []),
    ]
    brings = any(rights.bring for rights in scope.access.objects.values())
    data = [
        *([(t("Imports"), IMPORTS)] if brings else []),
        *([(t("Sample data"), SAMPLES)] if configures else []),
    ]
    groups = ((t("Personal"), own), (t("Workspace"), shared), (t("Data"), data))
    return tuple(_group(label, links, scope.context.language) for label, links in groups if links)


def _group(label: Text, links: list[tuple[Text, str]], language: str) -> LinkGroup:
    return LinkGroup(tuple(Link(text.render(language), href, _ICONS[href]) for text, href in links), label.render(language))
