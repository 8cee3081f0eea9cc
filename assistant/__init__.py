"""The conversation: understanding, ranking, reasons, wording and checking. Knows nothing of pages."""
