"""Working together on records: comments, mentions, followers, notifications; and what each person prefers.

All of it holds references only, never values: what somebody gets to see is read anew, with the rights that they have then.
Start at `comments.py`, `notifying.py` (who learns of what) and `jobs.py`.
"""
