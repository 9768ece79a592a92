"""The database: embedded server or any PostgreSQL 15+, roles, pools, transactions, workspaces, migrations.

Start reading at `transactions.py` (`Database`, one per process) and `connection.py` (`Connection`, one per transaction).
Nothing outside this package opens a connection.
"""

from kundig.base.database.connection import WORKSPACE_SCHEMA, Asked, Compiled, Connection, Question, compile_statement
from kundig.base.database.faults import DatabaseAway, TimeLimit
from kundig.base.database.migrations import MigrationSource, migrate
from kundig.base.database.names import workspace_role
from kundig.base.database.transactions import ONE_VIEW, Database, retrying

__all__ = [
    "ONE_VIEW",
    "WORKSPACE_SCHEMA",
    "Asked",
    "Compiled",
    "Connection",
    "Database",
    "DatabaseAway",
    "MigrationSource",
    "Question",
    "TimeLimit",
    "compile_statement",
    "migrate",
    "retrying",
    "workspace_role",
]
