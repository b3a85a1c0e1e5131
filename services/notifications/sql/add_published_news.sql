INSERT INTO published_news (fact, kind, subject, report, title)
SELECT fact, kind, subject, report, title
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
       WITH ORDINALITY AS news (fact, kind, subject, report, title, place)
 ORDER BY place
    ON CONFLICT (fact) DO NOTHING;
