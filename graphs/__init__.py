"""The two workflows, and how a run is started, recorded and resumed."""

import os

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # read once, when langgraph is first imported
