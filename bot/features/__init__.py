"""What people can do, by area. Each handler parses, calls one domain operation and renders
a view.
"""
