"""newsbot: every article of a list of news outlets, once, clean, as JSON lines."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsbot.collecting import collect

__version__ = "0.1.0"
__all__ = ["__version__", "collect"]


def __getattr__(name: str) -> Any:
    if name == "collect":  # not above: whoever wants the version, as every module of the stages, wants nothing more
        from newsbot.collecting import collect

        return collect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
