-- An item without a number was closed before it was opened, and stays closed. An item that opens again
-- belongs to nobody.
INSERT INTO work_items AS held (
    item_id, kind, request_id, participant, about, why, otherwise, number, opened_at, due_at,
    closed_at, closed_because
)
SELECT item_id, kind, request_id, participant, about, why, otherwise, number, opened_at, due_at,
       closed_at, closed_because
  FROM unnest(
           $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
           $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[]
       ) AS opened (
           item_id, kind, request_id, participant, about, why, otherwise, number, opened_at, due_at,
           closed_at, closed_because
       )
 ORDER BY item_id
    ON CONFLICT (item_id) DO UPDATE
   SET request_id     = excluded.request_id,
       participant    = excluded.participant,
       about          = excluded.about,
       why            = excluded.why,
       otherwise      = excluded.otherwise,
       number         = excluded.number,
       opened_at      = excluded.opened_at,
       due_at         = excluded.due_at,
       closed_at      = CASE WHEN held.number IS NULL
                             THEN held.closed_at ELSE excluded.closed_at END,
       closed_because = CASE WHEN held.number IS NULL
                             THEN held.closed_because ELSE excluded.closed_because END,
       taken_by       = CASE WHEN held.closed_at IS NULL THEN held.taken_by END,
       taken_until    = CASE WHEN held.closed_at IS NULL THEN held.taken_until END;
