-- Rights of the service and the operator, revoked and granted anew after every migration, in one
-- transaction. Each package's rights.sql runs after this one and adjusts the rights on its own tables.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {service}, {operator};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {service}, {operator};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, {service}, {operator};
GRANT USAGE ON SCHEMA public TO {service}, {operator};

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {service};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {service};
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {service};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {operator};

-- A service may use new tables as soon as a migration creates them; the operator only after the grants.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {service};
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
