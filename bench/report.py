"""What is printed, saved and compared: one line a case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

MOST_WORSE = 0.2
"""A ratio may be so much worse at a larger size."""


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one case. Times are milliseconds, ratios those of p50 to the raw one's, each the median of the runs."""

    name: str
    p50: float
    p95: float
    low: float
    high: float
    raw: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    target: float | None
    rate: float
    statements: int
    most_statements: int | None
    kilobytes: float
    most_kilobytes: float | None

    def missed(self) -> Iterator[str]:
        """The targets that are missed, in words."""
        if self.ratio is not None and self.target is not None and self.ratio > self.target:
            yield f"{self.ratio:.1f} times raw, at most {self.target:.0f}"
        if self.most_statements is not None and self.statements > self.most_statements:
            yield f"{self.statements} statements, at most {self.most_statements}"
        if self.most_kilobytes is not None and self.kilobytes > self.most_kilobytes:
            yield f"{self.kilobytes:.0f} KB, at most {self.most_kilobytes:.0f}"


def worse(line: Line, before: Line | None) -> float | None:
    """By what part the ratio is worse than before; None if one of the two has none."""
    if before is None or not before.ratio or line.ratio is None:
        return None
    return line.ratio / before.ratio - 1


def compared(line: Line, before: Line | None) -> Iterator[str]:
    """What is too much worse than before, in words."""
    more = worse(line, before)
    if more is not None and more > MOST_WORSE:
        yield f"the ratio is {more:.0%} worse than at the smaller size, at most {MOST_WORSE:.0%}"


@dataclass(frozen=True, slots=True)
class Telling:
    """The table: its head and its lines; only for cases that were asked for."""

    words: tuple[str, ...]

    @property
    def head(self) -> str:
        """The names of the columns."""
        return (
            f"{'case':52} {'p50 ms':>8} {'spread':>15} {'p95 ms':>8} {'raw p50':>8} {'ratio':>7} {'spread':>13} {'target':>6}"
            f" {'worse':>6} {'req/s, 8':>8} {'statements':>10} {'KB':>5}"
        )

    def asked(self, name: str) -> bool:
        """Whether a case is wanted."""
        return not self.words or any(word in name for word in self.words)

    def line(self, line: Line, more: float | None) -> str:
        """One case."""
        spread = f"{line.low:.2f}–{line.high:.2f}"
        raw = "" if line.raw is None else f"{line.raw:.2f}"
        ratio = "" if line.ratio is None else f"{line.ratio:.1f}"
        between = "" if line.ratio is None else f"{line.ratio_low:.1f}–{line.ratio_high:.1f}"
        target = "" if line.target is None else f"{line.target:.0f}"
        change = "" if more is None else f"{more:+.0%}"
        return (
            f"{line.name:52} {line.p50:8.2f} {spread:>15} {line.p95:8.2f} {raw:>8} {ratio:>7} {between:>13} {target:>6}"
            f" {change:>6} {line.rate:8.0f} {line.statements:10} {line.kilobytes:5.0f}"
        )


def telling(only: str) -> Telling:
    """The table for the words of `--only`."""
    return Telling(tuple(word.strip() for word in only.split(",") if word.strip()))


def save(path: Path, lines: Mapping[str, Line]) -> None:
    """Keep the lines of a run in a file."""
    path.write_text(json.dumps([asdict(line) for line in lines.values()], indent=1), encoding="utf-8")


def load(path: Path) -> dict[str, Line]:
    """The lines of an earlier run, by name."""
    return {item["name"]: Line(**item) for item in json.loads(path.read_text(encoding="utf-8"))}
