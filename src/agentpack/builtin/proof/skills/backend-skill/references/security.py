def check(page):
    """A public address is not refused."""
    assert not page.is_refused("https://1.1.1.1/")
