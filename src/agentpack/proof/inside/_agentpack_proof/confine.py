"""Starts a page's process with as little around it as the system lets us take away.

On Linux: a network with nothing but loopback, a process table and a mount table of its own, the
disk read-only but for the page's folder. What cannot be had is told, on the pipe given, before
anything runs. It runs before any other module of a page, and by itself.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import resource
import signal
import socket
import struct
import sys

NEWNS, NEWUSER, NEWPID, NEWNET = 0x20000, 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_PDEATHSIG = 1


def main(task):
    """Confine this process, and return in one that is; what was had is told.

    Args:
        task: `confine`, whether to; `trusted`, whether nothing at all is kept from it; `run` and
            `folder`, what is to be read and what is to be written; `needed`, the places that
            must stay; `limits`, by the names of `resource`.

    """
    had = []
    if sys.platform == "linux" and task["confine"]:
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PDEATHSIG, signal.SIGKILL)
        had = _separate(libc, task)
    _limit(task["limits"])
    os.chdir(task["folder"])
    if "network" not in had and not task["trusted"]:
        sys.addaudithook(_guard)
    if "files" in had:
        os.chmod = _chmod
    return had


_real_chmod = os.chmod


def _chmod(path, mode, **options):
    """Set a mode; to set again what is set is no error on a read-only disk either."""
    try:
        _real_chmod(path, mode, **options)
    except OSError as error:
        if error.errno != errno.EROFS or os.stat(path).st_mode & 0o7777 != mode & 0o7777:
            raise


def _guard(event, what):
    """Keep Python's own sockets on this machine, where the system does not."""
    if event in ("socket.connect", "socket.sendto"):
        address = what[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = what[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "")
    if host not in ("localhost", "::1", "", "0.0.0.0", "::") and not host.startswith("127."):
        raise PermissionError(101, "the proof's network ends at this machine", host)


def _separate(libc, task):
    kinds = NEWNET | NEWNS | NEWPID
    user, group = os.getuid(), os.getgid()
    if libc.unshare(kinds) != 0:
        if libc.unshare(kinds | NEWUSER) != 0:
            return []
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    had = ["network"] if _loopback() else []
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    libc.prctl(_PDEATHSIG, signal.SIGKILL)
    had.append("processes")
    if _read_only(libc, task):
        had.append("files")
    # The first process of a table is deaf to most signals: a page is never that.
    child = os.fork()
    if child:
        while True:
            pid, status = os.wait()
            if pid == child:
                os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    _drop(libc)
    return had


def _loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, UP
        except OSError:
            return False
    return True


def _read_only(libc, task):
    """Make the disk read-only but for the page's folder, with a /tmp and an /etc to spoil."""

    def mount(source, target, kind, flags, data=None):
        words = [None if one is None else os.fsencode(one) for one in (source, target, kind)]
        told = None if data is None else data.encode()
        return libc.mount(*words, ctypes.c_ulong(flags), told) == 0

    run, folder = task["run"], task["folder"]
    if not mount(None, "/", None, MS_REC | MS_PRIVATE):
        return False
    mount("proc", "/proc", "proc", 0)
    held = {
        place: os.open(place, os.O_PATH)
        for place in [run, *task["needed"]]
        if place.startswith("/tmp/") and os.path.isdir(place)
    }
    if mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777,size=512m"):
        for place, number in held.items():
            os.makedirs(place, exist_ok=True)
            mount(f"/proc/self/fd/{number}", place, None, MS_BIND)
        upper, work = "/tmp/.etc/upper", "/tmp/.etc/work"
        os.makedirs(upper)
        os.makedirs(work)
        # A server that makes itself a user to run as must be able to.
        mount("overlay", "/etc", "overlay", 0, f"lowerdir=/etc,upperdir={upper},workdir={work}")
    for number in held.values():
        os.close(number)
    if not mount(folder, folder, None, MS_BIND):
        return False
    spared = {"/etc", "/tmp", folder}
    done = True
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        for line in file:
            _, place, _, options, *_ = line.split()
            place = place.encode().decode("unicode_escape")
            if place in spared or place.startswith(("/proc", "/dev", "/sys")):
                continue
            kept = sum(_FLAGS.get(option, 0) for option in options.split(","))
            done &= mount(None, place, None, MS_BIND | MS_REMOUNT | MS_RDONLY | kept)
    return done


_FLAGS = {"nosuid": 2, "nodev": 4, "noexec": 8, "noatime": 1024, "relatime": 1 << 21}


def _drop(libc):
    """Give up what could undo the above: to mount, to set up networks, to look into others."""
    given_up = (12, 16, 17, 18, 19, 21, 22, 25, 27)
    kept = (1 << 41) - 1
    for number in given_up:
        libc.prctl(_CAPBSET_DROP, number, 0, 0, 0)
        kept &= ~(1 << number)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    had = (ctypes.c_uint32 * 6)()
    if libc.capget(header, had) == 0:
        for half in (0, 1):
            mask = (kept >> (32 * half)) & 0xFFFFFFFF
            for part in range(3):
                had[half * 3 + part] &= mask
        libc.capset(header, had)


_CAPBSET_DROP = 24


def _limit(limits):
    for name, most in limits.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (bound, bound))
