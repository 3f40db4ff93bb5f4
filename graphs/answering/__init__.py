"""Answering: questions become cited answers, or abstentions that say why."""

from graphs.answering.start import answer_question

__all__ = ["answer_question"]
