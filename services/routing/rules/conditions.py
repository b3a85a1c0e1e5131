"""Compiles the conditions of rules, for each candidate, into functions of a request's facts."""

from collections.abc import Callable, Sequence
from typing import Any

from services.routing.rules.facts import Facts
from shared.contracts.reference import Condition

Test = Callable[[Facts], bool]
"""Tells whether a condition holds for a request with these facts."""
Read = Callable[[Facts], Any]
_REQUEST = ("agency.", "request.", "urgency.")


def of_request(name: str) -> bool:
    """Tell whether *name* is a fact of the request, not of a candidate."""
    return name.startswith(_REQUEST)


def names_read(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """Return the request's facts that *conditions* read, sorted."""
    names = {condition.fact for condition in conditions}
    others = (other for c in conditions for other in (c.overlaps, c.within, c.fits))
    names |= {other for other in others if other is not None}
    return tuple(sorted(name for name in names if of_request(name)))


def compile_all(conditions: Sequence[Condition], candidate: Facts) -> Test:
    """
    Return a test that holds for a request if all *conditions* hold for it and *candidate*.

    Leading conditions that read only the candidate's facts are evaluated now, not per request.
    """
    tests: list[Test] = []
    for condition in conditions:
        test = _compile(condition, candidate)
        if tests or names_read([condition]):
            tests.append(test)
        elif not test({}):
            return lambda request: False
    if len(tests) == 1:
        return tests[0]
    return lambda request: all(test(request) for test in tests)


def _compile(condition: Condition, candidate: Facts) -> Test:
    read = _reader(condition.fact, candidate)
    if condition.overlaps is not None:
        return _overlaps(read, condition.overlaps, candidate)
    if condition.within is not None:
        other = _reader(condition.within, candidate)
        return lambda request: _is_in(read(request), other(request))
    if condition.fits is not None:
        return _fits(read, _reader(condition.fits, candidate))
    holds = _value_test(condition)
    return lambda request: holds(read(request))


def _reader(name: str, candidate: Facts) -> Read:
    """Return a function that returns the fact *name*, or None if it is missing."""
    if of_request(name):
        return lambda request: request.get(name)
    known = candidate.get(name)
    return lambda request: known


def _fits(read: Read, other: Read) -> Test:
    """Return the test whether a value (or any of a tuple) is in a list; empty ones always fit."""

    def test(request: Facts) -> bool:
        value, listed = read(request), _listed(other(request))
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        return not values or not listed or not set(values).isdisjoint(listed)

    return test


def _overlaps(read: Read, name: str, candidate: Facts) -> Test:
    """Return the test whether a list shares a value with the list *name*, or that is empty."""
    if of_request(name):
        return lambda request: _meet(frozenset(_listed(request.get(name))), read(request))
    offered = frozenset(_listed(candidate.get(name)))
    return lambda request: _meet(offered, read(request))


def _meet(offered: frozenset[str], asked: Any) -> bool:
    return not offered or not offered.isdisjoint(_listed(asked))


def _listed(value: Any) -> Sequence[str]:
    """Return *value* as a list; one of another kind, which a rule may name, is empty."""
    return value if isinstance(value, tuple | list | str) else ()


def _is_in(value: Any, listed: Any) -> bool:
    if isinstance(listed, str) and not isinstance(value, str):
        return False
    return value in _listed(listed)


def _value_test(condition: Condition) -> Callable[[Any], bool]:
    """Return the test of one value; a condition without a comparison never holds."""
    if condition.in_ is not None:
        values = frozenset(condition.in_)
        return lambda value: value in values
    if condition.has is not None:
        wanted = condition.has
        return lambda value: _is_in(wanted, value)
    if condition.is_ is not None:
        same = condition.is_
        return lambda value: type(value) is type(same) and value == same
    at_most, at_least = condition.at_most, condition.at_least
    if at_most is None and at_least is None:
        return lambda value: False
    low = at_least if at_least is not None else float("-inf")
    high = at_most if at_most is not None else float("inf")
    return lambda value: isinstance(value, int | float) and low <= value <= high
