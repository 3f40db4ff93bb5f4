from time import perf_counter

import pytest

from core.errors import CorruptDocument, EmptyExtraction
from core.schemas.document import LoadedDocument
from tools.loaders import LoadLimits, load


def read(source: str, filename: str = "a.tex") -> LoadedDocument:
    return load(source.encode(), filename, LoadLimits())


def body(text: str, preamble: str = "") -> LoadedDocument:
    return read(
        f"\\documentclass{{article}}\n{preamble}\\begin{{document}}\n{text}\n\\end{{document}}"
    )


def texts(loaded: LoadedDocument, kind: str | None = None) -> list[str]:
    return [unit.text for unit in loaded.units if kind is None or unit.kind == kind]


def test_headings_lists_and_notes_are_read_in_their_order() -> None:
    loaded = body(
        r"""\maketitle Words first. % not these
\section{Care \& \emph{oil}}\label{sec:care}
Check the \textbf{oil}\footnote{Cold.} now.
It goes on.

\begin{itemize}
  \item First.
  \item[Then] Second.
\end{itemize}
\begin{enumerate}\item One.\begin{enumerate}\item Inner.\end{enumerate}\item Two.\end{enumerate}
\begin{verbatim}
x = {1}
\end{verbatim}""",
        "\\title{Pump manual}\\author{A. Smith \\and B. Jones}\\usepackage{x}\n",
    )

    assert [(unit.kind, unit.text) for unit in loaded.units] == [
        ("heading", "Pump manual"),
        ("sentence", "A. Smith , B. Jones"),
        ("sentence", "Words first."),
        ("heading", "Care & oil"),
        ("sentence", "Check the oil now."),
        ("sentence", "It goes on."),
        ("list_item", "First."),
        ("list_item", "Then Second."),
        ("list_item", "1. One."),
        ("list_item", "1. Inner."),
        ("list_item", "2. Two."),
        ("code", "x = {1}"),
        ("sentence", "Cold."),
    ]
    assert loaded.units[4].heading_path == ("Pump manual", "Care & oil")
    assert loaded.title == "Pump manual"
    assert loaded.metadata["author"] == "A. Smith , B. Jones"


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        (r"Caf\'e na\"{\i}ve \c{c}a \v s {\'e} \ss.", "Café naïve ça š é ß."),
        (r"``Use'' 3--4\,mm --- 50\% of \$9.", "“Use” 3–4 mm — 50% of $9."),
        (r"At $62\,\mathrm{Nm}$, $\alpha_{1} \leq 5$ and \(x^2\).", "At 62 Nm, α_1 ≤ 5 and x^2."),
        (r"See \cite[p. 3]{a,b}, \ref{tab:x}.", "See (p. 3) [a,b], tab:x."),
        (r"A \href{http://x/%20a}{link}, \url{http://y/%_}.", "A link, http://y/%_."),
        (r"A \textcolor{red}{red} \verb|a{b| \SI{62}{Nm} word.", "A red a{b 62 Nm word."),
        (r"Cost is $5 and no more.", "Cost is $5 and no more."),
        (r"The \dsv{} and \other model, \kept{so}.", "The dsv and other model, so."),
    ],
)
def test_a_line_reads_as_it_prints(source: str, printed: str) -> None:
    assert body(source).text == printed


def test_abbreviations_of_the_file_are_expanded() -> None:
    loaded = body(
        r"The \hp{} pump and \two.",
        "\\newcommand{\\hp}{\\textsc{HP-240}}\n\\def\\two{both \\hp s}\n"
        "\\newcommand{\\nm}[1]{#1 Nm}\\let\\a\\b\n",
    )

    assert texts(loaded) == ["The HP-240 pump and both HP-240s."]


