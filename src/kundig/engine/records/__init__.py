"""The two doors: every read and every write of records goes through here. Also stages, roll-ups and undo.

Start at `reading.py` and `writing.py`.
"""
