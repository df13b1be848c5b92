"""Workbooks and printouts: rows in, file or page out. Spreadsheet libraries live here and nowhere else."""
