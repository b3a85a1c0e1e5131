-- The operator asks a service to sweep; the database adds who and when. Only the service erases.
REVOKE INSERT, UPDATE, DELETE ON retention_orders, retained FROM {service};
GRANT INSERT (by, why) ON retention_orders TO {operator};
GRANT EXECUTE ON FUNCTION kept_long_enough_1 TO {service}, {operator};
