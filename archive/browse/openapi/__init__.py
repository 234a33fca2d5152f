"""The OpenAPI document: the JSON that the pages answer programs with, and what it is made of."""
