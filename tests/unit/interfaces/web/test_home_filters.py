"""What a card lists once it is about all: its filter without the conditions about oneself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kundig.interfaces.web.pages.home import without_me

OPEN: dict[str, Any] = {"field": "status", "op": "is", "value": "open"}
MINE: dict[str, Any] = {"field": "owner", "op": "is", "value": "me"}
LISTED: dict[str, Any] = {"field": "owner", "op": "in", "value": ["me"]}
RELATED: dict[str, Any] = {"related": "task.account", "count": ["is", 0]}


@pytest.mark.parametrize("mine", [MINE, LISTED])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, None),
        (MINE, None),
        (OPEN, OPEN),
        ({"all": [MINE, OPEN]}, {"all": [OPEN]}),
        ({"none": [MINE]}, None),
        ({"all": [OPEN, {"none": [OPEN, MINE]}]}, {"all": [OPEN, {"none": [OPEN]}]}),
        ({"any": [{"all": [MINE]}, OPEN]}, {"any": [OPEN]}),
        ({**RELATED, "where": MINE}, None),
        ({**RELATED, "where": {"all": [MINE, OPEN]}}, {**RELATED, "where": {"all": [OPEN]}}),
        (RELATED, RELATED),
    ],
)
def test_conditions_about_oneself_are_left_out_wherever_they_stand(mine: Any, before: Any, after: Any) -> None:
    written = json.loads(json.dumps(before).replace(json.dumps(MINE), json.dumps(mine)))
    assert without_me(written) == after