def test_a_table_says_its_columns_and_fills_its_merged_cells() -> None:
    loaded = body(
        r"""\begin{table}[ht]\centering
\begin{tabular}{@{}l|c c@{}} \toprule
 & \multicolumn{2}{c}{Torque} \\ \cmidrule(lr){2-3}
Part & \begin{tabular}{c}low\\value\end{tabular} & high \\ \midrule
\multirow{2}{*}{Nut} & 54 & 62 \\[2pt]
 & 55 & 63 \\ \bottomrule
\end{tabular}\caption{All in Nm.}\end{table}"""
    )

    assert texts(loaded) == [
        "Part: Nut | Torque / low value: 54 | Torque / high: 62",
        "Part: Nut | Torque / low value: 55 | Torque / high: 63",
        "All in Nm.",
    ]


def test_what_is_not_printed_here_is_left_out_and_told() -> None:
    loaded = body(
        r"""Words. \begin{comment}Never.\end{comment}\iffalse Nor this.\fi
\input{chapter1} \includegraphics[width=5cm]{pump.png}
\begin{equation}\label{eq} F = m a \end{equation}
\begin{tikzpicture}\draw (0,0);\end{tikzpicture} \bibliography{refs}"""
    )

    assert texts(loaded) == ["Words.", "F = m a"]
    assert loaded.warnings == (
        "a file that is included is not read: chapter1",
        "a file that is included is not read: refs",
        "pictures without a description left out: 2",
    )


def test_a_bibliography_is_a_list_of_its_keys() -> None:
    loaded = body(
        r"\begin{thebibliography}{9}\bibitem{s1} A. Smith. \emph{Pumps}.\end{thebibliography}"
    )

    assert texts(loaded) == ["References", "[s1] A. Smith. Pumps."]


def test_a_file_of_definitions_keeps_its_source() -> None:
    loaded = read("{\\newcommand{\\hp}{HP-240}}")

    assert texts(loaded, "code") == ["{\\newcommand{\\hp}{HP-240}}"]
    assert loaded.warnings == ("nothing but definitions; the source is kept as text",)


def test_the_format_is_told_by_its_content_or_its_name() -> None:
    assert read("\\documentclass{a}\\begin{document}Hi.\\end{document}", "a").text == "Hi."
    assert read("No commands at all.").media_type == "text/plain"
    assert read("Use \\emph{this}.", "a.txt").media_type == "text/plain"


def test_a_file_that_is_cut_off_says_so() -> None:
    loaded = read("Words. \\footnote{That end")

    assert texts(loaded) == ["Words.", "That end"]
    assert loaded.warnings == ("the file ends in the middle of a group",)


def test_options_without_an_end_are_over_with_their_paragraph() -> None:
    loaded = body("\\begin{figure}[ht\\caption{A.}\n\nNext.\n\\end{figure}")

    assert texts(loaded) == ["Next."]


def test_a_file_nested_beyond_reason_is_corrupt_and_one_without_words_is_empty() -> None:
    with pytest.raises(CorruptDocument, match="nested"):
        read("\\emph" + "{" * 10_000)
    with pytest.raises(EmptyExtraction):
        read("{}{}--\\\\", "a.tex")


@pytest.mark.parametrize(
    "pattern",
    [
        "\\", "{}", "}", "$", "$$", "\\[", "\\(", "%", "&", "\\\\", "\\[\n\n", "\n \n", "\\'", "~[",
        "\\verb", "\\verb|", "\\url{", "\\href{", "\\begin{verbatim}", "\\end{itemize}", "\\item ",
        "\\newcommand{\\a}{\\a\\a}\\a", "\\def\\a#1", "\\cite[", "\\iffalse", "\\begin{itemize}",
        "\\begin{tabular}{c}", "\\multirow{9999}{*}{x}&", "\\multicolumn{9999}{c}{x}&\\\\", "a ",
        "\\footnote{x}", "\\section", "\\let", "\\unknown", "\\c", " ", "\\x\n", "[", "'",
        "\\label{",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["Words.\n\n", "Words.\n\n\\begin{tabular}{c}"])
def test_endless_repetition_is_read_in_seconds(pattern: str, start: str) -> None:
    times = 1_900 if pattern.endswith(("{", "cite[")) else 200_000 // len(pattern)
    started = perf_counter()

    loaded = read(start + pattern * times)

    assert texts(loaded)[0] == "Words."
    assert perf_counter() - started < 10.0
