"""The constraints of the forms: arithmetic of the cells, amounts, and the prose against them."""
