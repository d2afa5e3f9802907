"""What the compare screen is made of: which answers, their texts as rows, their numbers as rows."""
