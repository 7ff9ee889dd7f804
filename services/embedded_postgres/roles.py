"""The role that the service uses in the embedded PostgreSQL: it owns the tables, and no more."""

from psycopg2.extensions import connection

SUPERUSER, SERVICE = "postgres", "service"

# A data folder from before this role has the tables of the superuser: they change hands.
HAND_OVER = """
DO $$
DECLARE
    item record;
BEGIN
    -- Processes that start together share the server.
    PERFORM pg_advisory_xact_lock(hashtext('service role'));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'service') THEN
        CREATE ROLE service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
        ALTER SCHEMA public OWNER TO service;
    END IF;
    FOR item IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
            AND relowner <> 'service'::regrole
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO service', item.name);
    END LOOP;
    FOR item IN
        SELECT oid::regtype AS name FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
            AND typowner <> 'service'::regrole
    LOOP
        EXECUTE format('ALTER TYPE %s OWNER TO service', item.name);
    END LOOP;
END
$$
"""


def prepare_service_role(superuser: connection) -> None:
    """Create the role of the service, and give it what is in its database."""
    with superuser, superuser.cursor() as cursor:
        cursor.execute(HAND_OVER)
