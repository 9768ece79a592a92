"""Why a user may or may not do something with a record, for those who manage users or roles."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.history.journal import told_at
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.why import Ground
from kundig.engine.records.lookup import parse_id
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.edge import Api, serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id
from kundig.services.identity.explaining import explain


@get("/{object_name:str}/{record:str}/why")
async def get_why(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """What `user` may do with a record, with all grounds that decide it; the fields that are less than editable."""
    return await serve(request, partial(_why, request, object_name, record))


async def _why(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    api: Api = request.app.state.api
    given = read_parameters(request.scope.get("query_string", b""), ("user",))
    user = parse_id(given.text("user") or "")
    if user is None:
        raise Malformed(t("Give the id of a user as “user”."))
    reasons = await explain(api.scopes, scope, user, object_name, record_id(record))
    answers = [{"deed": a.deed, "may": a.may, "grounds": [_ground(ground) for ground in a.grounds]} for a in reasons.answers]
    fields = [{"field": f.field, "right": f.right, "roles": list(f.roles), "made_of": f.made_of or None} for f in reasons.fields]
    return Answer(200, as_json({"data": answers, "fields": fields, "parent": reasons.parent or None}))


def _ground(ground: Ground) -> dict[str, Any]:
    return {
        "kind": ground.kind,
        "deed": ground.deed,
        "role": ground.role or None,
        "level": ground.level or None,
        "ref": ground.ref or None,
        "until": told_at(ground.until) if ground.until else None,
    }
