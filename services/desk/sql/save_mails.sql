INSERT INTO notices (notice, audience, mail, mail_outcome)
SELECT notice, audience, mail, mail_outcome
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       AS told (notice, audience, mail, mail_outcome)
 ORDER BY notice, audience
    ON CONFLICT (notice, audience) DO UPDATE
   SET mail = excluded.mail, mail_outcome = excluded.mail_outcome;
