-- What was published after the number $1, up to $2, or the one fact $3. A correction has the report's title.
SELECT news.kind, news.subject, news.report, coalesce(agency, '') AS agency,
       coalesce((SELECT said.title
                   FROM published_news AS said
                  WHERE said.subject = news.subject
                    AND said.report = news.report
                    AND said.title <> ''
                    AND said.number <= news.number
                  ORDER BY said.number DESC
                  LIMIT 1), '') AS title
  FROM published_news AS news
  LEFT JOIN public_sites ON slug = news.subject
 WHERE number > $1
   AND number <= $2
   AND ($3::uuid IS NULL OR fact = $3::uuid)
 ORDER BY number;
