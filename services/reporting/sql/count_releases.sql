SELECT count(*)
  FROM releases;
