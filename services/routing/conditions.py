"""Turns the conditions of rules into functions, once for each rule set."""

from collections.abc import Callable, Sequence
from typing import Any

from services.routing.facts import Facts
from shared.contracts.reference import Condition

Test = Callable[[Facts, Facts], bool]
"""Tells whether a rule matches, from the request's facts and those of its candidate."""
_REQUEST = ("agency.", "request.", "urgency.")


def of_request(name: str) -> bool:
    """Tell whether the fact *name* is one of the request's."""
    return name.startswith(_REQUEST)


def names_read(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Return the request's facts that *conditions* read, sorted."""
    names = {condition.fact for condition in conditions}
    names |= {other for c in conditions for other in (c.overlaps, c.within) if other is not None}
    return tuple(sorted(name for name in names if of_request(name)))


def compile_all(conditions: Sequence[Condition]) -> Test:
    """Return a test that holds when every condition holds."""
    tests = [_compile(condition) for condition in conditions]
    if len(tests) == 1:
        return tests[0]
    return lambda request, candidate: all(test(request, candidate) for test in tests)


def _compile(condition: Condition) -> Test:
    read = _reader(condition.fact)
    if condition.overlaps is not None:
        return _overlaps(read, _reader(condition.overlaps))
    if condition.within is not None:
        other = _reader(condition.within)
        return lambda r, c: read(r, c) in (other(r, c) or ())
    holds = _value_test(condition)
    return lambda r, c: holds(read(r, c))


def _reader(name: str) -> Callable[[Facts, Facts], Any]:
    """Return a function that gives the fact *name*; one that nobody states is None."""
    if of_request(name):
        return lambda request, candidate: request.get(name)
    return lambda request, candidate: candidate.get(name)


def _overlaps(one: Callable[[Facts, Facts], Any], other: Callable[[Facts, Facts], Any]) -> Test:
    def test(request: Facts, candidate: Facts) -> bool:
        offered = other(request, candidate)
        return not offered or not set(offered).isdisjoint(one(request, candidate) or ())

    return test


def _value_test(condition: Condition) -> Callable[[Any], bool]:
    """Return the test of one value; a condition without any test never holds."""
    if condition.in_ is not None:
        values = frozenset(condition.in_)
        return lambda value: value in values
    if condition.has is not None:
        wanted = condition.has
        return lambda value: wanted in (value or ())
    if condition.is_ is not None:
        same = condition.is_
        return lambda value: type(value) is type(same) and value == same
    at_most, at_least = condition.at_most, condition.at_least
    if at_most is None and at_least is None:
        return lambda value: False
    low = at_least if at_least is not None else float("-inf")
    high = at_most if at_most is not None else float("inf")
    return lambda value: value is not None and low <= value <= high
