"""The model of each workspace, kept in the process at its version: made anew from modules and documents when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kundig.base.context import Workspace
from kundig.base.database import Connection
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.schema.definitions import Definitions, define
from kundig.engine.schema.definitions import Document as Defined
from kundig.engine.schema.model import Model, build_model

if TYPE_CHECKING:
    from kundig.engine.extension import Module

_KINDS = {"field": "object", "sharing_rule": "rule"}
"""Kinds of documents whose content is part of another definition, or is called otherwise there."""

_APART = frozenset({"workspace", "exchange_rates"})
"""Kinds of documents that say nothing of the model."""


class Models:
    """Makes and keeps models; one of each workspace, the latest asked for."""

    def __init__(self, modules: Sequence[Module]) -> None:
        """`modules` in the order in which they were loaded."""
        self.modules = tuple(modules)
        self._kept: dict[str, Model] = {}
        self._made: dict[str, Model] = {}
        self._making: dict[str, asyncio.Lock] = {}

    async def at(self, connection: Connection, workspace: Workspace, version: int) -> Model:
        """The model at a version that the transaction has read; the connection is in the workspace."""
        kept = self._kept.get(workspace.schema)
        if kept is not None and kept.version == version:
            return kept
        async with self._making.setdefault(workspace.schema, asyncio.Lock()):
            kept = self._kept.get(workspace.schema)
            if kept is not None and kept.version == version:
                return kept
            made = self.make(workspace, await stored_documents(connection), version)
            if kept is None or kept.version < version:
                self._kept[workspace.schema] = made
            return made

    def make(self, workspace: Workspace, documents: Sequence[Document], version: int) -> Model:
        """The model that modules and documents make, with what it has in common with the last one made; raises Misfit."""
        made = build_model(self.define(documents), workspace.schema, version, self._made.get(workspace.schema))
        self._made[workspace.schema] = made
        return made

    def define(self, documents: Sequence[Document]) -> Definitions:
        """The definitions that modules and documents make together; raises Misfit."""
        return define(self.modules, [found for document in documents if (found := _defined(document)) is not None])


def _defined(document: Document) -> Defined | None:
    if document.kind in _APART:
        return None
    kind = _KINDS.get(document.kind, document.kind)
    if document.kind == "field":
        body = {key: value for key, value in document.body.items() if key != "object"}
        return Defined(kind, str(document.body["object"]), {"fields": [body]})
    return Defined(kind, document.name, document.body)
