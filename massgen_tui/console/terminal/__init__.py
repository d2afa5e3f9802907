"""What the terminal sends, and what is written to it: Textual's driver, mended in one place."""
