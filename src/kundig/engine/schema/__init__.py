"""Objects, fields, relations, pipelines → tables, DDL; filters → SQL. Imports `extension` and `configuration`.

Start at `fields/contract.py` (what a field type is) and `model.py` (the model of a workspace).
"""
