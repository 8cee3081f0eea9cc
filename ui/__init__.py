"""The pages, mounted on one FastAPI application."""
