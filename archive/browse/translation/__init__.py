"""The pages of Datasette, and what tables store, in the language that a request asks for."""
