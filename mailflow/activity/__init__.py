"""The ledger: what happened to whom, when. Stages write lines; whoever cares reads on from a cursor of its own."""
