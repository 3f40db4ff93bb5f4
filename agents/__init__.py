"""Judgements: one folder per role, a protocol and its implementations."""
