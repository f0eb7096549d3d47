"""What a salesperson opens: the card of one lead, with its points, its history and its future, and
today's list. `door` answers the requests for them.

`card` makes a card of a lead as it is now, `lead_page` a page of that. Pure, but for `door`.
"""
