"""What this room keeps of records: it goes with them when they are removed for good."""

from __future__ import annotations

TRACES = ("delete from {ws}.import_sample where record = any(%(ids)s)",)
"""Statements about the `ids` of records: what a trial has shown of them."""
