"""From the model to the database: what is there, what is missing, and how it gets there without stopping anybody.

Start at `applying.py`. Nothing is ever dropped: what the model no longer knows is reported and stays.
"""
