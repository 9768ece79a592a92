"""`make faults`: processes are killed while people write, again and again, and nothing acknowledged may be lost or half there."""
