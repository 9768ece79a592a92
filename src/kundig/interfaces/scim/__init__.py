"""Provisioning by a directory (SCIM 2.0, RFC 7643 and 7644): users, and groups, which are teams.

Start at `routes.py`. All that needs the library's models is imported with the first request (`answering.py`): most installations
never see one, and the models take a second to make.
"""
