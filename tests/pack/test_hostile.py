"""Packs that mean harm, or would do it: each is refused in one line, and nothing is written."""

from __future__ import annotations

import os
import socket
import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pack.made import SKILL, commit, git, manifest, repository

from agentpack.errors import AgentpackError
from agentpack.pack import bounds
from agentpack.pack.source import parse

Build = Callable[[Path], Path]
Case = tuple[str, Build, str]

FOLDERS: list[Case] = []
WHEELS: list[Case] = []
REPOSITORIES: list[Case] = []


def folder(name: str, said: str) -> Callable[[Callable[[Path], None]], None]:
    """A hostile folder: a good pack, and what is done to it."""

    def keep(spoil: Callable[[Path], None]) -> None:
        def build(root: Path) -> Path:
            pack = good(root / "pack")
            spoil(pack)
            return pack

        FOLDERS.append((name, build, said))

    return keep


def good(pack: Path) -> Path:
    (pack / "agents").mkdir(parents=True)
    (pack / "skills/style/references").mkdir(parents=True)
    (pack / "pack.toml").write_text(manifest())
    (pack / "agents/reviewer.md").write_text(
        "---\nname: reviewer\ndescription: Reviews. Use it.\nskills: [style]\n---\nGo.\n"
    )
    (pack / "skills/style/SKILL.md").write_text(SKILL)
    return pack


def inside(name: str, said: str, path: str, text: bytes = b"x") -> None:
    """A folder with one file more."""

    @folder(name, said)
    def _(pack: Path) -> None:
        (pack / path).parent.mkdir(parents=True, exist_ok=True)
        (pack / path).write_bytes(text)


def said_by(name: str, said: str, old: str, new: str) -> None:
    """A folder whose `pack.toml` says something else."""

    @folder(name, said)
    def _(pack: Path) -> None:
        text = (pack / "pack.toml").read_text()
        assert old in text
        (pack / "pack.toml").write_text(text.replace(old, new))


def template(name: str, said: str, text: str) -> None:
    """A folder with a template that does what none may."""

    @folder(name, said)
    def _(pack: Path) -> None:
        (pack / "agents/reviewer.md").rename(pack / "agents/reviewer.md.j2")
        with (pack / "agents/reviewer.md.j2").open("a") as stream:
            stream.write(text)
        toml = (pack / "pack.toml").read_text()
        (pack / "pack.toml").write_text(
            toml.replace('skills = ["style"]', 'skills = ["style"]\nfacts = ["port", "database"]')
        )


# Paths and names.
said_by("an agent's name goes up", "is no name", "[agents.reviewer]", '[agents."../../x"]')
said_by("a skill's name is absolute", "is no name", "[skills.style]", '[skills."/tmp/x"]')
said_by("the pack's name goes up", "the name '../x'", 'name = "made"', 'name = "../x"')
said_by(
    "the pack's name has a control character", "the name", 'name = "made"', 'name = "a\\u001bc"'
)
said_by("the version has a line break", "the version", '"1.0.0"\n\n[agents', '"1\\n2"\n\n[agents')
inside("a name of Windows' devices", "Windows keeps", "skills/style/references/nul.md")
inside("a name with a colon", "a name with one of", "skills/style/references/a:b.md")
inside("a name with a backslash", "a name with one of", "skills/style/references/..\\..\\x.md")
inside("a name that ends in a dot", "ends in a dot", "skills/style/references/x.")
inside("a name with a hidden character", "cannot be seen", "skills/style/references/a\u200bb.md")
inside("a name that is shown backwards", "cannot be seen", "skills/style/references/\u202edm.x.md")
inside("a name with a line break", "cannot be seen", "skills/style/references/a\nb.md")
inside("a name in decomposed form", "composed form", "skills/style/references/cafe\u0301.md")
inside("a name that is no text", "cannot be seen", "skills/style/references/\udcff.md")
inside("a repository in a skill", "git's own", "skills/style/.git/config", b"[core]\n")
inside("a file called .git", "git's own", "skills/style/references/.GIT", b"gitdir: /\n")
inside("attributes for git", "git's own", "skills/style/.gitattributes", b"* filter=evil\n")
inside(
    "deeper than anything", "folders deep", "skills/style/" + "d/" * bounds.DEEPEST + "x.md", b"x"
)
inside("a name too long", "a name longer", "skills/style/" + "n" * 200)
inside("a path too long", "a path longer", "skills/style/" + "/".join(["n" * 100] * 3))


@folder("two names that differ by case", "are one file")
def _(pack: Path) -> None:
    (pack / "skills/style/references/Guide.md").write_text("a")
    (pack / "skills/style/references/guide.md").write_text("b")


