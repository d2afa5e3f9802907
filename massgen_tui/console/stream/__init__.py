"""The stream view: one agent's conversation as rows of a terminal, drawn by one widget per pane."""
