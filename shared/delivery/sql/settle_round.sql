-- Closes a round in which the service writes no rows of its own.
SELECT *
  FROM settle_round_2($1::outbox_row[], $2::checkpoint_step[], $3::gate_step[], $4::count_row[]);
