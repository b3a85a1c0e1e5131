INSERT INTO subscribers (audience, address, zone, mailed_at)
SELECT audience, address, zone, array_remove(ARRAY[first, second, third], NULL)
  FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
       AS subscriber (audience, address, zone, first, second, third)
 ORDER BY audience
    ON CONFLICT (audience) DO UPDATE
   SET mailed_at = excluded.mailed_at;
