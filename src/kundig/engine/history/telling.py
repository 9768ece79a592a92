"""What a change of a field tells a reader: nothing, where only links to hidden records came, went or moved."""

from __future__ import annotations

from typing import Any


def tells(old: Any, new: Any) -> bool:
    """Whether a change may be told, given its values as the reader is shown them: what looks alike has not changed for them."""
    return bool(_known(old) != _known(new))


def _known(value: Any) -> Any:
    """No link and a list of none are both "nothing" to whoever reads them."""
    return None if value == [] else value
