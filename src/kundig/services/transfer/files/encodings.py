"""Which encoding a file of text is in: UTF-8, UTF-16 or Windows-1252, decided over the whole file, not its beginning."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

BLOCK = 1 << 20

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")


def recognise_encoding(file: BinaryIO) -> str:
    """The name of the codec. A file that is nearly UTF-8 is read as UTF-8: its few bad bytes are reported with their rows."""
    file.seek(0)
    start = file.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if wide := _utf16_without_mark(start):
        return wide
    return "utf-8" if _is_utf8(file) or _is_nearly_utf8(file) else "cp1252"


def _utf16_without_mark(start: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every other byte."""
    half = max(len(start) // 2, 1)
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.1 * half else None


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_nearly_utf8(file: BinaryIO) -> bool:
    """Whether most of the bytes beyond ASCII stand in proper sequences, which never happens by chance in Windows-1252."""
    proper = all_high = 0
    file.seek(0)
    while block := file.read(BLOCK):
        proper += sum(len(found) for found in _UTF8_SEQUENCE.findall(block))
        all_high += sum(len(found) for found in _HIGH.findall(block))
    return proper > all_high / 2
