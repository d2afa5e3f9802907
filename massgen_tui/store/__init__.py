"""What is written to disk: session logs and the program's log; and how it is read back."""
