"""The field types, one file each. `TYPES` lists them; nothing outside this folder compares a type's name."""
