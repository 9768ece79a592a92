"""A small world of houses and rooms, for all tests of this folder."""

from tests.integration.services.collaboration.conftest import world

__all__ = ["world"]
