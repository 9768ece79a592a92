"""Floor 3: what every object gets, built on the two doors: delivery, identity, collaboration, transfer, live.

Imports `kundig.base` and `kundig.engine`. Rooms import only those named before them.
"""
