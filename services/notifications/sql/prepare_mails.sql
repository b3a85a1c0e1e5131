-- An obligation that was prepared before is the same mail.
INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key, about, number, kind,
                   template, facts, matter, timing, prepared_at, due_at)
SELECT mail_id, fact, notice, audience, contact_id, correlation, key, about, number, kind, template,
       facts, matter, timing, now(), now()
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bytea[],
              $8::text[], $9::bigint[], $10::text[], $11::text[], $12::text[],
              $13::text[], $14::text[])
       AS mail (mail_id, fact, notice, audience, contact_id, correlation, key, about, number, kind,
                template, facts, matter, timing)
    ON CONFLICT (mail_id) DO NOTHING
RETURNING mail_id;
