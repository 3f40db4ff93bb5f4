"""The language of the project: schemas, pure rules, errors, settings. No I/O, nothing of ours."""
