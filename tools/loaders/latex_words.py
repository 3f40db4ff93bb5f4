"""What LaTeX words mean to a reader: characters, headings, arguments to keep or to skip."""

from typing import Final

LEVELS: Final = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
    "subparagraph": 6,
}  # fmt: skip

CHARACTERS: Final = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "S": "§", "P": "¶", "copyright": "©",
    "textcopyright": "©", "textregistered": "®", "texttrademark": "™", "pounds": "£",
    "euro": "€", "texteuro": "€", "dots": "…", "ldots": "…", "textellipsis": "…",
    "textbackslash": "\\", "textdegree": "°", "degree": "°", "textasciitilde": "~",
    "textasciicircum": "^", "textbar": "|", "textless": "<", "textgreater": ">",
    "textmu": "µ", "textendash": "–", "textemdash": "—", "textquotedblleft": "“",
    "textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’", "textbullet": "•",
    "textunderscore": "_", "slash": "/", "quad": " ", "qquad": " ", "enspace": " ",
    "newline": "\n", "linebreak": "\n", "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2e",
    "BibTeX": "BibTeX", "and": ", ", "And": ", ", "AND": ", ", "checkmark": "✓", "today": "",
    "guillemotleft": "«", "guillemotright": "»", "textonehalf": "½", "textpm": "±",
}  # fmt: skip
SYMBOLS: Final = {
    "%": "%", "&": "&", "#": "#", "$": "$", "_": "_", "{": "{", "}": "}", " ": " ", "\n": " ",
    ",": " ", ";": " ", ":": " ",
}  # fmt: skip
ACCENTS: Final = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331",
}  # fmt: skip

_SKIP_ONE: Final = (
    "label", "vspace", "hspace", "pagestyle", "thispagestyle", "usepackage",
    "RequirePackage", "documentclass", "bibliographystyle", "graphicspath", "hypersetup",
    "captionsetup", "geometry", "color", "pagenumbering", "nocite", "cmidrule", "cline",
    "phantom", "hphantom", "vphantom", "addbibresource", "index", "glossary", "selectlanguage",
    "fontsize", "rowcolor", "cellcolor", "columncolor", "arrayrulecolor", "lstset", "sisetup",
    "tikzset", "newcounter", "stepcounter", "refstepcounter", "hyphenation", "theoremstyle",
    "bookmarksetup", "urlstyle", "linespread", "setstretch",
    "newlength", "usetikzlibrary", "DeclareGraphicsExtensions", "acmConference",
)  # fmt: skip
_SKIP_TWO: Final = (
    "setlength", "addtolength", "setcounter", "addtocounter", "newcommand", "renewcommand",
    "providecommand", "DeclareRobustCommand", "DeclareMathOperator", "newtheorem", "rule",
    "definecolor", "numberwithin", "addcontentsline", "newenvironment", "renewenvironment",
    "lstdefinestyle", "titleformat", "titlespacing", "markboth",
)  # fmt: skip
ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(_SKIP_ONE, ("skip",)),
    **dict.fromkeys(_SKIP_TWO, ("skip", "skip")),
    **dict.fromkeys(LEVELS, ("heading",)),
    **dict.fromkeys(("caption", "subcaption", "captionof"), ("caption",)),
    **dict.fromkeys(("footnote", "footnotetext", "thanks", "marginpar", "todo"), ("note",)),
    **dict.fromkeys(("input", "include", "subfile", "import", "InputIfFileExists"), ("file",)),
    **dict.fromkeys(
        ("cite", "citep", "citet", "citealp", "citealt", "citeauthor", "citeyear", "parencite",
         "textcite", "autocite", "footcite", "Citep", "Citet"),
        ("cite",),
    ),
    **dict.fromkeys(("ref", "eqref", "autoref", "cref", "Cref", "pageref", "nameref"), ("keep",)),
    **dict.fromkeys(("textcolor", "colorbox", "parbox", "raisebox"), ("skip", "keep")),
    **dict.fromkeys(("SI", "qty"), ("keep", "spaced")),
    **dict.fromkeys(("title", "author", "date", "institute", "affiliation"), ("front",)),
    **dict.fromkeys(("bibliography", "printbibliography"), ("bibliography",)),
    "includegraphics": ("picture",),
    "resizebox": ("skip", "skip", "keep"),
    "href": ("skip", "keep"),
    "multicolumn": ("columns", "skip", "keep"),
    "multirow": ("rows", "skip", "keep"),
    "begin": ("begin",),
    "end": ("end",),
    "bibitem": ("key",),
    "newenvironment": ("skip", "skip", "skip"),
    "renewenvironment": ("skip", "skip", "skip"),
    "definecolor": ("skip", "skip", "skip"),
    "specialrule": ("skip", "skip", "skip"),
    "def": ("skip",),
    "gdef": ("skip",),
    "edef": ("skip",),
}  # fmt: skip
"""What each argument in braces is for; those of other commands are kept as text."""
DEFINITIONS: Final = frozenset(("newcommand", "renewcommand", "providecommand", "def", "gdef"))

