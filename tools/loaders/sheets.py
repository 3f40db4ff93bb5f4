"""Sheets as tables: blocks of rows with empty rows between them."""

from collections.abc import Iterable, Iterator, Sequence

from tools.loaders.tables import Table, as_table


def sheet_tables(blocks: Iterable[Sequence[Sequence[str]]]) -> Iterator[Table]:
    """One table per block of rows; a block without a header goes on under the one above."""
    columns: tuple[str, ...] = ()
    for block in blocks:
        first = min(_first_filled(row) for row in block)
        if columns and first == 0 and max(map(_width, block)) <= len(columns):
            table = as_table(block, header_rows=None if max(map(_width, block)) > 1 else 0)
            table = table if table.columns else Table(table.captions, columns, table.rows)
        else:
            table = as_table([row[first:] for row in block])
        columns = table.columns if first == 0 else ()
        yield table


def _first_filled(row: Sequence[str]) -> int:
    return next((index for index, cell in enumerate(row) if cell), len(row))


def _width(row: Sequence[str]) -> int:
    return len(row)
