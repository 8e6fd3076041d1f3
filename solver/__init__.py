"""From a scenario to a judged rota: the only place where `ortools` is imported."""
