"""The Python side of alembic-head-guard: finds the program and runs it."""
