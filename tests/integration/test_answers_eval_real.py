"""The suite of answers, on the real graphs, database and models."""

from evals.answers import measure
from evals.answers_arms import ARMS, DEFENDED
from evals.answers_report import report
from evals.retrieval import TWIN
from evals.squad import Asked
from tools.reader_files import read_files

ARTICLE = {
    "doc_id": "harbour",
    "title": "Harbour",
    "text": "The harbour of Lindvik was opened in 1887 by the engineer Karin Holm. It has four "
    "piers.\n\nThe lighthouse of Lindvik is 31 metres high. It was painted red in 1921.\n",
}
OPENED = Asked("When was the harbour of Lindvik opened?", "", "harbour", ("1887",))
UNKNOWN = Asked("Which bishop crowned the emperor of Brazil?", "", "harbour", ())


async def test_an_article_is_built_asked_and_scored_by_every_arm() -> None:
    trials = await measure(read_files(str(TWIN)), [ARTICLE], [OPENED, UNKNOWN])

    opened, unknown = trials[DEFENDED]
    assert trials.keys() == ARMS.keys()
    assert opened.score.em == 1
    assert opened.asking.citations == (True,)
    assert 0 < opened.asking.context_characters < len(ARTICLE["text"])
    assert unknown.score.abstained == 1
    metrics = report(trials)["metrics"]
    assert isinstance(metrics, dict)
    assert metrics["citations_verified"] == {"value": 100, "low": 100, "high": 100, "n": 1}
