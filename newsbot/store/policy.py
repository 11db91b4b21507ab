"""What is to become of copies, of articles that may change, and of what is old."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATE, INLINE, DROP = DUPLICATES = ("separate", "inline", "drop")


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices that the settings leave to the operator (newsbot/settings.py)."""

    duplicates: str = SEPARATE
    """Copies go to files of their own, among the articles, or to no file."""
    revisit_hours: tuple[float, ...] = ()
    """When an article is looked at again, in hours after it was first seen."""
    remember_days: int = 0
    """How long a text can be recognised in changed form; 0: for ever."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant. Raises ValueError."""
        if self.duplicates not in DUPLICATES:
            raise ValueError(f"NEWSBOT_DUPLICATES: one of {', '.join(DUPLICATES)}, not {self.duplicates!r}")
        if list(self.revisit_hours) != sorted(set(self.revisit_hours)) or any(h <= 0 for h in self.revisit_hours):
            raise ValueError(f"NEWSBOT_REVISIT_HOURS: rising numbers of hours, not {list(self.revisit_hours)}")
        if self.remember_days < 0:
            raise ValueError(f"NEWSBOT_REMEMBER_DAYS: a number of days or 0, not {self.remember_days}")
