SELECT topic, partition, known_to
  FROM own_topics;
