"""The pages in a real browser."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

OVERFLOWING = """() => {
  const cut = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement) {
      if (e !== document.body && e !== document.documentElement &&
          getComputedStyle(e).overflowX !== "visible") return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")].filter((element) =>
    element.checkVisibility() && !element.closest(".unseen, .skip, thead, svg") &&
    !cut(element) && element.getBoundingClientRect().right > innerWidth + 0.5
  ).map((element) => element.outerHTML.slice(0, 80));
}"""


@pytest.fixture
def family(server, store, a_run):
    """A root with three children, the second with two of its own."""
    root = a_run("root", seconds=10)
    alpha = a_run("alpha", parent=root, ago=59)
    beta = a_run("beta", parent=root, ago=58)
    one, two = (
        a_run(name, parent=root, parent_run_id=beta["id"], ago=57 - n, error="boom")
        for n, name in enumerate(("gamma", "delta"))
    )
    last = a_run("beth", parent=root, ago=50, inputs={"said": "by beth"})
    store(server, root, alpha, beta, one, two, last)
    return root


def at(page, name):
    """Wait until the tree's active line has this name; it is the one that is read out."""
    line = page.locator("#tree .active").filter(has=page.get_by_text(name, exact=True))
    line.wait_for()
    tree = page.locator("#tree")
    assert tree.get_attribute("aria-activedescendant") == line.get_attribute("id")


def count(page, lines):
    """Wait until the tree shows so many lines."""
    page.locator(
        f"#tree:has(> :nth-child({lines + 1})):not(:has(> :nth-child({lines + 2})))"
    ).wait_for()


def names(page):
    return page.locator("#rows .name a").all_inner_texts()


def test_traces_of_the_real_sdk_appear_by_themselves(show, server, project):
    """What the LangSmith SDK sends appears on top without a reload, and its end is shown."""
    langsmith = pytest.importorskip("langsmith")
    page = show(f"/?project={quote(project)}")
    page.get_by_text("No trace matches").wait_for()
    page.locator("#live[data-state=on]").wait_for()
    client = langsmith.Client(api_url=server.url, api_key="any")
    try:
        for name in ("first", "second"):
            tree = langsmith.RunTree(
                name=name, inputs={"q": "how far?"}, project_name=project, ls_client=client
            )
            tree.post()
            client.flush()
            row = page.locator("#rows tr", has_text=name)
            row.locator(".status.running").wait_for()
            tree.end(outputs={"a": "so far"})
            tree.patch()
            client.flush()
            row.locator(".status.completed").wait_for()
        assert names(page) == ["second", "first"]
        assert not page.get_by_text("No trace matches").is_visible()
        # While it is paused nothing moves; what came meanwhile is there afterwards.
        page.get_by_role("button", name="Live").click()
        page.locator("#live[data-state=off]").wait_for()
        assert page.locator("#live").get_attribute("aria-pressed") == "false"
        tree = langsmith.RunTree(name="third", inputs={}, project_name=project, ls_client=client)
        tree.post()
        client.flush()
        assert names(page) == ["second", "first"]
        page.locator("#live").click()
        page.locator("#rows tr", has_text="third").wait_for()
        assert names(page) == ["third", "second", "first"]
    finally:
        client.cleanup()
        client.session.close()


def test_filters_live_in_the_address(show, server, store, project, a_run):
    """A chosen filter is in the address; going back undoes it, and the address can be shared."""
    store(
        server,
        a_run("good", session_name=project),
        a_run("bad", ago=90, error="boom", session_name=project),
    )
    page = show(f"/?project={quote(project)}")
    assert names(page) == ["good", "bad"]
    page.get_by_label("Status").select_option("failed")
    page.wait_for_url("**status=failed**")
    assert names(page) == ["bad"]
    assert "q=" not in page.url
    page.get_by_label("Search").fill("nothing like it")
    page.keyboard.press("Enter")
    page.get_by_text("No trace matches").wait_for()
    shared = page.url.removeprefix(server.url)
    page.go_back()
    page.wait_for_url("**status=failed")
    assert names(page) == ["bad"]
    assert page.get_by_label("Status").input_value() == "failed"
    page.go_back()
    page.wait_for_url(f"**project={quote(project)}")
    assert names(page) == ["good", "bad"]
    assert page.get_by_label("Status").input_value() == ""
    other = show(shared)
    assert other.get_by_label("Search").input_value() == "nothing like it"
    assert other.get_by_label("Status").input_value() == "failed"


