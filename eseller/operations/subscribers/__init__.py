"""Who is told of incidents and maintenance: by mail, by webhook, and the public by posts."""
