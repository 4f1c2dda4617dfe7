"""Alembic migrations. `kakuyaku` runs them before it serves."""
