def check(page):
    """A wrong key is refused."""
    for wrong in (f"{page.key}x", "shop_"):
        try:
            page.calling_program(wrong)
        except page.HTTPException:
            continue
        raise AssertionError(wrong)
