"""What a plan says it would change."""

from __future__ import annotations

from kundig.engine.configuration.differences import differences, revisions_between
from kundig.engine.configuration.documents import Document

OLD = Document("object", "house", {"icon": "home", "fields": [{"name": "a", "required": True}, {"name": "b"}], "order": ["x"]})
NEW = Document(
    "object", "house", {"fields": [{"name": "b", "type": "text"}, {"name": "a", "required": False}], "order": ["x", "y"]}
)


def lines(old: list[Document], new: list[Document]) -> list[str]:
    return [difference.line() for difference in differences(revisions_between(old, new))]


def test_values_are_compared_one_by_one_and_lists_by_name() -> None:
    assert lines([OLD], [NEW]) == [
        "- object house: icon: home",
        "~ object house: fields.a.required: true → false",
        "+ object house: fields.b.type: text",
        '~ object house: fields (order): ["a","b"] → ["b","a"]',
        '~ object house: order: ["x"] → ["x","y"]',
    ]


def test_whole_documents_come_and_go() -> None:
    assert lines([], [OLD]) == ["+ object house"]
    assert lines([OLD], []) == ["- object house"]
    assert lines([OLD], [OLD]) == []
