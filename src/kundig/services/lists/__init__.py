"""What people keep of lists and do to many of their records: saved views, and later selections and bulk changes.

Views are data of the workspace here; those that modules and documents bring stay configuration. Start at `views.py`.
"""
