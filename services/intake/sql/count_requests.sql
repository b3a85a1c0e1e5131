-- Reads the index of the primary key alone. `TableGauges` waits longer after a slow count.
SELECT count(*)
  FROM requests;
