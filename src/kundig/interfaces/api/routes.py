"""All routes of the API. Nothing here names an object: what works for one works for every object of the model."""

from __future__ import annotations

from litestar import Router

from kundig.interfaces.api.actions import run_action
from kundig.interfaces.api.audit import export_trail, get_trail
from kundig.interfaces.api.batch import batch
from kundig.interfaces.api.bodies import MAX_BODY
from kundig.interfaces.api.describing import get_objects, get_openapi
from kundig.interfaces.api.export import export_records
from kundig.interfaces.api.history import get_change, get_journal, get_timeline, undo_change
from kundig.interfaces.api.imports import get_import, get_import_errors, go_on_with_import, post_import, stop_import
from kundig.interfaces.api.lists import get_aggregate, get_list, get_search, query_list
from kundig.interfaces.api.openapi import PREFIX
from kundig.interfaces.api.records import create_record, delete_record, get_record, update_record
from kundig.interfaces.api.shares import delete_share, get_shares, post_share
from kundig.interfaces.api.upsert import upsert_record
from kundig.interfaces.api.why import get_why


def api_router() -> Router:
    """The router; the application adds its state (`Api`) and hands errors outside of routes to `problem_response`."""
    return Router(
        path=PREFIX,
        route_handlers=[
            get_list,
            create_record,
            get_record,
            update_record,
            delete_record,
            upsert_record,
            batch,
            query_list,
            get_aggregate,
            export_records,
            run_action,
            get_journal,
            get_timeline,
            get_shares,
            post_share,
            delete_share,
            get_why,
            undo_change,
            get_change,
            get_search,
            get_trail,
            export_trail,
            post_import,
            get_import,
            stop_import,
            go_on_with_import,
            get_import_errors,
            get_objects,
            get_openapi,
        ],
        request_max_body_size=MAX_BODY,
        include_in_schema=False,
    )
