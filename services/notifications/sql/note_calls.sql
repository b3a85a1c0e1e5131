INSERT INTO calls (notice, audience, fact, correlation)
SELECT notice, audience, fact, correlation
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])
       AS decided (notice, audience, fact, correlation);