def test_times_are_the_readers(show, server, store, project, a_run):
    """Times are shown in the reader's zone with UTC in the title, and asked for in it too."""
    store(server, a_run(start_time="2026-11-01T20:00:00Z", end_time=None, session_name=project))
    page = show(f"/?project={quote(project)}&since=2026-11-01T19:59:59Z")
    time = page.locator("#rows time")
    assert time.inner_text() == "2026-11-02 01:30:00"
    assert time.get_attribute("title") == "2026-11-01 20:00:00.000 UTC"
    since = page.get_by_label("From")
    assert since.input_value() == "2026-11-02T01:29:59"
    since.fill("2026-11-02T01:30:01")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**since=2026-11-01T20%3A00%3A01**")
    assert names(page) == []


def test_a_tree_is_walked_by_keyboard(show, family):
    """Arrows, Home, End, Enter and letters do what the ARIA practices say."""
    page = show(f"/traces/{family['id']}")
    at(page, "root")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "tree":
            break
    assert page.evaluate("document.activeElement.id") == "tree"
    for key, name in (
        ("ArrowDown", "alpha"),
        ("ArrowDown", "beta"),
        ("ArrowRight", "gamma"),
        ("ArrowDown", "delta"),
        ("ArrowLeft", "beta"),
        ("ArrowLeft", "beta"),  # it folds
        ("ArrowDown", "beth"),
        ("ArrowUp", "beta"),
        ("ArrowRight", "beta"),  # it unfolds
        ("ArrowDown", "gamma"),
        ("Home", "root"),
        ("End", "beth"),
        ("ArrowDown", "beth"),
        ("b", "beta"),
        ("d", "beta"),  # no run begins with "bd"
    ):
        page.keyboard.press(key)
        at(page, name)
    assert page.locator("[role=treeitem]").count() == 6
    page.keyboard.press("End")
    at(page, "beth")
    page.keyboard.press("Enter")
    page.locator("#details", has_text="by beth").wait_for()
    assert page.locator("[aria-selected=true] bdi").all_inner_texts() == ["beth"]
    assert "?run=" in page.url
    permalink = page.url
    page.keyboard.press("ArrowLeft")
    at(page, "root")
    page.keyboard.press("Enter")
    page.locator("#details h2", has_text="root").wait_for()
    page.go_back()
    page.locator("#details", has_text="by beth").wait_for()
    assert page.url == permalink
    again = show(re.sub(r"^http://[^/]*", "", permalink))
    again.locator("#details", has_text="by beth").wait_for()
    at(again, "beth")


def test_runs_are_found_folded_and_shown(show, family):
    """A name is searched in the whole tree, folded branches too; a click shows a run."""
    page = show(f"/traces/{family['id']}")
    page.get_by_role("button", name="Collapse all").click()
    count(page, 4)
    page.get_by_label("Find a run").fill("delt")
    page.get_by_text("1 of 1").wait_for()
    at(page, "delta")
    page.keyboard.press("Enter")
    page.locator("#details .error pre", has_text="boom").wait_for()
    page.get_by_role("treeitem", name="alpha").click()
    page.locator("#details h2", has_text="alpha").wait_for()
    page.locator("[role=treeitem]", has_text="beta").locator(".twist").click()
    count(page, 4)
    assert page.locator("#details h2").inner_text() == "alpha"


