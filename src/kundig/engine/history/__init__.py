"""What happened: journal, timeline, feed."""
