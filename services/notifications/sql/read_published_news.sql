-- What was published after the number $1, up to $2, or the one fact $3. A report has the title that it has now.
-- Of a withdrawn report, only the withdrawal is told.
SELECT news.kind, news.subject, news.report, coalesce(agency, '') AS agency,
       coalesce((SELECT said.title
                   FROM published_news AS said
                  WHERE said.subject = news.subject
                    AND said.report = news.report
                    AND said.title <> ''
                  ORDER BY said.number DESC
                  LIMIT 1), '') AS title
  FROM published_news AS news
  LEFT JOIN public_sites ON slug = news.subject
 WHERE number > $1
   AND number <= $2
   AND ($3::uuid IS NULL OR fact = $3::uuid)
   AND (news.kind = 'report_withdrawn'
        OR NOT EXISTS (
            SELECT
              FROM published_news AS gone
             WHERE gone.subject = news.subject
               AND gone.report = news.report
               AND gone.kind = 'report_withdrawn'))
 ORDER BY number;
