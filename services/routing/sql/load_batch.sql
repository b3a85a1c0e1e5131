-- The capacities are read behind the locks on the requests.
SELECT o_requests, o_numbers, o_declarations, o_version,
       offer_capacities_1($5::text[]) AS o_capacities
  FROM load_batch_2($1::text[], $2::text[], $3::text[], $4::text[]);
