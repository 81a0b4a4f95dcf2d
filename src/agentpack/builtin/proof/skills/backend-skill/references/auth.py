"""The page's tokens come from a real Better Auth, which npm has fetched before."""

import os
import subprocess
from pathlib import Path

_SERVER = """\
import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { bearer, jwt } from "better-auth/plugins";

const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const auth = betterAuth({
    baseURL,
    secret: randomBytes(32).toString("base64"),
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    plugins: [jwt(), bearer()],
    telemetry: { enabled: false },
  });
  server.on("request", toNodeHandler(auth));
  console.log(baseURL);
});
"""

if "AGENTPACK_PROOF_NODE_MODULES" in os.environ:
    Path("node_modules").symlink_to(os.environ["AGENTPACK_PROOF_NODE_MODULES"])
    Path("server.mjs").write_text(_SERVER, "utf-8")
    _better_auth = subprocess.Popen(["node", "server.mjs"], stdout=subprocess.PIPE, text=True)
    os.environ["BETTER_AUTH_URL"] = _better_auth.stdout.readline().strip()


def check(page):
    """A wrong key is refused."""
    for wrong in (f"{page.key}x", "shop_"):
        try:
            page.calling_program(wrong)
        except page.HTTPException:
            continue
        raise AssertionError(wrong)
