SELECT 'mail:' || mail_id AS subject, published AS last
  FROM mails
 WHERE mail_id = ANY (
       SELECT substr(name, 6)::uuid
         FROM unnest($1::text[]) AS subject (name)
        WHERE name LIKE 'mail:%');
