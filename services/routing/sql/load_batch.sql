SELECT *
  FROM load_batch_1($1::text[], $2::text[], $3::text[]);
