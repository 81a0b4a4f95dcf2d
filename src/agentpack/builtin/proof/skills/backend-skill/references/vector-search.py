def check(page):
    """No tenant is nobody, not everybody."""
    try:
        page.owned_by("")
    except ValueError:
        return
    raise AssertionError("everybody's passages")
