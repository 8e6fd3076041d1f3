"""Questions from files: a folder or a workbook becomes a scenario, and back."""
