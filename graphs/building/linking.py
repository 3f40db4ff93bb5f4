"""The last step of building: names and facts of the memories that have just become active."""

import asyncio

from langgraph.runtime import Runtime

from graphs.building.nodes import MEMORIES
from graphs.building.state import BuildContext, BuildState, BuildUpdate
from tools.network import link
from tools.network_facts import facts_of


async def link_memories(state: BuildState, runtime: Runtime[BuildContext]) -> BuildUpdate:
    """The version's part of the network, in place of what earlier versions said.

    Memories are found before it and without it; what the reader says of the facts is recorded.
    """
    context = runtime.context
    memories = MEMORIES.validate_json(await context.journal.read(state.assembled))
    mentions = await asyncio.to_thread(link, memories)
    facts = await facts_of(memories, mentions, context.reader)
    await context.network.replace(state.version_id, mentions, facts, context.lease)
    return {"fact_count": len(facts)}