@folder("two names that differ by Unicode's compatible forms", "are one file")
def _(pack: Path) -> None:
    (pack / "skills/style/references/\ufb01x.md").write_text("a")
    (pack / "skills/style/references/fix.md").write_text("b")


@folder("two folders that differ by case", "are one folder")
def _(pack: Path) -> None:
    (pack / "skills/style/References").mkdir()
    (pack / "skills/style/References/a.md").write_text("a")
    (pack / "skills/style/references/b.md").write_text("b")


# Kinds of files.
def link(name: str, path: str, target: str) -> None:
    @folder(name, "symbolic link")
    def _(pack: Path) -> None:
        place = pack / path
        if place.is_dir():
            place.rename(place.with_name("moved"))
        place.unlink(missing_ok=True)
        place.symlink_to(target)


link("a link to a file of the system", "skills/style/references/x.md", "/etc/passwd")
link("a link out of the pack", "skills/style/references/x.md", "../../../../secret")
link("a link to a file of the pack", "skills/style/references/x.md", "../SKILL.md")
link("a link to a folder", "skills/style/references", "/etc")
link("an agent that is a link", "agents/reviewer.md", "/etc/passwd")
link("a manifest that is a link", "pack.toml", "/etc/passwd")
link("a link that leads nowhere", "skills/style/references/x.md", "nowhere")


@folder("a pipe", "special file")
def _(pack: Path) -> None:
    os.mkfifo(pack / "skills/style/references/x.md")


@folder("a socket", "special file")
def _(pack: Path) -> None:
    # A socket's path may be 100 bytes long; the test's folder is longer.
    here = Path.cwd()
    os.chdir(pack / "skills/style/references")
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("s")
    finally:
        os.chdir(here)


