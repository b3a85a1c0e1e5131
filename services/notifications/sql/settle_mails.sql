-- Stores settlements. A mail whose state is one to be tried is due now, and its tries have their whole time.
WITH settled AS (
    SELECT event, mail_id, how, why, state, published
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::integer[])
           AS settled (event, mail_id, how, why, state, published)
), changed AS (
    UPDATE mails
       SET state          = coalesce(settled.state, mails.state),
           published      = settled.published,
           due_at         = CASE settled.state WHEN 'prepared' THEN now() ELSE due_at END,
           first_tried_at = CASE settled.state WHEN 'prepared' THEN NULL ELSE first_tried_at END
      FROM settled
     WHERE mails.mail_id = settled.mail_id
)
INSERT INTO settlements (event, mail_id, how, why)
SELECT event, mail_id, how, why
  FROM settled;
