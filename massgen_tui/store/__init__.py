"""What is written to disk: session logs, exports, the program's log; and how it is read back."""
