-- A release is published once: nothing changes it afterwards.
REVOKE UPDATE, DELETE ON releases FROM {service};
