-- All inputs to tell whether there is work, in one round trip.
SELECT EXISTS (SELECT FROM capacity_changes) AS changes,
       (SELECT coalesce(max(number), 0) FROM catalog) AS version,
       clock_timestamp() AS at,
       lane_states_1() AS lanes;
