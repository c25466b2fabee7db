"""Pieces counted by line, where some sources name them by their article instead.

Marketplaces tell of goods that come back by EAN or by the seller's own number. Such pieces are
those of the order's lines with that article, the first lines first.
"""

from collections.abc import Iterable

from domain.order import Item, Movement


def sum_movements(movements: dict[str, Movement]) -> dict[str, int]:
    """Sum what was cancelled or came back, under the names that it was told by."""
    sums: dict[str, int] = {}
    for movement in movements.values():
        for line_id, quantity in movement.lines:
            sums[line_id] = sums.get(line_id, 0) + quantity
    return sums


def by_line(counts: dict[str, int], items: Iterable[Item]) -> dict[str, int]:
    """Count pieces by line, where some of the names that they were counted under are articles.

    What fits on no line of its article stays with the last one, so that too many are noticed.
    """
    if not counts:
        return counts
    lines = {item.line_id: item for item in items}
    counted = {name: count for name, count in counts.items() if name in lines}
    if len(counted) == len(counts):
        return counts
    for name, count in counts.items():
        if name in lines:
            continue
        left = count
        found = [item for item in lines.values() if item.sku == name]
        for item in found:
            fits = min(left, max(item.quantity - counted.get(item.line_id, 0), 0))
            counted[item.line_id] = counted.get(item.line_id, 0) + fits
            left -= fits
        if found and left:
            counted[found[-1].line_id] += left
    return counted
