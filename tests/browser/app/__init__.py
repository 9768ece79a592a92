"""The pages as people use them, on a real server with a small company in it."""
