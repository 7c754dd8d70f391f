"""Assessments kept over time: the store and its schema, and what stood there at a given day."""
