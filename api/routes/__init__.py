"""One module per noun; each route says in a few lines what is asked of storage or a graph."""
