-- Stores settlements. A mail that is to be sent again is due now, and its time for tries begins anew.
WITH settled AS (
    SELECT event, how, why, mail_id, state, published, notice, audience
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::integer[],
                  $7::uuid[], $8::text[])
           AS settled (event, how, why, mail_id, state, published, notice, audience)
), changed AS (
    UPDATE mails
       SET state          = coalesce(settled.state, mails.state),
           published      = settled.published,
           due_at         = CASE settled.state WHEN 'prepared' THEN now() ELSE due_at END,
           first_tried_at = CASE settled.state WHEN 'prepared' THEN NULL ELSE first_tried_at END
      FROM settled
     WHERE mails.mail_id = settled.mail_id
)
INSERT INTO settlements (event, mail_id, how, why, notice, audience)
SELECT event, mail_id, how, why, notice, audience
  FROM settled;
