"""What is kept: tables, repositories, migrations, checkpoints, the embedded Postgres."""

import os

# LangGraph reads this once, when it is imported; without it a forged checkpoint runs code.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