@folder("a device", "special file")
def _(pack: Path) -> None:
    try:
        os.mknod(pack / "skills/style/references/x", stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except PermissionError:
        os.mkfifo(pack / "skills/style/references/x")  # only the super-user makes devices


# Sizes.
@folder("a file without end", "at most 10 MB")
def _(pack: Path) -> None:
    with (pack / "skills/style/references/x.bin").open("wb") as stream:
        stream.truncate(1 << 40)  # a terabyte, none of it on the disk


@folder("many files just small enough", "at most 150 MB")
def _(pack: Path) -> None:
    for number in range(16):
        with (pack / f"skills/style/references/{number}.bin").open("wb") as stream:
            stream.truncate(bounds.LARGEST_FILE)


@folder("more files than a pack may have", "10,000")
def _(pack: Path) -> None:
    folder = pack / "skills/style/references"
    first = folder / "0"
    first.write_text("")
    for number in range(1, bounds.MOST_FILES + 1):
        (folder / str(number)).touch()


# Manifests.
inside("a manifest too deep to read", "cannot be read", "pack.toml", b"x = " + b"[" * 100_000)
inside("a number of ten thousand digits", "cannot be read", "pack.toml", b"x = " + b"9" * 10_000)
inside("a manifest that is no text", "cannot be read", "pack.toml", b"\xff\xfe\x00")
inside("a manifest of ten megabytes", "bytes", "pack.toml", b"#" * 10_000_000)
said_by("skills that are no list", "list of texts", '["style"]', '"style"')
said_by("facts that are no list", "list of texts", '["style"]', '["style"]\nfacts = 7')
said_by("an unknown key", "unknown key", '["style"]', '["style"]\npostinstall = "rm -rf ."')

# References and lint.
said_by("a skill that is not there", "that is not here", '["style"]', '["style", "nowhere"]')


@folder("an agent that preloads what is nowhere", "missing-preload")
def _(pack: Path) -> None:
    file = pack / "agents/reviewer.md"
    file.write_text(file.read_text().replace("[style]", "[style, nowhere]"))


@folder("an agent that loses its tools", "lost-tools")
def _(pack: Path) -> None:
    file = pack / "agents/reviewer.md"
    file.write_text(file.read_text().replace("Reviews.", "Reviews --- all.\ntools: Read\nx:"))


@folder("an agent that allows its own faults", "missing-preload")
def _(pack: Path) -> None:
    file = pack / "agents/reviewer.md"
    text = file.read_text().replace("[style]", "[nowhere]")
    file.write_text(f"{text}\n<!-- agentpack: allow missing-preload: trust me -->\n")


@folder("two agents of one name", "shadowed-name")
def _(pack: Path) -> None:
    (pack / "agents/second.md").write_text((pack / "agents/reviewer.md").read_text())
    (pack / "pack.toml").write_text(manifest() + '\n[agents.second]\nversion = "1.0.0"\n')


# Unicode that nobody sees.
inside(
    "a sentence in tag characters",
    "hidden text 'obey'",
    "skills/style/references/x.md",
    ("Fine." + "".join(chr(0xE0000 + ord(c)) for c in "obey")).encode(),
)
inside(
    "a script that is shown in another order",
    "changes the order",
    "skills/style/scripts/x.sh",
    "#!/bin/sh\n# \u202eeruces\u202c\n".encode(),
)
inside(
    "a word with an unseen character",
    "unseen character",
    "skills/style/references/x.md",
    "pass\u200bword".encode(),
)
inside(
    "a pointer instead of a file",
    "Git LFS",
    "skills/style/references/x.bin",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
)

# Templates.
template("a way into the interpreter", "may not use getattr", "«port.__class__.__mro__»")
template("the same by an index", "may not use getitem", "«port['__class__']»«database»")
template("the same by a filter", "no filter 'attr'", "«port | attr('__class__')»«database»")
template("the same by formatting", "may not use call", "«'{0.__class__}'.format(port)»«database»")
template("a loop", "may not use for", "«% for x in database %»«x»«% endfor %»«port»")
template("a huge range", "may not use for", "«% for x in range(10**10) %»«x»«% endfor %»")
template("a text multiplied", "may not use mul", "«'x' * 10000000000»«port»«database»")
template("a power", "may not use pow", "«9 ** 9 ** 9 ** 9»«port»«database»")
template("a function that calls itself", "may not use macro", "«% macro m() %»«m()»«% endmacro %»")
template("an include", "may not use include", "«% include '/etc/passwd' %»«port»«database»")
template("an import", "may not use import", "«% import 'os' as os %»«port»«database»")
template(
    "a text that doubles",
    "no texts put together",
    "«% set a = 'aaaaaaaaaa' %»" + "«% set a = a ~ a %»" * 40 + "«a»«port»«database»",
)
template(
    "a text joined by itself",
    "only a fact may be joined",
    "«database" + (" | join('" + "x" * 90 + "')") * 9 + "»«port»",
)
template("more expressions than there is time for", "expressions", "«port»" * 30_000 + "«database»")
template("an expression too deep", "", "«" + "(" * 5000 + "port" + ")" * 5000 + "»«database»")
template("choices in choices", "levels", "«% if port %»" * 60 + "«database»" + "«% endif %»" * 60)
template("no fact", "no fact 'cycler'", "«cycler»«port»«database»")


# Wheels.
def wheel(name: str, said: str) -> Callable[[Callable[[zipfile.ZipFile], None]], None]:
    def keep(spoil: Callable[[zipfile.ZipFile], None]) -> None:
        def build(root: Path) -> Path:
            place = root / "made-1.0.0-py3-none-any.whl"
            with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("made/skills/style/SKILL.md", SKILL)
                spoil(archive)
            return place

        WHEELS.append((name, build, said))

    return keep


@wheel("a path that goes up", "'..'")
def _(archive: zipfile.ZipFile) -> None:
    archive.writestr("made/skills/style/../../../../x", "x")


@wheel("an absolute path", "an absolute path")
def _(archive: zipfile.ZipFile) -> None:
    archive.writestr("/tmp/x", "x")


@wheel("a path of Windows", "one of another system")
def _(archive: zipfile.ZipFile) -> None:
    archive.writestr("made\\..\\..\\x", "x")


@wheel("a name of Windows' devices in a wheel", "Windows keeps")
def _(archive: zipfile.ZipFile) -> None:
    archive.writestr("made/skills/style/aux.md", "x")


@wheel("a link", "symbolic link")
def _(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("made/skills/style/x.md")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


@wheel("a gigabyte of nothing", "at most 10 MB")
def _(archive: zipfile.ZipFile) -> None:
    with archive.open("made/skills/style/x.md", "w", force_zip64=True) as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))


@wheel("two files of one name", "two files")
@pytest.mark.filterwarnings("ignore:Duplicate name")
def _(archive: zipfile.ZipFile) -> None:
    archive.filelist.append(archive.getinfo("made/skills/style/SKILL.md"))


def lying_wheel(root: Path) -> Path:
    """Ten megabytes that say they are ten bytes."""
    place = root / "made-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("made/skills/style/SKILL.md", SKILL + "x" * 9_000_000)
    size = struct.pack("<I", len(SKILL) + 9_000_000)
    place.write_bytes(place.read_bytes().replace(size, struct.pack("<I", 10)))
    return place


