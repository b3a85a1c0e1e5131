-- A call has no number of its own: it is settled once.
SELECT 'mail:' || mail_id AS subject, published AS last
  FROM mails
 WHERE mail_id = ANY (
       SELECT substr(name, 6)::uuid
         FROM unnest($1::text[]) AS subject (name)
        WHERE name LIKE 'mail:%')
 UNION ALL
SELECT name, 1
  FROM unnest($1::text[]) AS subject (name)
  JOIN settlements
    ON settlements.notice = CASE WHEN name LIKE 'notice:%' THEN split_part(name, ':', 2)::uuid END
   AND settlements.audience = split_part(name, ':', 3)
 WHERE name LIKE 'notice:%';
