INSERT INTO lost_numbers (topic, partition, subject, from_number, until_number)
SELECT topic, partition, subject, from_number, until_number
  FROM unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[])
       AS lost (topic, partition, subject, from_number, until_number);
