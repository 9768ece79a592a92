"""The only way out of the house: whatever is sent to somebody passes here, and `may_contact` is asked before.

Start at `mail.py` (`send_mail`, called inside a write's transaction) and `sending.py` (the job that brings it to the mail server).
"""
