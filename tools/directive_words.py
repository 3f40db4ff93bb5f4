"""Words that requests are made of, by what they do in one."""

from collections.abc import Mapping

CLASSES: Mapping[str, str] = {
    "say": """tell say mention state inform advise notify announce remark note claim assert
        declare argue insist convince persuade urge encourage motivate influence recommend
        suggest propose promote advertise endorse praise greet thank wish congratulate
        compliment apologise apologize ask invite request remind warn assure reassure express
        voice share spread report communicate convey emphasise emphasize stress highlight
        underline portray depict frame steer nudge inspire engage discourage entice lure sway
        coax""",
    "make": """write compose draft create generate produce craft invent design develop devise
        author pen script brainstorm imagine prepare formulate construct build make outline plan
        narrate sketch plot concoct""",
    "change": """translate convert encode decode encrypt decrypt replace substitute swap
        exchange switch reverse scramble shuffle mix rearrange jumble misspell alter modify
        transform rewrite rephrase paraphrase reword reformat format reorder capitalise
        capitalize shorten lengthen obfuscate disguise distort split join merge group separate
        space spell mirror shift flip transpose corrupt change remove omit drop delete strip
        mask""",
    "think": """explain describe summarise summarize analyse analyze evaluate assess compare
        contrast classify categorise categorize rate rank judge determine decide identify
        interpret predict forecast estimate calculate compute solve simplify clarify define
        discuss elaborate illustrate review outline teach walk guide show instruct demonstrate
        help assist examine explore investigate""",
    "fetch": """find search look list name retrieve get fetch provide give offer present collect
        gather supply show enumerate recite quote cite pick choose select locate""",
    "put": """add append insert include embed attach incorporate place put inject implant plant
        slip weave hide conceal sneak integrate introduce use utilise utilize employ apply begin
        start open end finish close conclude preface prefix precede ensure keep repeat sprinkle
        blend tuck""",
    "answer": """answer respond reply output print return display speak act pretend behave
        roleplay chat talk converse type emit""",
    "skip": """ignore disregard forget skip refuse avoid stop bypass override withhold conceal""",
    "errand": """play book order schedule set turn call send email remind convert count sort
        plan recommend""",
    "reply": """answer answers response responses reply replies output outputs summary
        completion result message text sentence sentences words word letters letter characters
        vowels nouns spelling response's statement statements content writing wording phrasing""",
    "reader": """user users reader readers customer customers audience person people anyone
        everyone human humans recipient recipients visitor visitors viewer viewers them they
        individual individuals""",
    "machine": """assistant chatbot bot ai model llm gpt language agent prompt prompts
        instruction instructions system query queries""",
    "code": """code script snippet snippets function functions program class module library
        python java javascript sql html css php c++ bash algorithm loop array import routine
        lines compiler bug debug query regex api""",
    "genre": """poem story essay haiku limerick song lyrics article letter email speech dialogue
        tale script slogan headline title tweet post caption review recipe joke riddle paragraph
        blog summary advertisement ad teaser announcement invitation itinerary description
        biography report list ideas tagline outline""",
    "link": """link links url website site page click download install visit attachment update
        software file installer executable app plugin password""",
    "tongue": """english french spanish german italian chinese mandarin japanese korean russian
        arabic hindi portuguese dutch latin greek turkish polish swedish swahili vietnamese thai
        hebrew bengali urdu""",
    "polite": """please kindly could would can might""",
    "asks": """what what's who who's whom whose when where why which how how's is are do does
        did can could would have has should""",
    "me": "me my i i'd i'm us our we mine",
    "you": "you your yours you're yourself",
}  # fmt: skip
"""A word may do several things."""

CLASSES_OF: Mapping[str, tuple[str, ...]] = {
    word: tuple(name for name, words in CLASSES.items() if word in words.split())
    for all_words in CLASSES.values()
    for word in all_words.split()
}
