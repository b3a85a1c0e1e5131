-- The same mail, to another contact.
INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key, about, number, kind,
                   template, facts, matter, timing, prepared_at, due_at)
SELECT $2, fact, notice, audience, $3, correlation, key, about, number, kind, template, facts,
       matter, timing, now(), now()
  FROM mails
 WHERE mail_id = $1
    ON CONFLICT (mail_id) DO NOTHING;
