-- What the service and the operator may do, given again from nothing after every migration, in one
-- transaction. Each package's rights.sql comes after this one and takes or gives what is its own.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {service}, {operator};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {service}, {operator};
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC, {service}, {operator};
GRANT USAGE ON SCHEMA public TO {service}, {operator};

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {service};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {service};
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {service};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {operator};

-- What a migration makes, its service may use at once; the operator may not before the rights are given.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {service};
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
