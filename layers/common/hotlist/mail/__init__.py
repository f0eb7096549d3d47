"""Mail: rendered, sent once, and what SES says of it. `render`, `texts` and `mime` are pure."""
