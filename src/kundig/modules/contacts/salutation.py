"""The salutation line of a letter, as SQL over a contact's own columns.

It is a generated column, so only immutable operators may stand here (no concat_ws, which is not). German letters (DIN 5008)
name the highest of the titles only and write "Professor" out; degrees such as Diplom or Master are not part of a salutation.
English letters put the title in place of Mr or Ms. Languages without rules of their own are addressed in English.
"""

from __future__ import annotations

from kundig.engine.extension import field

_FULL_NAME = "coalesce({first_name} || case when {last_name} is null then '' else ' ' || {last_name} end, {last_name})"

_GERMAN_TITLE = """case
    when {academic_title} is null then ''
    when {academic_title} ~* '^prof' then
        case {salutation} when 'ms' then 'Professorin ' when 'mr' then 'Professor ' else 'Prof. ' end
    when {academic_title} ~* '(^|[^[:alpha:]])dr([^[:alpha:]]|$)' then 'Dr. '
    when {academic_title} ~* '^(dipl|bachelor|master|mba|magister|[bm][. ]|ll[. ])' then ''
    else {academic_title} || ' '
end"""

_ENGLISH_TITLE = """case
    when {academic_title} ~* '^prof' then 'Professor '
    when {academic_title} ~* '(^|[^[:alpha:]])dr([^[:alpha:]]|$)' then 'Dr '
    when {salutation} = 'mr' then 'Mr '
    when {salutation} = 'ms' then 'Ms '
    when {salutation} = 'mx' then 'Mx '
end"""

SALUTATION_SQL = f"""case
    when coalesce({{preferred_language}}, 'de') = 'de' then case
        when {{salutation}} = 'ms' and {{last_name}} is not null then 'Sehr geehrte Frau ' || {_GERMAN_TITLE} || {{last_name}}
        when {{salutation}} = 'mr' and {{last_name}} is not null then 'Sehr geehrter Herr ' || {_GERMAN_TITLE} || {{last_name}}
        when {{last_name}} is null then 'Guten Tag ' || {{first_name}}
        else 'Guten Tag ' || {_GERMAN_TITLE} || {_FULL_NAME}
    end
    when {{last_name}} is null then 'Dear ' || {{first_name}}
    else 'Dear ' || coalesce({_ENGLISH_TITLE} || {{last_name}}, {_FULL_NAME})
end"""

LETTER_SALUTATION = field(
    "letter_salutation",
    "formula",
    "Letter salutation",
    "Briefanrede",
    result="text",
    sql=SALUTATION_SQL,
    overridable=True,
    personal=True,
    searched=False,
    help={
        "en": "Follows from salutation, title, name and language. What you write here is used instead.",
        "de": "Ergibt sich aus Anrede, Titel, Name und Sprache. Was Sie hier eintragen, wird stattdessen verwendet.",
    },
)
