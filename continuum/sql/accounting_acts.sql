SELECT count(*) FROM acts;
