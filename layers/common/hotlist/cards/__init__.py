"""What a salesperson opens: the card of one lead, with its points, its history and its future.

`card` makes it of a lead as it is now, and `lead_page` a page of that. Pure.
"""
