SELECT *
  FROM open_batch_1($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[], $6::text[]);
