GRANT EXECUTE ON FUNCTION
    load_batch_1, load_batch_2, offer_capacities_1, request_row_1, to_request_row_2, lane_states_1,
    open_lane_1, open_lane_2, open_changes_1
    TO {service};
