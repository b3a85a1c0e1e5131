SELECT (SELECT count(*) FROM releases) AS releases, (SELECT count(*) FROM corrections) AS corrections;
