"""An appointment's series: its rule, the rows made from it, and their timers."""