WHEELS.append(("a file that is larger than it says", lying_wheel, "cannot be unpacked"))
WHEELS.append(
    (
        "no wheel at all",
        lambda root: (root / "x.whl").write_bytes(b"PK\x03\x04") and root / "x.whl",
        "is no wheel",
    )
)


# Repositories.
def repo(name: str, said: str) -> Callable[[Callable[[Path], None]], None]:
    def keep(spoil: Callable[[Path], None]) -> None:
        def build(root: Path) -> Path:
            place = repository(root / "repo", {"skills/style/SKILL.md": SKILL})
            spoil(place)
            if git(place, "branch", "--show-current") == "main":
                commit(place, "spoiled")
            return place

        REPOSITORIES.append((name, build, said))

    return keep


@repo("a submodule", "submodule")
def _(place: Path) -> None:
    one = "1" * 40
    git(place, "update-index", "--add", "--cacheinfo", f"160000,{one},skills/style/sub")


@repo("a link in a commit", "symbolic link")
def _(place: Path) -> None:
    (place / "skills/style/x.md").symlink_to("/etc/passwd")
    git(place, "add", "-A")


@repo("a skill that is a link", "symbolic link")
def _(place: Path) -> None:
    (place / "skills/evil").symlink_to("/etc")
    git(place, "add", "-A")


