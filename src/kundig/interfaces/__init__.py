"""Floor 5: the ways in: REST (`api`), pages (`web`), command line (`cli`). They know no module by name."""
