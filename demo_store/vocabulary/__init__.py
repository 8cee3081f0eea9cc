"""Hand-written vocabularies of the demo shop, one module per group of departments."""
