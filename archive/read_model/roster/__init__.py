"""The roster: who must publish a report, and in which years there is none, by what is known."""
