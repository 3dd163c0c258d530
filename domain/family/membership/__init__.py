"""Members: what their pages show, leaving, roles, and whom they see."""
