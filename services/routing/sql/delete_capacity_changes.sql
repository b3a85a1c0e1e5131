DELETE FROM capacity_changes
 WHERE id = ANY ($1::bigint[]);
