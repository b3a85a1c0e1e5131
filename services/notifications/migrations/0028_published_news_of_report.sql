-- Finds what is published of a report: the title that it has now, and whether it was withdrawn.
CREATE INDEX published_news_of_report ON published_news (subject, report, number);
DROP INDEX published_news_reports;
