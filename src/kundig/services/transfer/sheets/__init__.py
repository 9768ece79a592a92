"""Records as rows: which columns a field becomes (`columns`), and how they are written (`csv_sheet`, `workbook`)."""
