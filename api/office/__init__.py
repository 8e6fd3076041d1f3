"""What a rota office does, each a function on one transaction: what may be done, by whom, and the entry in the trail."""
