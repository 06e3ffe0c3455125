import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { testCluster } from "../cluster/attach.ts";
import { projectPath, type RunningKubescript, startScript } from "./kubescript.ts";
import { kubectl, until } from "./objects.ts";

const cluster = testCluster();
const browserPath = findBrowser();
if (!browserPath) {
  console.log("examples/03_dashboard: not tested in a browser, as $CHROMIUM is not set and PATH has no Chromium");
}

Deno.test("examples/03_dashboard serves Pods as they come, change and go, to this machine only", async (t) => {
  await using namespace = await cluster.namespace("dashboard");
  await createPod(namespace.name, "web-0");
  await using run = await startDashboard(namespace.name);

  await t.step("the page comes with strict headers, to nobody who knows it by another name", async () => {
    const page = await fetch(run.url);
    match(await page.text(), /<h1>Pods by Node<\/h1>/);
    match(page.headers.get("content-security-policy")!, /^default-src 'none'; script-src 'self'; /);
    const statusOf = async (path: string, init?: RequestInit) => {
      const response = await fetch(new URL(path, run.url), init);
      await response.body?.cancel();
      return response.status;
    };
    strictEqual(await statusOf("/main.ts"), 404);
    strictEqual(await statusOf("/", { method: "POST" }), 405);
    strictEqual(await requestAs("evil.example", run.url), "HTTP/1.1 421 Misdirected Request");
  });

  await t.step("events bring what there is, then every change", async () => {
    const pods = new Map<string, { metadata: { name: string }; node: string; status: string; ready: number } | null>();
    const names = () => [...pods.values()].flatMap((pod) => pod ? [`${pod.metadata.name} ${pod.status}`] : []).sort();
    const stop = new AbortController();
    const follow = async () => {
      for await (const message of readEvents(run.url, stop.signal)) {
        for (const [uid, pod] of message.pods) pods.set(uid, pod);
      }
    };
    const following = follow();
    await until("the Pod is told", () => Promise.resolve(names().includes("web-0 Running")));
    const [web] = [...pods.values()];
    deepStrictEqual([web?.node, web?.ready], ["node-0", 1]);
    await createPod(namespace.name, "web-1");
    await until("the new Pod is told", () => Promise.resolve(names().join() === "web-0 Running,web-1 Running"));
    await kubectl(["delete", "pod", "web-0", `--namespace=${namespace.name}`]);
    await until("the deletion is told", () => Promise.resolve(names().join() === "web-1 Running"));
    stop.abort();
    await following;
  });

  await t.step("Ctrl-C ends it, although a page is open", async () => {
    const { body } = await fetch(new URL("events", run.url));
    run.kill("SIGINT");
    strictEqual((await run.result).code, 130);
    await body!.cancel().catch(() => {});
  });
});

Deno.test({
  name: "examples/03_dashboard in a browser",
  ignore: !browserPath,
  async fn(t) {
    await using namespace = await cluster.namespace("dashboard");
    await createPod(namespace.name, "web-0");
    await createStuckPod(namespace.name);
    await using run = await startDashboard(namespace.name);
    await using browser = await openBrowser();
    const page = await browser.open(run.url);
    const row = (name: string) => page.getByRole("row", { name: `${namespace.name}/${name}` });
    await row("web-0").waitFor();

    await t.step("has landmarks, headings and tables with names", async () => {
      await page.getByRole("banner").getByRole("heading", { name: "Pods by Node", level: 1 }).waitFor();
      await page.getByRole("banner").getByRole("status").getByText("Live", { exact: true }).waitFor();
      const node = page.getByRole("main").getByRole("region", { name: "node-0" });
      await node.getByRole("heading", { name: "node-0", level: 2 }).waitFor();
      const table = node.getByRole("table", { name: "node-0" });
      deepStrictEqual(
        await table.getByRole("columnheader").allTextContents(),
        ["Pod", "Status", "Ready", "Restarts", "Age"],
      );
      await table.getByRole("rowheader", { name: `${namespace.name}/web-0`, exact: true }).waitFor();
      await table.getByRole("cell", { name: "Running", exact: true }).waitFor();
      await page.getByRole("region", { name: "Without a Node" }).waitFor();
    });

    await t.step("shows Pods as they come and go, without a reload", async () => {
      await page.evaluate("isSamePage = true");
      await createPod(namespace.name, "api-0");
      await row("api-0").getByText("Running").waitFor();
      await kubectl(["delete", "pod", "api-0", `--namespace=${namespace.name}`]);
      await row("api-0").waitFor({ state: "detached" });
      ok(await page.evaluate("isSamePage"));
    });

    await t.step("shows what Pods say as text", async () => {
      const status = { phase: "Failed", reason: "<b>Evicted</b>", message: "<img src=x onerror=alert(1)>" };
      const patch = ["--subresource=status", "--type=merge", `--patch=${JSON.stringify({ status })}`];
      await kubectl(["patch", "pod", "stuck", `--namespace=${namespace.name}`, ...patch]);
      await row("stuck").getByText(status.reason).waitFor();
      await row("stuck").getByText(status.message).waitFor();
      await page.getByRole("region", { name: "Without a Node" }).getByText("1 Pod, 1 in trouble").waitFor();
      strictEqual(await page.locator("main img").count(), 0);
    });

    await t.step("filters by the keyboard, and tells the result", async () => {
      await page.keyboard.press("Tab");
      const filter = page.getByRole("search").getByRole("searchbox", { name: "Filter by name or namespace" });
      strictEqual(await page.evaluate("document.activeElement.id"), await filter.getAttribute("id"));
      match(await page.evaluate<string>("getComputedStyle(document.activeElement).outline"), /solid 3px/);
      await page.keyboard.type("WEB");
      await row("stuck").waitFor({ state: "detached" });
      const result = page.getByRole("search").getByRole("status");
      await result.getByText("1 of 2 Pods shown").waitFor();
      strictEqual(await result.getAttribute("class"), "unseen");
      await page.keyboard.type("?");
      await result.getByText("No Pod matches the filter.").waitFor();
      await page.keyboard.press("Escape");
      await row("stuck").waitFor();
    });

    await t.step("has no barriers that can be found: in light, in dark, and on a small screen", async () => {
      const { default: axe } = await import("axe-core");
      const small = { viewport: { width: 320, height: 640 }, reducedMotion: "reduce" } as const;
      for (const options of [{ colorScheme: "light" }, { colorScheme: "dark" }, small] as const) {
        const other = await browser.open(run.url, { reducedMotion: "reduce", ...options }, axe.source);
        await other.getByRole("row", { name: "web-0" }).waitFor();
        const { violations } = await other.evaluate<{ violations: unknown[] }>("axe.run()");
        deepStrictEqual(violations, []);
        strictEqual(await other.evaluate("getComputedStyle(document.querySelector('tbody tr')).animationName"), "none");
        ok(await other.evaluate("document.documentElement.scrollWidth <= innerWidth"));
      }
    });

    await t.step("writes no error to the console", () => deepStrictEqual(browser.errors, []));

    await t.step("tells that the connection is lost, and finds the script again", async () => {
      const status = page.getByRole("banner").getByRole("status");
      run.kill("SIGKILL");
      await status.getByText("Connection lost, retrying…").waitFor();
      await row("web-0").waitFor();
      await kubectl(["delete", "pod", "web-0", `--namespace=${namespace.name}`]);
      await createPod(namespace.name, "web-1");
      await using _again = await startDashboard(namespace.name, new URL(run.url).port);
      await status.getByText("Live", { exact: true }).waitFor();
      await row("web-1").waitFor();
      await row("web-0").waitFor({ state: "detached" });
    });

    await t.step("tells that there are no Pods", async () => {
      await using empty = await cluster.namespace("dashboard");
      await using other = await startDashboard(empty.name);
      await (await browser.open(other.url)).getByText("There are no Pods.").waitFor();
    });
  },
});

