INSERT INTO preferences (participant, contact_id, kinds, quiet_from, quiet_until, zone, number)
SELECT participant, contact_id, kinds, quiet_from, quiet_until, zone, number
  FROM unnest($1::text[], $2::text[], $3::text[], $4::time[], $5::time[], $6::text[],
              $7::bigint[])
       AS set (participant, contact_id, kinds, quiet_from, quiet_until, zone, number)
 ORDER BY participant, contact_id
    ON CONFLICT (participant, contact_id) DO UPDATE
   SET kinds       = excluded.kinds,
       quiet_from  = excluded.quiet_from,
       quiet_until = excluded.quiet_until,
       zone        = excluded.zone,
       number      = excluded.number;