def test_ten_thousand_runs_are_read_as_needed(show, server, store, a_run):
    """A trace of 10,000 runs opens with a few of them, and any is reached; the page stays small."""
    root = a_run("root", ago=5000, seconds=4000)
    groups = [a_run(f"group {n}", parent=root, ago=4000 - n, seconds=1) for n in range(100)]
    runs = [
        a_run(f"run {n}.{m}", parent=root, parent_run_id=group["id"], ago=3999 - n, seconds=0.01)
        for n, group in enumerate(groups)
        for m in range(99)
    ]
    store(server, root, *groups, *runs)
    page = show(f"/traces/{root['id']}")
    at(page, "root")
    size = page.evaluate(
        "async () => (await (await fetch(location.href)).arrayBuffer()).byteLength"
    )
    assert size < 150_000
    assert not [path for path in show.seen.paths if "/lines" in path]

    def small():
        assert page.locator("#tree > *").count() < 120
        assert page.evaluate("document.getElementsByTagName('*').length") < 4_000

    small()
    page.locator("#tree").focus()
    page.keyboard.press("End")
    at(page, "run 99.98")
    small()
    assert len([path for path in show.seen.paths if "/lines" in path]) <= 3
    page.keyboard.press("Enter")
    page.locator("#details h2", has_text="run 99.98").wait_for()
    page.locator("#scroll").evaluate("element => { element.scrollTop = element.scrollHeight / 2 }")
    page.get_by_role("treeitem", name="run 50.").first.wait_for()
    small()
    page.get_by_label("Find a run").fill("run 77.5")
    page.get_by_text("1 of 11").wait_for()
    at(page, "run 77.5")
    page.get_by_role("button", name="Collapse all").click()
    page.get_by_role("treeitem", name="group 77").wait_for()
    at(page, "group 77")
    small()
    page.locator("#tree").focus()
    page.keyboard.press("End")
    at(page, "group 99")
    assert len([path for path in show.seen.paths if "/lines" in path]) < 20


def test_a_running_trace_grows_on_the_screen(show, server, store, read, a_run):
    """Runs that come while one looks appear, and the end is shown, without a reload."""
    root = a_run("root", seconds=None, outputs=None)
    store(server, root)
    page = show(f"/traces/{root['id']}")
    page.locator("#summary .status.running").wait_for()
    store(server, a_run("late child", parent=root))
    page.get_by_role("treeitem", name="late child").wait_for()
    end = {"end_time": root["start_time"], "outputs": {"done": "at last"}}
    read(f"/runs/{root['id']}", method="PATCH", body=json.dumps(end).encode(), status=202)
    page.locator("#summary .status.completed").wait_for()
    page.locator("#details", has_text="at last").wait_for()


def test_hostile_texts_stay_texts(show, server, store, a_run, hostile):
    """No text of a trace runs, loads or breaks a page, wherever it stands; it is shown."""
    text = " ".join(hostile)
    root = a_run(text, session_name=text, error=text, inputs={text: text, "content": text})
    root |= {"tags": [text], "extra": {"metadata": {text: text}}}
    child = a_run(text, parent=root, inputs={"messages": [{"role": "user", "content": text}]})
    store(server, root, child)
    for path in (
        f"/?project={quote(text)}",
        f"/?q={quote(hostile[0])}",
        f"/traces/{root['id']}?run={child['id']}",
        "/stats",
    ):
        page = show(path, width=400)
        page.wait_for_load_state("load")
        page.locator("bdi", has_text="window.owned").first.wait_for(state="attached")
        assert page.evaluate("typeof window.owned") == "undefined"
        assert page.locator("main img, main a[href^=javascript]").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        assert "{{ 7 * 7 }}" in page.locator("main").text_content()
    page = show(f"/traces/{root['id']}")
    page.get_by_role("treeitem").nth(1).click()
    page.locator("#details .chat").wait_for()
    assert page.evaluate("typeof window.owned") == "undefined"