/** Finds Chromium or Chrome. */
function findBrowser(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return Deno.env.get("CHROMIUM") ?? paths.find((path) => existsSync(path));
}

/** A browser that is closed with its variable. */
interface OpenBrowser extends AsyncDisposable {
  /** What was written to the consoles of its pages as errors. */
  readonly errors: readonly string[];
  /** Opens a page, in which a script runs first. */
  open(url: string, options?: BrowserContextOptions, script?: string): Promise<Page>;
}

async function openBrowser(): Promise<OpenBrowser> {
  const { chromium } = await import("playwright-core");
  // Its sandbox needs rights that containers do not give; the page is our own.
  const browser: Browser = await chromium.launch({ executablePath: browserPath!, chromiumSandbox: false });
  const errors: string[] = [];
  return {
    errors,
    async open(url, options, script) {
      const page = await browser.newPage(options);
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      page.on("pageerror", (error) => errors.push(String(error)));
      if (script !== undefined) await page.addInitScript(script);
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function startDashboard(namespace: string, port = "0"): Promise<RunningKubescript & { url: string }> {
  const path = projectPath("examples/03_dashboard/main.ts");
  const run = startScript(path, [`--namespace=${namespace}`, `--port=${port}`]);
  const ended = run.result.then(({ stderr }) => Promise.reject(new Error(`Cannot start the dashboard: ${stderr}`)));
  const isUp = until("the dashboard is up", () => Promise.resolve(run.output.includes("http://")));
  await Promise.race([ended, isUp]);
  ended.catch(() => {});
  return Object.assign(run, { url: /http:\S+/.exec(run.output)![0] });
}

interface Message {
  readonly pods: [string, { metadata: { name: string }; node: string; status: string; ready: number } | null][];
}

/** Reads server-sent events until the signal aborts. */
async function* readEvents(url: string, signal: AbortSignal): AsyncGenerator<Message> {
  const { body } = await fetch(new URL("events", url), { signal });
  let text = "";
  try {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
      const events = (text + chunk).split("\n\n");
      text = events.pop()!;
      for (const event of events) yield JSON.parse(/^data: (.*)$/m.exec(event)![1]!);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Sends a request with another name of the host, which fetch() does not do. */
async function requestAs(host: string, url: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`));
  const [status] = (await new Response(connection.readable).text()).split("\r\n");
  return status!;
}

async function createPod(namespace: string, name: string): Promise<void> {
  await kubectl(["run", name, "--image=nginx:1.28", `--namespace=${namespace}`]);
}

/** Creates a Pod that no Node takes. */
async function createStuckPod(namespace: string): Promise<void> {
  const spec = { nodeSelector: { "example.com/none": "none" }, containers: [{ name: "main", image: "nginx:1.28" }] };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "stuck", namespace }, spec };
  await kubectl(["create", "--filename=-"], JSON.stringify(pod));
}
