"""Small questions about the cells of notebooks that several checks ask."""

from __future__ import annotations

from mlopslint.lint.base import Cell


def tags(cell: Cell) -> list[str]:
    """The tags of a cell."""
    found = cell.metadata.get("tags")
    return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def only_comments(cell: Cell) -> bool:
    """Whether a code cell is empty or holds comments only; what starts with a magic is code."""
    return all(not row.strip() or row.lstrip().startswith("#") for row in cell.source.split("\n"))


def listed(numbers: list[int]) -> str:
    """Numbers of cells in words, five at most: ``2, 3 and 7``."""
    if len(numbers) > 5:
        return ", ".join(map(str, numbers[:4])) + f" and {len(numbers) - 4} more"
    return " and ".join(part for part in (", ".join(map(str, numbers[:-1])), str(numbers[-1])) if part)
