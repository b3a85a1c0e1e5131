GRANT EXECUTE ON FUNCTION
    load_batch_1, request_row_1, lane_states_1, open_lane_1, open_changes_1
    TO {service};
