from tests.not_run import lines


def test_each_reason_for_skipped_tests_has_one_line() -> None:
    reasons = ["Skipped: kustomize missing: make tools"] * 3 + ["Skipped: only root may mount"]

    assert lines(reasons) == [
        "not run: 3 tests; kustomize missing: make tools",
        "not run: 1 test; only root may mount",
    ]


def test_a_run_without_skipped_tests_has_no_lines() -> None:
    assert lines([]) == []
