INSERT INTO listings (participant, about, since, pages)
SELECT participant, about, since, pages
  FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::integer[])
    AS given (participant, about, since, pages)
 ORDER BY participant, about
    ON CONFLICT (participant, about) DO UPDATE
   SET since = excluded.since, pages = excluded.pages;
