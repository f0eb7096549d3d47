"""A visit: three actions in one call of /events."""

VISIT = {
    "visitor_id": "v",
    "consent": {"purpose": "tracking", "version": "1"},
    "events": [
        {"type": "page_viewed", "event_id": f"k{number}", "page_url": "https://www.example.com/"}
        for number in range(3)
    ],
}
