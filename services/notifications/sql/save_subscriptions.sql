INSERT INTO subscriptions (audience, kind, state, cadence, program, since)
SELECT audience, kind, state, cadence, program, since
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
       AS subscription (audience, kind, state, cadence, program, since)
 ORDER BY audience, kind
    ON CONFLICT (audience, kind) DO UPDATE
   SET state   = excluded.state,
       cadence = excluded.cadence,
       program = excluded.program,
       since   = excluded.since;
