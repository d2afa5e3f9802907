"""What goes wrong between a request and its answer: from what was seen to a sentence and a hint."""