ENVIRONMENT_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    "tabular": ("skip",), "longtable": ("skip",), "supertabular": ("skip",),
    "tabular*": ("skip", "skip"), "tabularx": ("skip", "skip"), "tabulary": ("skip", "skip"),
    "minipage": ("skip",), "subfigure": ("skip",), "subtable": ("skip",), "multicols": ("skip",),
    "wrapfigure": ("skip", "skip"), "wraptable": ("skip", "skip"), "adjustbox": ("skip",),
    "thebibliography": ("skip",), "threeparttable": (), "spacing": ("skip",), "list": ("skip",) * 2,
}  # fmt: skip
TABLES: Final = frozenset(
    ("tabular", "tabular*", "tabularx", "tabulary", "longtable", "supertabular")
)
LISTS: Final = frozenset(("itemize", "enumerate", "description", "thebibliography", "list"))
CODE: Final = frozenset(
    ("verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "alltt", "algorithmic",
     "equation", "equation*", "align", "align*", "gather", "gather*", "eqnarray", "eqnarray*",
     "multline", "multline*", "displaymath", "math", "flalign", "flalign*", "alignat", "alignat*")
)  # fmt: skip
"""Environments whose source is what can be kept of them."""
DRAWN: Final = frozenset(("tikzpicture", "pgfpicture", "picture", "tikzcd", "forest"))
SKIPPED: Final = frozenset(("comment", "filecontents", "filecontents*"))
NAMED: Final = frozenset(
    ("theorem", "lemma", "proof", "definition", "corollary", "proposition", "example", "remark")
)
"""Environments whose option is a name that a reader sees."""
TITLED: Final = {"abstract": "Abstract", "thebibliography": "References"}

SILENT: Final = frozenset((
    "maketitle", "centering", "raggedright", "raggedleft", "noindent", "indent", "bf", "it",
    "em", "rm", "sf", "tt", "sc", "sl", "bfseries", "itshape", "scshape", "slshape", "upshape",
    "mdseries", "rmfamily", "sffamily", "ttfamily", "normalfont", "tiny", "scriptsize",
    "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge", "textbf",
    "textit", "textrm", "textsf", "texttt", "textsc", "textsl", "textup", "textnormal", "emph",
    "underline", "uline", "mbox", "hbox", "makebox", "fbox", "framebox", "xspace", "protect",
    "newpage", "clearpage", "cleardoublepage", "pagebreak", "bigskip", "medskip", "smallskip",
    "hfill", "vfill", "hrule", "hline", "toprule", "midrule", "bottomrule", "tableofcontents",
    "listoffigures", "listoftables", "appendix", "frontmatter", "mainmatter", "backmatter",
    "twocolumn", "onecolumn", "sloppy", "fussy", "par", "item", "left", "right", "big", "Big",
    "displaystyle", "limits", "nolimits", "makeatother", "ignorespaces", "unskip", "relax",
    "leavevmode", "null", "strut", "columnwidth", "linewidth", "textwidth", "textheight",
    "baselineskip", "parindent", "parskip", "tabcolsep", "arraystretch", "ensuremath", "text",
    "textsuperscript", "textsubscript", "si", "num", "nolinebreak", "allowbreak", "newblock",
    "endhead", "endfirsthead", "endfoot", "endlastfoot", "tabularnewline", "cr", "iffalse",
    "iftrue", "fi", "else", "ifx", "if", "let", "begingroup", "endgroup", "bgroup", "egroup",
    "boldmath", "unboldmath", "singlespacing", "doublespacing", "onehalfspacing",
    "footnotemark", "makeatletter", "newif", "vskip", "pdfoutput", "qedhere", "qed",
    "addlinespace", "FloatBarrier", "balance", "mathrm", "mathbf", "mathit", "mathcal",
    "mathbb", "operatorname", "texorpdfstring", "MakeUppercase", "hyperref", "hypertarget",
    "hyperlink", "gls", "Gls", "acrshort", "ac", "acp",
))  # fmt: skip
"""Commands that change only the looks of what follows."""
