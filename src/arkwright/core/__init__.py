"""The nouns, schemas and units that every room speaks: stdlib, numpy and pyarrow only."""
