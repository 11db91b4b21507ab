"""What a spider takes from ``-a NAME=VALUE``: one pydantic model a spider, read whole or refused in one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from newsbot.process import UsageError
from newsbot.sources import did_you_mean

WANTED = {
    "bool_parsing": "1 or 0",
    "int_parsing": "a whole number",
    "greater_than_equal": "a whole number, 0 or more",
}
"""What is wanted where a value has a fault of this kind, a type of pydantic's errors."""


class ArgumentError(UsageError):
    """A spider argument (``-a NAME=VALUE``) that cannot be used."""


class SpiderArguments(BaseModel):
    """Arguments of one spider: a field an argument, with its default.

    A required field states what it asks for in ``title`` and a value in ``examples``, for who left it out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """Read what a command line or a script gave; an empty value is none. Raises ArgumentError, of one line.

        A name that begins with "_" is what a scheduler tells of its own, such as Scrapyd's ``_job``.

        >>> class Arguments(SpiderArguments):
        ...     sources: str = ""
        ...     due: bool = False
        >>> Arguments.parse({"due": "1", "sources": ""})
        Arguments(sources='', due=True)
        >>> Arguments.parse({"source": "my.toml", "due": "maybe"})
        Traceback (most recent call last):
        newsbot.spiders.arguments.ArgumentError: due: 1 or 0, not 'maybe'; there is no argument 'source' \
(did you mean sources?); there are: sources, due
        """
        try:
            return cls.model_validate(
                {
                    name: value
                    for name, value in given.items()
                    if not name.startswith("_") and (value != "" or name not in cls.model_fields)
                }
            )
        except ValidationError as error:
            details = error.errors()
            faults = [cls._fault(detail) for detail in details]
            if any(detail["type"] == "extra_forbidden" for detail in details):
                faults.append(f"there are: {', '.join(cls.model_fields)}")
            raise ArgumentError("; ".join(faults)) from None

    @classmethod
    def _fault(cls, detail: ErrorDetails) -> str:
        name = str(detail["loc"][0]) if detail["loc"] else ""
        match detail["type"]:
            case "extra_forbidden":
                return f"there is no argument {name!r}{did_you_mean(name, cls.model_fields)}"
            case "missing":
                field = cls.model_fields[name]
                return f"which {field.title}? say -a {name}={(field.examples or ['...'])[0]}"
            case "value_error":
                return ": ".join(filter(None, (name, detail["msg"].removeprefix("Value error, "))))
            case kind:
                return f"{name}: {WANTED.get(kind, detail['msg'])}, not {detail['input']!r:.80}"


def names_of(value: object) -> object:
    """Return the names of an argument that lists them with commas between. Raises ValueError for a text without one.

    >>> names_of("bbc, npr,")
    ('bbc', 'npr')
    """
    if not isinstance(value, str):
        return value
    if names := tuple(name for part in value.split(",") if (name := part.strip())):
        return names
    raise ValueError(f"a name, or several with commas between, not {value!r}")


def day_of(value: object) -> object:
    """Return the day that an argument states (ISO 8601). Raises ValueError for a text that is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"a day such as 2026-01-31, not {value!r}") from None


Names = Annotated[tuple[str, ...], BeforeValidator(names_of)]
Day = Annotated[date, BeforeValidator(day_of)]