@repo("a pointer to Git LFS", "Git LFS")
def _(place: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (place / "skills/style/x.bin").write_text(pointer)
    git(place, "add", "-A")


@repo("two names by case in a commit", "are one file")
def _(place: Path) -> None:
    (place / "skills/style/a.md").write_text("a")
    (place / "skills/style/A.md").write_text("b")
    git(place, "add", "-A")


@repo("a file that is small only on the way", "at most 10 MB")
def _(place: Path) -> None:
    with (place / "skills/style/x.bin").open("wb") as stream:
        stream.truncate(100 << 20)
    git(place, "add", "-A")


@repo("a tree of a billion files in a handful of objects", "git was stopped")
def _(place: Path) -> None:
    blob = git(place, "rev-parse", "HEAD:skills/style/SKILL.md")
    entries = "".join(f"100644 blob {blob}\t{number}.md\n" for number in range(10))
    for _ in range(9):
        made = subprocess.run(
            ["git", "-C", str(place), "mktree"],
            input=entries.encode(),
            capture_output=True,
            check=True,
        )
        tree = made.stdout.decode().strip()
        entries = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    made_of = git(place, "commit-tree", tree, "-m", "bomb")
    git(place, "update-ref", "refs/heads/raw", made_of)
    git(place, "symbolic-ref", "HEAD", "refs/heads/raw")


@wheel("a wheel without end", "a wheel of more than")
def _(archive: zipfile.ZipFile) -> None:
    archive.fp.truncate(600 << 20)
    archive.fp.seek(600 << 20)


def raw_tree(name: str, said: str, path: bytes) -> None:
    """A commit with a path that git itself would never write."""

    @repo(name, said)
    def _(place: Path) -> None:
        def run(*command: str, given: bytes) -> str:
            found = subprocess.run(
                ["git", "-C", str(place), *command], input=given, capture_output=True, check=True
            )
            return found.stdout.decode().strip()

        blob = run("hash-object", "-w", "--stdin", given=b"x")
        skill = run("hash-object", "-w", "--stdin", given=SKILL.encode())
        hashed = ("hash-object", "-w", "-t", "tree", "--literally", "--stdin")
        entry = b"100644 %s\0" + bytes.fromhex(blob)
        inner = run(
            *hashed,
            given=(b"100644 SKILL.md\0" + bytes.fromhex(skill) + entry.replace(b"%s", path)),
        )
        style = run(*hashed, given=b"40000 style\0" + bytes.fromhex(inner))
        top = run(*hashed, given=b"40000 skills\0" + bytes.fromhex(style))
        made = run("commit-tree", top, "-m", "raw", given=b"")
        git(place, "update-ref", "refs/heads/raw", made)
        git(place, "symbolic-ref", "HEAD", "refs/heads/raw")
        git(place, "read-tree", "--empty")


raw_tree("a path that goes up in a commit", "'..'", b"..")
raw_tree("a repository in a commit", "git's own", b".git")
raw_tree("a slash in a name", "", b"../../x")

ALL = [*FOLDERS, *WHEELS, *REPOSITORIES]


@pytest.mark.parametrize(
    ("build", "said"), [case[1:] for case in ALL], ids=[case[0] for case in ALL]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_pack_is_refused_whole(agentpack, tmp_path, monkeypatch, build, said) -> None:
    """One clear line, exit code 2, and the project as it was."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    (project / ".claude/agents").mkdir(parents=True)
    (project / ".claude/agents/mine.md").write_text("---\nname: mine\ndescription: Mine\n---\nx\n")
    source = build(tmp_path)
    ref = f"@{git(source, 'branch', '--show-current')}" if (source / ".git").is_dir() else ""
    before = sorted((path, path.stat().st_mtime_ns) for path in project.rglob("*"))
    code, out, err = agentpack("install", project, "--from", f"{source}{ref}")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert err.startswith("agentpack: ")
    assert err.strip().isprintable()
    assert sorted((path, path.stat().st_mtime_ns) for path in project.rglob("*")) == before


def test_there_are_enough_of_them() -> None:
    """The table is not empty by mistake."""
    assert len(ALL) >= 75


def test_the_pack_that_they_are_made_of_is_good(agentpack, tmp_path) -> None:
    """What they are refused for is what was done to them."""
    (tmp_path / "project").mkdir()
    pack = good(tmp_path / "pack")
    assert agentpack("install", tmp_path / "project", "--from", pack)[0] == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-x",
        "--upload-pack=touch /tmp/x",
        "ext::sh -c 'touch /tmp/x'",
        "git+ext::sh -c x",
        "fd::17",
        "http://example.org/x.git",
        "git://example.org/x.git",
        "ftp://example.org/x.git",
        "https://-oProxyCommand=x/y",
        "ssh://-oProxyCommand=touch/y",
        "file://elsewhere/x",
        "https://me:secret@example.org/x.git",
        "https://example.org/x.git@-u",
        "https://example.org/x.git@--upload-pack=x",
        "https://example.org/x.git@a..b",
        "https://example.org/x.git@HEAD@{1}",
        "https://example.org/x.git@refs/heads/x.lock",
        "https://example.org/x.git@a:b",
        "https://example.org/x.git@",
        "https://example.org/x.git#",
        "git@example.org:-x/y",
        "https://example.org/x\u202e.git",
        "https://example.org/\nx",
    ],
)
def test_a_hostile_source_is_refused_before_git_is_asked(text: str) -> None:
    """No option, no transport that runs a command, no ref that is an expression of git's."""
    with pytest.raises(AgentpackError):
        parse(text)


def test_a_repository_without_end_is_stopped(agentpack, tmp_path, monkeypatch) -> None:
    """What git may write has a bound that the system holds, not git."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(bounds, "LARGEST_REPOSITORY", 1 << 20)
    place = repository(tmp_path / "repo", {"skills/style/SKILL.md": SKILL})
    (place / "noise.bin").write_bytes(os.urandom(4 << 20))
    git(place, "add", "-A")
    commit(place, "noise")
    (tmp_path / "project").mkdir()
    code, out, err = agentpack("install", tmp_path / "project", "--from", f"{place}@main")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "git was stopped: the repository has more than 1 MB" in err
    assert list((tmp_path / "project").iterdir()) == []
    assert sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*.pack")) < 2 << 20


def test_the_dearest_template_is_cheap(make, agentpack) -> None:
    """All that a template may hold of expressions is rendered."""
    pack = good(make({}) / "pack")
    (pack / "agents/reviewer.md").rename(pack / "agents/reviewer.md.j2")
    text = "«% if not port %»«database or 'x'»«% endif %»"
    with (pack / "agents/reviewer.md.j2").open("a") as stream:
        stream.write(text * 2400)
    toml = (pack / "pack.toml").read_text()
    facts = 'skills = ["style"]\nfacts = ["port", "database"]'
    (pack / "pack.toml").write_text(toml.replace('skills = ["style"]', facts))
    code, _, err = agentpack("install", make({"README.md": "x"}), "--from", pack)
    assert (code, err) == (0, "")


def test_nothing_of_a_repository_runs(agentpack, tmp_path, monkeypatch) -> None:
    """Hooks, filters, a monitor, a pager and an ssh command in its configuration stay unused."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = repository(
        tmp_path / "repo",
        {"skills/style/SKILL.md": SKILL, ".gitattributes": "* filter=evil diff=evil\n"},
    )
    trap = tmp_path / "sprung"
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "uploadpack.packObjectsHook"),
        *("filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv"),
        *("core.alternateRefsCommand", "credential.helper"),
    ):
        git(place, "config", key, f"!touch {trap}" if "helper" in key else f"touch {trap}")
    for hook in ("post-checkout", "post-merge", "pre-auto-gc", "reference-transaction"):
        file = place / ".git/hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {trap}\n")
        file.chmod(0o755)
    (tmp_path / "project").mkdir()
    code, _, err = agentpack("install", tmp_path / "project", "--from", f"{place}@main")
    assert (code, err) == (0, "")
    assert not trap.exists()
