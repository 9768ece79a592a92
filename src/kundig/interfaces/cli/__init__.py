"""The command line: one command a file, each a few lines over an action of the floors below.

Start reading at `main.py`. Commands import `wiring` when they run, so that help comes at once. Errors are `KundigError`s;
`main.run` tells them as one sentence with exit status 1.
"""
