"""Ways to further pages of a list: links and menus, and plans that a script makes."""
