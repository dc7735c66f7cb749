"""All assets as the tree they stand in, with what is wrong, to find one by name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from markupsafe import Markup

from arkwright.app.uses import ranked
from arkwright.core.finding import BANDS, Band
from arkwright.core.plant import Asset
from arkwright.web.markup import icon, join, node
from arkwright.web.page import Context, Page
from arkwright.web.parts import asset_path, asset_title, band, frame
from arkwright.web.theme import show
from arkwright.web.words import say

MOST = 600  # of a tree: more are found by their name


def worst_bands(context: Context) -> Mapping[str, Band]:
    """Return the worst open band of each asset, and of everything below it."""
    site = context.plant.site
    worst: dict[str, Band] = {}
    for card in ranked(context.plant.ledger, context.plant.now()):
        if card.kind == "system":
            continue
        for asset in site.line(card.asset):
            worst[asset.name] = max(worst.get(asset.name, "none"), card.band, key=BANDS.index)
    return worst


def matching(context: Context, wanted: str) -> list[Asset]:
    """Return the assets whose name, title or class holds every word."""
    words = wanted.casefold().split()
    return [
        a
        for a in context.plant.site.assets.values()
        if all(w in f"{a.name} {a.title} {a.title_zh} {a.asset_class}".casefold() for w in words)
    ]


async def draw(context: Context) -> None:
    """Draw the page."""
    worst = await asyncio.to_thread(worst_bands, context)
    wanted = context.params.get("q", "").strip()
    with frame(context, PAGE):
        show(_head(context, wanted), as_="header", class_="page-head")
        site = context.plant.site
        if wanted or len(site.assets) > MOST:
            found = matching(context, wanted)[:MOST]
            show(
                node("ul", *(_row(context, a, worst) for a in found), class_="tree")
                if found
                else _nothing(context)
            )
        else:
            roots = [a for a in site.assets.values() if not a.parent]
            show(node("ul", *(_branch(context, a, worst) for a in roots), class_="tree"))


def _head(context: Context, wanted: str) -> Markup:
    label = say(context, "Find an asset", "查找资产")
    field = node(
        "input", type="search", name="q", value=wanted, placeholder=label, aria_label=label, class_="input"
    )
    submit = node("button", icon("search"), class_="button quiet icon-only", aria_label=label)
    n = len(context.plant.site.assets)
    return join(
        node("h1", say(context, "Assets", "资产")),
        node("p", say(context, f"{n} in this works", f"共 {n} 台")),
        node("form", field, submit, class_="search", action="/assets", role="search"),
    )


def _branch(context: Context, asset: Asset, worst: Mapping[str, Band]) -> Markup:
    children = context.plant.site.children(asset.name)
    below = node("ul", *(_branch(context, a, worst) for a in children)) if children else None
    return _row(context, asset, worst, below)


def _row(context: Context, asset: Asset, worst: Mapping[str, Band], below: Markup | None = None) -> Markup:
    state = band(worst[asset.name], context) if asset.name in worst else None
    kind = node("small", asset.asset_class.replace("_", " "))
    way = node("a", asset_title(context, asset.name), href=asset_path(asset.name))
    return node("li", node("div", way, node("code", asset.name), kind, state, class_="tree-row"), below)


def _nothing(context: Context) -> Markup:
    return node("p", say(context, "No asset has this in its name.", "没有匹配的资产。"), class_="muted")


PAGE = Page("assets", "/assets", "Assets", "资产", "asset", draw, order=3)
