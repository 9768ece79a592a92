"""Files of rows: what a file is (`recognise`), and its rows one by one (`read_rows`). Knows nothing of objects.

CSV is read with constant memory; a workbook is held in memory and therefore limited.
"""

from kundig.services.transfer.files.csv_rows import Cell, Row
from kundig.services.transfer.files.reading import count_rows, read_rows
from kundig.services.transfer.files.recognise import FileShape, recognise

__all__ = ["Cell", "FileShape", "Row", "count_rows", "read_rows", "recognise"]
