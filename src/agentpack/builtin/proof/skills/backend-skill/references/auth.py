def check(page):
    """A wrong key is refused."""
    for wrong in (f"{page.key}x", "shop_"):
        try:
            page.calling_program(wrong)
        except page.HTTPException as error:
            assert error.status_code == 401
        else:
            raise AssertionError(wrong)
