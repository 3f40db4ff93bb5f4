"""Celery: the app, the tasks as thin shells, dispatch and the sweeper."""
