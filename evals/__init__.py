"""Quality measured on data; reports, never assertions."""
