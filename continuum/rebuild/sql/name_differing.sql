CREATE TEMPORARY TABLE differing (
    table_name text NOT NULL,
    key        text NOT NULL
) ON COMMIT DROP;
