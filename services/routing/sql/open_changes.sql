SELECT *
  FROM open_changes_1($1::bigint, $2::integer);
