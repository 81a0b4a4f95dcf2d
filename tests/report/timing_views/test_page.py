"""The HTML report, in a real browser and as the text that it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agentpack.report.terminal import printable
from agentpack.report.timing_views.page import to_html
from agentpack.timing.result import Run, Span, Spread

Open = Callable[..., Any]

CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255)
      .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const unseen = ["SCRIPT", "title"].includes(element.tagName);
    if (!own || unseen || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const paint = element.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const colour = parse(paint).slice(0, 3);
    const [a, b] = [light(colour), light(ground(element))].sort((x, y) => y - x);
    found.push([(a + 0.05) / (b + 0.05), element.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""

OVERFLOWING = """() => [...document.body.querySelectorAll("*")].filter((element) =>
  element.checkVisibility() && !element.closest(".scroll, .hidden, thead, svg") &&
  element.getBoundingClientRect().right > innerWidth + 0.5
).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a run's report; fails when it says anything on the console, or asks for anything."""
    contexts = []
    trouble: list[str] = []

    def opened(run: Run, baseline: Run | None = None, *, width: int = 1400, **other: Any) -> Any:
        file = tmp_path / f"report{len(contexts)}.html"
        file.write_text(to_html(run, baseline), encoding="utf-8")
        context = browser.new_context(viewport={"width": width, "height": 900}, **other)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.split("#")[0] == file.as_uri() or request.url.startswith("data:")
                else trouble.append(f"request: {request.url}")
            ),
        )
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


def test_needs_nothing_else(show: Open, mixed: Run, before: Run) -> None:
    """The report shows all its endpoints without a request, a warning or an error."""
    page = show(mixed, before)
    assert page.title().startswith("3 of 4 endpoints need work")
    assert page.locator("details.endpoint").count() == 4
    assert page.locator(".overview tbody tr").count() == 4
    names = page.locator(".overview .endpoint").all_inner_texts()
    assert names == ["POST /orders", "GET /reports", "GET /search?q=books", "GET /items?limit=10"]


def test_reads_without_script(show: Open, mixed: Run) -> None:
    """With scripts switched off the causes, the places and the commands are all there."""
    page = show(mixed, java_script_enabled=False)
    said = page.locator("main").inner_text()
    for words in ("n-plus-one", "81 %", "app/services/reports.py:41", "selectinload"):
        assert words in said
    assert "curl -X POST 'http://127.0.0.1:8000/orders'" in said


def test_bars_are_in_proportion(show: Open, make_sample: Any, make_endpoint: Any) -> None:
    """Each phase and span has the place and the length on the screen that its time has."""
    one = make_sample(
        1.0, dns_s=0.1, connect_s=0.25, tls_s=0.45, request_s=0.5, ttfb_s=0.8, cold=True
    )
    warm = make_sample(2.0, dns_s=0.0, connect_s=0.0, request_s=0.2, ttfb_s=1.6)
    spans = (Span("outer", 0.4, 1.0), Span("inner", 0.6, 0.5, 1), Span("after", 2.0, 2.0))
    page = show(Run(0.0001, (make_endpoint(cold=one, samples=(warm,), spans=spans),)))

    def bars(figure: int) -> dict[str, tuple[float, float]]:
        places = {}
        for lane in page.locator("figure.waterfall").nth(figure).locator(".lane:has(.bar)").all():
            line, bar = (lane.locator(s).bounding_box() for s in (".line", ".bar"))
            start = (bar["x"] - line["x"]) / line["width"]
            places[lane.locator(".label").inner_text()] = (start, bar["width"] / line["width"])
        return places

    near = pytest.approx
    assert bars(0) == {
        "request": (near(0, abs=0.004), near(0.05, abs=0.004)),
        "wait": (near(0.05, abs=0.004), near(0.35, abs=0.004)),
        "outer": (near(0.1, abs=0.004), near(0.25, abs=0.004)),
        "inner": (near(0.15, abs=0.004), near(0.125, abs=0.004)),
        "after": (near(0.5, abs=0.004), near(0.5, abs=0.004)),
        "transfer": (near(0.4, abs=0.004), near(0.1, abs=0.004)),
    }
    assert bars(1) == {
        "dns": (near(0, abs=0.004), near(0.1, abs=0.004)),
        "connect": (near(0.1, abs=0.004), near(0.15, abs=0.004)),
        "tls": (near(0.25, abs=0.004), near(0.2, abs=0.004)),
        "request": (near(0.45, abs=0.004), near(0.05, abs=0.004)),
        "wait": (near(0.5, abs=0.004), near(0.3, abs=0.004)),
        "transfer": (near(0.8, abs=0.004), near(0.2, abs=0.004)),
    }


