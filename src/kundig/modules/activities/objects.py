"""Tasks, calls, meetings with their attendees, and notes: what was done and what is to be done, about any record."""

from __future__ import annotations

from kundig.engine.extension import Extension, Field, Guests, Interaction, Object, Period, choice, field

PRIORITY = (
    choice("low", "Low", "Niedrig", "gray"),
    choice("normal", "Normal", "Normal", "blue"),
    choice("high", "High", "Hoch", "red"),
)

TASK_STATUS = (
    choice("open", "Open", "Offen", "blue"),
    choice("in_progress", "In progress", "In Arbeit", "amber"),
    choice("done", "Done", "Erledigt", "green"),
    choice("cancelled", "Cancelled", "Abgebrochen", "gray"),
)

DIRECTION = (choice("inbound", "Inbound", "Eingehend"), choice("outbound", "Outbound", "Ausgehend"))

OUTCOME = (
    choice("reached", "Reached", "Erreicht", "green"),
    choice("no_answer", "No answer", "Nicht erreicht", "gray"),
    choice("voicemail", "Voicemail", "Mailbox", "amber"),
    choice("busy", "Busy", "Besetzt", "amber"),
    choice("wrong_number", "Wrong number", "Falsche Nummer", "red"),
)

ANSWER = (
    choice("none", "No answer yet", "Noch keine Antwort", "gray"),
    choice("accepted", "Accepted", "Zugesagt", "green"),
    choice("declined", "Declined", "Abgesagt", "red"),
    choice("tentative", "Tentative", "Unter Vorbehalt", "amber"),
)


def _related_to() -> Field:
    return field("related_to", "link_any", "Related to", "Bezug", targets=(), main=True)


def _tags() -> Field:
    return field("tags", "tags", "Tags", "Schlagwörter")


def _recurrence() -> Field:
    return field("recurrence", "recurrence", "Repeats", "Wiederholung", main=True)


TASK = Object(
    name="task",
    label={"en": "Task", "de": "Aufgabe"},
    label_plural={"en": "Tasks", "de": "Aufgaben"},
    about={
        "en": "What is to be done, by when and by whom; what is due stands on the first page.",
        "de": "Was bis wann von wem zu tun ist; Fälliges steht auf der ersten Seite.",
    },
    icon="circle-check-big",
    title="{subject}",
    order="due_at",
    navigation=50,
    interaction=Interaction(
        about=("related_to",), at="due_at", done={"field": "status", "op": "in", "value": ["done", "cancelled"]}
    ),
    period=Period("due_at"),
    reminder="reminder_at",
    fields=(
        field("subject", "text", "Subject", "Betreff", required=True, main=True),
        field("due_at", "datetime", "Due", "Fällig", main=True),
        field("priority", "choice", "Priority", "Priorität", choices=PRIORITY, default="normal", main=True),
        field("status", "choice", "Status", "Status", choices=TASK_STATUS, default="open", main=True),
        field("reminder_at", "datetime", "Reminder", "Erinnerung", main=True),
        _related_to(),
        field("description", "long_text", "Description", "Beschreibung"),
        field("completed_at", "datetime", "Completed at", "Erledigt am", read_only=True),
        _recurrence(),
        _tags(),
    ),
)

CALL = Object(
    name="call",
    label={"en": "Call", "de": "Anruf"},
    label_plural={"en": "Calls", "de": "Anrufe"},
    about={
        "en": "Calls that were made or are planned, with what was said.",
        "de": "Geführte und geplante Anrufe, mit dem, was besprochen wurde.",
    },
    icon="phone",
    title="{subject}",
    order="-started_at",
    navigation=52,
    interaction=Interaction(about=("related_to",), at="started_at", reaches={"phone": "phone"}),
    fields=(
        field("subject", "text", "Subject", "Betreff", required=True, main=True),
        field("direction", "choice", "Direction", "Richtung", choices=DIRECTION, default="outbound", main=True),
        field("started_at", "datetime", "Time", "Zeitpunkt", main=True),
        field("duration", "duration", "Duration", "Dauer", main=True),
        field("outcome", "choice", "Outcome", "Ergebnis", choices=OUTCOME, main=True),
        field("notes", "long_text", "Notes", "Notizen", main=True),
        _related_to(),
        field("phone", "text", "Number", "Rufnummer", max_length=40),
        _tags(),
    ),
)

MEETING = Object(
    name="meeting",
    label={"en": "Meeting", "de": "Termin"},
    label_plural={"en": "Meetings", "de": "Termine"},
    about={
        "en": "When you meet whom about what; they stand in the calendar.",
        "de": "Wann Sie wen wozu treffen; alles steht im Kalender.",
    },
    icon="calendar",
    title="{subject}",
    order="-starts_at",
    navigation=54,
    interaction=Interaction(about=("related_to",), at="starts_at"),
    period=Period(
        "starts_at",
        "ends_at",
        "all_day",
        Guests(object="attendee", user="user", answer="answer", declined=("declined",)),
        "location",
    ),
    fields=(
        field("subject", "text", "Subject", "Betreff", required=True, main=True),
        field("starts_at", "datetime", "Starts", "Beginn", main=True),
        field("ends_at", "datetime", "Ends", "Ende", main=True),
        field("location", "text", "Location", "Ort", main=True),
        field("notes", "long_text", "Notes", "Notizen", main=True),
        _related_to(),
        field("all_day", "boolean", "All day", "Ganztägig"),
        field("time_zone", "text", "Time zone", "Zeitzone", max_length=60),
        field("join_url", "url", "Video link", "Videolink"),
        field("uid", "text", "Calendar ID", "Kalender-ID", searched=False),
        _recurrence(),
        _tags(),
    ),
)

ATTENDEE = Object(
    name="attendee",
    label={"en": "Attendee", "de": "Teilnehmer"},
    label_plural={"en": "Attendees", "de": "Teilnehmer"},
    about={"en": "Who is invited, and who has accepted.", "de": "Wer eingeladen ist und wer zugesagt hat."},
    icon="users",
    storage="owned",
    parent="meeting",
    readers=("user",),
    title="{contact}|{user}|{email}",
    order="created_at",
    any_required=(("contact", "user", "email"),),
    fields=(
        field("meeting", "link", "Meeting", "Termin", target="meeting", required=True, main=True),
        field("contact", "link", "Contact", "Kontakt", target="contact", main=True),
        field("user", "user", "User", "Benutzer", main=True),
        field("email", "text", "E-mail", "E-Mail", max_length=320, main=True, personal=True),
        field("required", "boolean", "Required", "Erforderlich", default=True, main=True),
        field("answer", "choice", "Answer", "Antwort", choices=ANSWER, default="none", main=True),
    ),
)

NOTE = Object(
    name="note",
    label={"en": "Note", "de": "Notiz"},
    label_plural={"en": "Notes", "de": "Notizen"},
    about={"en": "What is worth remembering about a record.", "de": "Was zu einem Datensatz wissenswert ist."},
    icon="sticky-note",
    title="{body}",
    interaction=Interaction(about=("related_to",)),
    fields=(
        field("body", "rich_text", "Note", "Notiz", required=True, main=True),
        _related_to(),
        field("pinned", "boolean", "Pinned", "Angeheftet"),
        _tags(),
    ),
)


def activity_dates(object_: str) -> Extension:
    """When something last happened with a record, and when something is planned next."""
    return Extension(
        object=object_,
        fields=(
            field("last_activity_at", "rollup", "Last activity", "Letzte Aktivität", timeline="last"),
            field("next_activity_at", "rollup", "Next activity", "Nächste Aktivität", timeline="next"),
        ),
    )
