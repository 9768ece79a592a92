"""Tasks, calls, meetings, notes. Start at `objects.py`."""

from kundig.engine.extension import Module
from kundig.modules.activities.objects import ATTENDEE, CALL, MEETING, NOTE, TASK, activity_dates

MODULE = Module(
    name="activities",
    label={"en": "Activities", "de": "Aktivitäten"},
    requires=("contacts",),
    objects=(TASK, CALL, MEETING, ATTENDEE, NOTE),
    extends=(activity_dates("account"), activity_dates("contact")),
)

__all__ = ["MODULE"]
