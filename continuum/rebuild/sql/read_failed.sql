SELECT topic, partition, "offset", subject, error
  FROM rebuild.failed
 ORDER BY topic, partition, "offset";
