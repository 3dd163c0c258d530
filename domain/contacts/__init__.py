"""The people a family can call: doctors, and whom to call in an emergency."""