def test_bar_of_the_budget(show: Open, make_endpoint: Any) -> None:
    """Half a budget fills half of the way to the budget's mark, and ten budgets the whole bar."""
    half, tenfold = (
        make_endpoint(url, total=Spread(total, total, total))
        for url, total in (("http://127.0.0.1/half", 1.0), ("http://127.0.0.1/ten", 20.0))
    )
    page = show(Run(0.0001, (half, tenfold)))
    for name, part in (("/half", 0.5), ("/ten", 1.5)):
        row = page.locator(".overview tr", has_text=name)
        track, fill, limit = (
            row.locator(kind).bounding_box() for kind in (".track", ".fill", ".limit")
        )
        reach = limit["x"] + limit["width"] / 2 - track["x"]
        assert fill["width"] / reach == pytest.approx(part, abs=0.02)


def test_every_sample_is_a_dot(show: Open, mixed: Run, before: Run) -> None:
    """An endpoint's samples and its baseline's stand on one line, the slower to the right."""
    page = show(mixed, before)
    figure = page.locator("details", has_text="GET /search").locator("figure.distribution")
    now, then = figure.locator(".strip").all()
    assert now.locator("circle").count() == then.locator("circle").count() == 30
    medians = [strip.locator(".median").bounding_box()["x"] for strip in (then, now)]
    assert medians[0] < medians[1]
    failed = page.locator("details", has_text="POST /orders").locator("circle")
    assert {dot.get_attribute("class") for dot in failed.all()} == {"bad"}


def test_many_samples_are_columns(show: Open, extreme: Run) -> None:
    """Where dots would stack too high there are columns, as high as they are many."""
    page = show(extreme)
    page.get_by_role("button", name="Open all").click()
    columns = page.locator("details", has_text="GET /slow").locator(".strip rect").all()
    heights = [column.bounding_box()["height"] for column in columns]
    assert len(heights) > 2
    assert max(heights) == pytest.approx(64, abs=1)


def test_opens_by_keyboard(show: Open, mixed: Run) -> None:
    """An endpoint is reached with Tab, and opens and closes with Enter."""
    page = show(mixed)
    details = page.locator("details.endpoint.ok")
    assert details.get_attribute("open") is None
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('details.ok') !== null"):
            break
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is not None
    page.keyboard.press("Enter")
    assert details.get_attribute("open") is None


def test_links_open_what_they_name(show: Open, mixed: Run) -> None:
    """A link of the table opens its endpoint, and shows its heading."""
    page = show(mixed)
    page.get_by_role("link", name="GET /items?limit=10").click()
    page.wait_for_function("document.querySelector('details.ok').open")
    # It scrolls smoothly, and the heading is above the view until it has come.
    page.wait_for_function(
        "document.querySelector('details.ok summary').getBoundingClientRect().top >= 0"
    )


def test_copies_the_command(show: Open, make_endpoint: Any) -> None:
    """The button copies the curl command to the byte, newlines and quotes too."""
    command = "curl 'http://127.0.0.1/a?b=1&c=<2>' \\\n  --data '{\"it''s\": \"&amp;\"}'"
    page = show(Run(0.0001, (make_endpoint(curl=command),)))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("document.querySelector('[role=status]').textContent")
    if page.locator("[role=status]").inner_text() == "Copied":
        copied = page.evaluate("navigator.clipboard.readText()")
    else:
        copied = page.evaluate("getSelection().toString()")
    assert copied == command


