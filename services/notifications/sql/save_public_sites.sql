INSERT INTO public_sites (slug, agency)
SELECT slug, agency
  FROM unnest($1::text[], $2::text[]) AS site (slug, agency)
 ORDER BY slug
    ON CONFLICT (slug) DO UPDATE
   SET agency = excluded.agency;
