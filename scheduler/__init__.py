"""The domain: what is given, what is asked, how a rota is judged and said. No solver, no web, no files."""