@pytest.mark.parametrize("width", [320, 400, 768, 1400])
@pytest.mark.parametrize("which", ["mixed", "extreme"])
def test_fits_its_window(
    show: Open, which: str, width: int, before: Run, request: pytest.FixtureRequest
) -> None:
    """Nothing reaches out of the window to the right, at a phone's width or a desk's."""
    page = show(request.getfixturevalue(which), before, width=width)
    for details in page.locator("details").all():
        if details.get_attribute("open") is None:
            details.locator("summary").press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERFLOWING) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_is_readable(show: Open, mixed: Run, before: Run, scheme: str, width: int) -> None:
    """All text has a contrast of 4.5 to its ground, in light and in dark."""
    page = show(mixed, before, width=width, color_scheme=scheme)
    page.locator("details.skipped summary").click()
    found = page.evaluate(CONTRAST)
    assert len(found) > 100
    assert [entry for entry in found if entry[0] < 4.5] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) > 384) == (scheme == "light")


@pytest.mark.parametrize("script", [True, False])
def test_prints_all(show: Open, mixed: Run, script: bool) -> None:
    """On paper every endpoint is open, light and whole, also where scripts are off."""
    page = show(mixed, color_scheme="dark", java_script_enabled=script)
    page.emulate_media(media="print", color_scheme="dark")
    if script:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    body = page.locator("details.ok .body")
    assert body.bounding_box()["height"] > 200
    assert body.is_visible()
    assert page.locator("button:visible").count() == 0
    assert len(page.pdf()) > 10_000


def test_hostile_texts_stay_texts(show: Open, hostile_run: Run) -> None:
    """No text of a server runs, loads or breaks the page; it is shown."""
    page = show(hostile_run, hostile_run, width=400)
    assert page.evaluate("typeof window.owned") == "undefined"
    assert page.locator("script").count() == 1
    assert page.locator("img, main a:not([href^='#'])").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    shown = page.locator(".command code").first.text_content()
    assert shown == printable(hostile_run.endpoints[0].curl, keep="\n\t")


def test_same_elements_for_any_text(make_hostile: Callable[[str], Run]) -> None:
    """Hostile texts bring the page no element and no attribute that plain ones do not."""

    def elements(text: str) -> Counter[Any]:
        found: Counter[Any] = Counter()

        class Parser(HTMLParser):
            def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
                found[tag, tuple(name for name, _ in attrs)] += 1

        Parser().feed(to_html(make_hostile(text)))
        return found

    plain = elements("plain words")
    for text in ("<script>1</script>", "\"' onclick=1 x='", "{{ 1 }}{% if %}", "--><b>", "\x00"):
        assert elements(text) == plain


@pytest.mark.parametrize("count", [0, 1, 60])
def test_any_number_of_endpoints(show: Open, make_endpoint: Any, count: int) -> None:
    """A run of none, of one and of sixty endpoints has a headline that says so."""
    run = Run(0.0001, tuple(make_endpoint(f"http://127.0.0.1/{n}") for n in range(count)))
    page = show(run)
    headlines = {
        0: "Nothing was timed",
        1: "The endpoint is within its budget",
        60: "All 60 endpoints are within budget",
    }
    assert page.locator("h1").inner_text() == headlines[count]
    assert page.locator("details.endpoint").count() == count
    assert page.locator("details.endpoint[open]").count() == (1 if count == 1 else 0)


def test_warns_of_credentials(show: Open, make_endpoint: Any) -> None:
    """A command that holds a password or a token comes with a warning, another does not."""
    plain = make_endpoint()
    secret = replace(
        plain, request=replace(plain.request, headers=(("Authorization", "Bearer x"),))
    )
    warning = "This command holds credentials"
    assert warning not in show(Run(0.1, (plain,))).locator("main").inner_text()
    assert warning in show(Run(0.1, (secret,))).locator("main").inner_text()
