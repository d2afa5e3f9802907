"""Two kept runs side by side: `massgen-tui diff`."""
