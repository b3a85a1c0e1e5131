-- The contacts to whom the obligation of a mail was mailed, since when, and whether all these mails have failed
-- or were cancelled, at least one of them failed; who made the request that it is about, and the contacts that
-- the request names, as JSON (null if the audience did not make it).
SELECT written.contact_ids AS written_to, written.since, written.has_failed,
       requests.participant AS requester,
       CASE requests.participant WHEN mail.audience THEN requests.contact_ids END AS named
  FROM mails AS mail
 CROSS JOIN LATERAL (
       SELECT array_agg(contact_id) AS contact_ids, min(prepared_at) AS since,
              bool_and(state IN ('refused', 'gave_up', 'cancelled'))
              AND bool_or(state IN ('refused', 'gave_up')) AS has_failed
         FROM mails AS other
        WHERE other.about = mail.about
          AND other.audience = mail.audience
          AND other.fact = mail.fact) AS written
  LEFT JOIN requests ON requests.tracking_number = mail.about
 WHERE mail.mail_id = $1;
