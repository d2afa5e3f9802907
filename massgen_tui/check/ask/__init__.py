"""Small questions to live servers, and what their answers show: `massgen-tui check --ask`."""
