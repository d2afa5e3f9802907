"""Two texts side by side: where they part, and in which words. Pure; without a screen."""
