"""Every implementation of each answering role."""

import pytest

from agents.answer_verifier.local import LocalAnswerVerifier
from agents.answerer.local import LocalAnswerer
from agents.evidence_verifier.local import LocalEvidenceVerifier
from agents.planner.local import LocalPlanner
from agents.requester.local import LocalRequester
from agents.selector.local import LocalSelector
from tests.builders import HashingEncoder, WordsReader


@pytest.fixture(params=[LocalPlanner])
def planner(request):
    return request.param()


@pytest.fixture(params=[LocalRequester])
def requester(request):
    return request.param()


@pytest.fixture(
    params=[
        lambda: LocalSelector(WordsReader(), HashingEncoder()),
        lambda: LocalSelector(WordsReader()),
    ]
)
def selector(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalEvidenceVerifier(WordsReader())])
def evidence_verifier(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalAnswerer(WordsReader(), HashingEncoder())])
def answerer(request):
    return request.param()


@pytest.fixture(params=[lambda: LocalAnswerVerifier(WordsReader())])
def answer_verifier(request):
    return request.param()
