"""The two workflows, and how a run is started, recorded and resumed."""
