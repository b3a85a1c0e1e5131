"""What a stack writes down for its users is for their eyes only."""

from deploy.local.stack import Stack


def test_passwords_are_readable_by_nobody_else(stack: Stack) -> None:
    stack.connection.write(stack.state / "connection.json")

    private = [*(stack.state / "secrets").rglob("*password"), stack.state / "connection.json"]

    assert len(private) > 20
    assert {file.stat().st_mode & 0o777 for file in private} == {0o600}
    assert stack.state.stat().st_mode & 0o066 == 0
