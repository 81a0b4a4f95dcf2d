// Drives the real JavaScript SDK: `node drive.mjs CASE URL KEY PROJECT` prints what the SDK reads back.
import { Client } from "langsmith";
import { traceable } from "langsmith/traceable";
import { RunTree } from "langsmith/run_trees";

const [which, apiUrl, apiKey, project] = process.argv.slice(2);
const client = new Client({ apiUrl, apiKey, autoBatchTracing: which !== "single" });
const options = { client, project_name: project, tracingEnabled: true };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function stored(count) {
  await client.awaitPendingTraceBatches();
  for (let tries = 0; ; tries++) {
    const runs = [];
    try {
      for await (const run of client.listRuns({ projectName: project })) runs.push(run);
    } catch (error) {
      if (tries > 100) throw error;
    }
    if ((runs.length >= count && runs.every((run) => run.end_time)) || tries > 100) return runs;
    await sleep(100);
  }
}

const tree = (run) => [run.name, (run.child_runs ?? []).map(tree)];

async function whole(runs) {
  const root = runs.find((run) => !run.parent_run_id);
  return await client.readRun(root.id, { loadChildRuns: true });
}

const cases = {
  async nested() {
    const leaf = traceable(async (x) => ({ twice: x * 2 }), { ...options, name: "leaf", run_type: "tool" });
    const middle = traceable(async (x) => [await leaf(x), await leaf(x + 1)], { ...options, name: "middle" });
    const root = traceable(async (x) => await Promise.all([middle(x), middle(x + 10)]), {
      ...options, name: "root ü 漢字 \u0000", tags: ["js"], metadata: { thread_id: "js-thread" },
    });
    await root(1);
    const runs = await stored(7);
    return { count: runs.length, tree: tree(await whole(runs)), statuses: runs.map((run) => run.status) };
  },
  async failing() {
    const bad = traceable(async () => { throw new Error("no luck: ü"); }, { ...options, name: "bad" });
    await bad().catch(() => {});
    const [run] = await stored(1);
    return { error: run.error, status: run.status };
  },
  async streaming() {
    const stream = traceable(async function* () { for (let n = 0; n < 20; n++) yield n; }, { ...options, name: "stream" });
    for await (const _ of await stream()) { /* the SDK gathers */ }
    const [run] = await stored(1);
    return { outputs: run.outputs };
  },
  async many() {
    const child = traceable(async (n) => n, { ...options, name: "child" });
    const parent = traceable(async (n) => [await child(n), await child(n)], { ...options, name: "parent" });
    await Promise.all(Array.from({ length: 150 }, (_, n) => parent(n)));
    const runs = await stored(450);
    return { count: runs.length, ids: new Set(runs.map((run) => run.id)).size };
  },
  async single() {
    // Every run goes by itself: POST /runs, then PATCH /runs/ID whose body has no id.
    const root = new RunTree({ name: "root", client, project_name: project, inputs: { a: 1 } });
    const child = root.createChild({ name: "child", inputs: { b: 2 } });
    await root.postRun();
    await child.postRun();
    await child.end({ c: 3 });
    await child.patchRun();
    await root.end({ d: 4 });
    await root.patchRun();
    const runs = await stored(2);
    return { count: runs.length, tree: tree(await whole(runs)), outputs: (await whole(runs)).outputs };
  },
  async attachments() {
    const data = new Uint8Array(100_000).map((_, index) => index % 256);
    const root = new RunTree({
      name: "files", client, project_name: project, inputs: { a: 1 },
      attachments: { picture: ["image/png", data] },
    });
    await root.postRun();
    await root.end({ done: true });
    await root.patchRun();
    const [run] = await stored(1);
    return { id: run.id };
  },
  async feedback() {
    const judged = traceable(async () => 1, { ...options, name: "judged" });
    await judged();
    const [run] = await stored(1);
    const made = await client.createFeedback(run.id, "correct", { score: 0.5, comment: "ü", sessionId: run.session_id });
    const listed = [];
    for await (const item of client.listFeedback({ runIds: [run.id] })) listed.push(item);
    await client.updateFeedback(made.id, { score: 1 });
    const changed = await client.readFeedback(made.id);
    await client.deleteFeedback(made.id);
    const left = [];
    for await (const item of client.listFeedback({ runIds: [run.id] })) left.push(item);
    return { listed: listed.map((item) => [item.key, item.score, item.comment]), score: changed.score, left: left.length };
  },
  async second() {
    const inner = traceable(async () => 1, { ...options, name: "inner", run_type: "llm" });
    const outer = traceable(async () => await inner(), { ...options, name: "outer" });
    await outer();
    const runs = await stored(2);
    const listed = [];
    const wanted = { project_ids: [runs[0].session_id], selects: ["NAME", "RUN_TYPE", "STATUS"] };
    for await (const run of client.runs.query(wanted)) listed.push([run.name, run.run_type, run.status]);
    const link = await client.shareRun(runs.find((run) => run.name === "outer").id);
    const shared = await client.listSharedRuns(link.split("/").at(-2));
    return { listed: listed.sort(), shared: shared.map((run) => run.name).sort() };
  },
};

console.log(JSON.stringify(await cases[which]()));
process.exit(0);
