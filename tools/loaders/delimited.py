"""CSV and its relatives: one unit per record, each value under its column's name."""

from core.schemas.document import LoadedDocument
from tools.loaders.delimiters import find_delimiter, read_delimited
from tools.loaders.raw import RawDocument
from tools.loaders.tables import as_table
from tools.loaders.units import DocumentBuilder


def read(raw: RawDocument) -> LoadedDocument:
    """The records in order."""
    table = as_table(read_delimited(raw.text, find_delimiter(raw.text) or ","))
    builder = DocumentBuilder()
    for caption in table.captions:
        builder.paragraph(caption)
    builder.table(table.sentences())
    metadata = {"columns": ", ".join(filter(None, table.columns))}
    return builder.build(raw.media_type, raw.stem, metadata=metadata, warnings=raw.warnings)
