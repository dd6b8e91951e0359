"""The job queue's own tables, as procrastinate 3.10 ships them."""

from typing import Any

from alembic import op
from procrastinate import App, PsycopgConnector

revision = "0002"
down_revision = "0001"

# Everything of the queue carries this prefix; dropping by it leaves nothing behind.
DROP = """
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN SELECT c.oid::regclass AS name FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname LIKE 'procrastinate%'
    LOOP EXECUTE format('DROP TABLE %s CASCADE', it.name); END LOOP;
    FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = current_schema() AND p.proname LIKE 'procrastinate%'
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', it.name); END LOOP;
    FOR it IN SELECT t.oid::regtype AS name FROM pg_type t
        JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname = current_schema() AND t.typtype IN ('e', 'c')
            AND t.typname LIKE 'procrastinate%'
    LOOP EXECUTE format('DROP TYPE %s CASCADE', it.name); END LOOP;
END $$
"""


def _execute(sql: str) -> None:
    # Past SQLAlchemy, which would take the percent signs in these texts for parameters.
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(sql)


def upgrade() -> None:
    _execute(App(connector=PsycopgConnector()).schema_manager.get_schema())


def downgrade() -> None:
    _execute(DROP)
