"""`make bench`: what Kundig costs on top of PostgreSQL, as ratios taken in one run on one machine."""
