"""The people a family can call: doctors."""
