"""The pages, generic over the model: no object is named here. One file a page; `routes.py` lists their addresses."""
