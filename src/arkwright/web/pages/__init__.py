"""One file a page; each ends in ``PAGE = Page(...)`` and is found by that."""
