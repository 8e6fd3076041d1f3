"""A judged rota in every form that leaves: page, document, workbook, calendars."""
