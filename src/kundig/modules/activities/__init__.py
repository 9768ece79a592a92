"""Tasks, calls, meetings, notes. Start at `objects.py`."""

from kundig.engine.extension import Hook, Module
from kundig.modules.activities.layouts import LAYOUTS
from kundig.modules.activities.objects import ATTENDEE, CALL, MEETING, NOTE, TASK, activity_dates
from kundig.modules.activities.roles import ROLES
from kundig.modules.activities.rules import check_address, check_time_zone, check_times, stamp_completion
from kundig.modules.activities.views import VIEWS

MODULE = Module(
    name="activities",
    label={"en": "Activities", "de": "Aktivitäten"},
    requires=("contacts",),
    objects=(TASK, CALL, MEETING, ATTENDEE, NOTE),
    extends=(activity_dates("account"), activity_dates("contact")),
    layouts=LAYOUTS,
    views=VIEWS,
    roles=ROLES,
    hooks=(
        Hook("task", "before", stamp_completion),
        Hook("meeting", "before", check_times),
        Hook("meeting", "before", check_time_zone),
        Hook("attendee", "before", check_address),
    ),
)

__all__ = ["MODULE"]
