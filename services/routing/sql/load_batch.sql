SELECT *
  FROM load_batch_2($1::text[], $2::text[], $3::text[], $4::text[]);