def test_copies_what_is_shown(show, server, store, a_run):
    """The button copies a payload with its large numbers, or selects it where it cannot."""
    run = a_run(inputs={"n": 123456789012345678901234567890})
    store(server, run)
    page = show(f"/traces/{run['id']}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".block", has_text="Inputs").get_by_role("button", name="Copy").click()
    page.locator("#said:not(:empty)").wait_for(state="attached")
    if page.locator("#said").inner_text() == "Copied":
        copied = page.evaluate("navigator.clipboard.readText()")
    else:
        copied = page.evaluate("getSelection().toString()")
    assert copied == '{\n  "n": 123456789012345678901234567890\n}'


def test_deletes_a_trace(show, server, store, read, project, a_run):
    """Two steps delete a trace and lead back to the list."""
    run = a_run("gone", session_name=project)
    store(server, run)
    page = show(f"/traces/{run['id']}")
    page.get_by_text("Delete…").click()
    page.get_by_role("button", name="Delete this trace").click()
    page.wait_for_url(server.url + "/")
    read(f"/traces/{run['id']}", status=404)


def test_statistics_are_drawn_and_can_be_read(show, server, store, project, a_run):
    """Each plot has bars or lines, and a table of the same figures; tables sum projects up."""
    store(
        server,
        *(a_run(ago=600 * n - 300, session_name=project, seconds=n) for n in range(1, 21)),
        a_run(ago=1000, session_name=project, error="boom", seconds=100),
        a_run(
            ago=1000,
            seconds=21,
            session_name=project,
            run_type="llm",
            outputs={"usage_metadata": {"input_tokens": 40, "output_tokens": 2, "total_cost": 1.5}},
            extra={"metadata": {"ls_model_name": "model-x"}},
        ),
    )
    page = show(f"/stats?project={quote(project)}")
    figures = page.locator(".figures").inner_text()
    for said in ("22", "4.55 %", "11.0 s", "p95 21.0 s", "p99 1 min 40 s", "42", "$1.50"):
        assert said in figures, said
    assert page.locator("figure.plot svg").count() == 6
    assert page.locator("figure.plot").first.locator("rect.s0").count() >= 6
    page.locator("figure.plot summary").first.click()
    cells = page.locator("figure.plot").first.locator("tbody td").all_inner_texts()
    assert sum(int(cell) for cell in cells) == 22
    assert "model-x" in page.locator(".tables").inner_text()
    page.get_by_label("Started").select_option("1h")
    page.wait_for_url("**last=1h**")
    assert "8 runs" in page.locator(".figures").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1200, "light")])
def test_is_accessible_and_fits(show, family, server, store, a_run, scheme, width):
    """axe finds nothing, contrast included, and nothing reaches out of the window."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    chat = a_run(
        inputs={"messages": [{"role": "user", "content": "long " * 200}], "x" * 90: "y" * 300},
        extra={"metadata": {"k" * 60: "v" * 200}},
        tags=["t" * 100],
        seconds=None,
    )
    store(server, chat)
    for path in (
        "/?last=7d",
        f"/traces/{family['id']}",
        f"/traces/{chat['id']}",
        "/stats",
        "/?q=-",
    ):
        page = show(path, width=width, color_scheme=scheme)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVERFLOWING) == []
        found = axe.run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        page.close()


@pytest.mark.parametrize("path", ["/", "/stats"])
def test_reads_without_scripts(show, family, path):
    """Without scripts lists, trees, details and filters are there."""
    page = show(path, java_script_enabled=False)
    page.get_by_role("button", name=re.compile("Filter|Show")).click()
    assert page.locator("h1").inner_text() in {"Traces", "Statistics"}
    page = show(f"/traces/{family['id']}", java_script_enabled=False)
    page.get_by_role("link", name="gamma").click()
    page.locator("#details .error pre", has_text="boom").wait_for()
