"""The pages: what people look at. They call the same functions of the office as the API, and show what comes of it."""
