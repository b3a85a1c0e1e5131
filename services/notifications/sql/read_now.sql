-- The time that all processes share.
SELECT now();
