"""The fields of forms: where their values go in messages, and their errors in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from shared.texts.characters import has_invisible
from shared.web.forms import Form, identifiers_in

_UNSEEN = "Leave out characters that cannot be seen, such as line breaks."


@dataclass(frozen=True, slots=True)
class Field:
    """
    A field of a form, and the path of its value in the message that the form makes.

    ``options`` maps the values to choose from to their labels, or is the name of a list that is
    supplied elsewhere. ``wrong`` says what to do if the value is missing or not accepted.
    """

    name: str
    label: str
    path: tuple[str, ...]
    kind: Literal["line", "words", "choice", "checks", "date", "check"] = "line"
    options: Mapping[str, str] | str | None = None
    help: str = ""
    needed: bool = False
    most: int = 200
    wrong: str = ""
    autocomplete: str = "off"

    @property
    def missing(self) -> str:
        """What to say if there is no value."""
        choose = self.kind in ("choice", "checks")
        return (
            self.wrong
            or f"{self.label}: {'choose one from the list' if choose else 'fill this in'}."
        )

    def value(self, form: Form) -> Any:
        """Return the value in *form*: a text, a list, or whether it is checked."""
        if self.kind == "checks":
            return form.all(self.name)
        text = form.text(self.name)
        return bool(text) if self.kind == "check" else text


class Fields:
    """The fields of a form, in the order in which people see them."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.by_name: Mapping[str, Field] = {field.name: field for field in fields}
        self._by_path = {field.path: field for field in self.by_name.values()}

    def at(self, path: str) -> Field | None:
        """Return the field of a refusal's path, such as ``/data/agency/ori``."""
        return self._of(tuple(path.removeprefix("/data/").split("/")))

    def read(self, form: Form) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the values of *form* at their paths, and the errors found so far, by field."""
        data: dict[str, Any] = {}
        errors = {}
        texts = {}
        for field in self.by_name.values():
            value = field.value(form)
            if value:
                _put(data, field.path, value)
            elif field.needed:
                errors[field.name] = field.missing
            texts[field.name] = text = "\n".join(form.all(field.name))
            if field.kind == "line" and has_invisible(text):
                errors[field.name] = _UNSEEN
        return data, errors | identifiers_in(texts)

    def judge(
        self,
        model: type[BaseModel],
        data: Mapping[str, Any],
        errors: dict[str, str],
        *,
        above: tuple[str, ...] = (),
    ) -> BaseModel | None:
        """
        Return *data* as a message, or None after adding what is wrong to *errors*, by field.

        *above* is the path of this message among the fields' paths. Raise ValidationError if the
        message is wrong, but no field is.
        """
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_context=True):
                field = self._of((*above, *map(str, problem["loc"])))
                if field is not None:
                    errors.setdefault(field.name, _words(field, problem))
            if not errors:
                raise
            return None

    def in_order(self, errors: Mapping[str, str]) -> dict[str, str]:
        """Return *errors* in the order of the fields; those of no field come last."""
        order = {name: number for number, name in enumerate(self.by_name)}
        return dict(sorted(errors.items(), key=lambda each: order.get(each[0], len(order))))

    def _of(self, path: tuple[str, ...]) -> Field | None:
        """Return the field at *path*, else the closest one above it, else the first one below."""
        for length in range(len(path), 0, -1):
            if (field := self._by_path.get(path[:length])) is not None:
                return field
        inside = (field for at, field in self._by_path.items() if at[: len(path)] == path)
        return next(inside, None)


def _words(field: Field, problem: Any) -> str:
    if problem["type"] == "string_too_long":
        most = problem.get("ctx", {}).get("max_length", field.most)
        ends = "" if field.label.endswith("?") else ":"
        return f"{field.label}{ends} Shorten this to at most {most:,} characters."
    return field.missing


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value
