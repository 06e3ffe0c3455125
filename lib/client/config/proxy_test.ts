import { strictEqual, throws } from "node:assert/strict";
import { environmentProxy } from "./proxy.ts";

const proxy = "http://proxy:3128";

function proxyFor(server: string, variables: Record<string, string>): string | undefined {
  return environmentProxy(server, (name) => variables[name]);
}

Deno.test("environmentProxy() takes the variable for the server's scheme, in capitals first", () => {
  const cases: [server: string, variables: Record<string, string>, want: string | undefined][] = [
    ["https://k", {}, undefined],
    ["https://k", { HTTPS_PROXY: proxy }, proxy],
    ["https://k", { https_proxy: proxy }, proxy],
    ["https://k", { HTTPS_PROXY: proxy, https_proxy: "http://other" }, proxy],
    ["https://k", { HTTPS_PROXY: "", https_proxy: proxy }, proxy],
    ["https://k", { HTTP_PROXY: proxy, ALL_PROXY: proxy }, undefined],
    ["http://k", { HTTP_PROXY: proxy }, proxy],
    ["http://k", { HTTPS_PROXY: proxy }, undefined],
    ["https://k", { HTTPS_PROXY: proxy, NO_PROXY: "", no_proxy: "k" }, undefined],
    ["https://k", { HTTPS_PROXY: proxy, NO_PROXY: "j", no_proxy: "k" }, proxy],
  ];
  for (const [server, variables, want] of cases) {
    strictEqual(proxyFor(server, variables), want, JSON.stringify(variables));
  }
});

Deno.test("environmentProxy() completes addresses and refuses others without showing them", () => {
  const cases = [
    ["proxy:3128", "http://proxy:3128"],
    ["proxy", "http://proxy"],
    ["127.0.0.1:3128", "http://127.0.0.1:3128"],
    ["https://ada:p%40ss@proxy", "https://ada:p%40ss@proxy"],
    ["socks5://proxy:1080", "socks5://proxy:1080"],
    ["socks5h://proxy:1080", "socks5://proxy:1080"],
  ] as const;
  for (const [value, want] of cases) strictEqual(proxyFor("https://k", { HTTPS_PROXY: value }), want);
  for (const value of ["ftp://ada:s3cret@proxy", "pro xy"]) {
    throws(() => proxyFor("https://k", { HTTPS_PROXY: value }), {
      name: "ConfigError",
      message: "Cannot use the proxy of HTTPS_PROXY: it must be an http, https or socks5 address",
    });
  }
});

// What golang.org/x/net/http/httpproxy v0.57.0 does in each case.
Deno.test("environmentProxy() keeps to NO_PROXY as Go does", () => {
  const through: [server: string, list: string][] = [
    ["https://k.example", ""],
    ["https://k.example", " , z.z"],
    ["https://k.example", ".k.example,*.k.example,ak.example,k.example:80,k.example/8,:443"],
    ["https://ak.example", "k.example"],
    ["https://10.1.2.3", "10.,10.1.2,10.1.2.3:6443,10.1.2.4/32,::/0,.3"],
    ["https://[fd00::1]", "[fd00::1],[fd00::1]:6443,fd01::/16,0.0.0.0/0"],
    ["https://x.localhost", "localhost.x"],
  ];
  for (const [server, list] of through) {
    strictEqual(proxyFor(server, { HTTPS_PROXY: proxy, NO_PROXY: list }), proxy, `${server} ${list}`);
  }
  const direct: [server: string, ...items: string[]][] = [
    ["https://localhost:6443", ""],
    ["https://127.9.9.9", ""],
    ["https://[::1]:6443", ""],
    ["https://[::ffff:127.0.0.1]", ""],
    [
      "https://k.example",
      "*",
      "k.example",
      "K.Example ",
      "example",
      ".example",
      "*.example",
      "k.example:443",
      "k.example:",
    ],
    ["https://k.example:6443", "k.example:6443", "z.z, k.example"],
    ["https://10.1.2.3", "*", "10.1.2.3", "10.1.2.3:443", "10.0.0.0/8", "10.1.2.2/31", "0.0.0.0/0", "::ffff:10.1.2.3"],
    ["https://[::ffff:10.1.2.3]", "10.0.0.0/8", "10.1.2.3"],
    ["https://[fd00::1]", "fd00::1", "FD00:0::0:1", "[fd00::1]:443", "fd00::/8", "::/0"],
  ];
  for (const [server, ...items] of direct) {
    for (const item of items) {
      strictEqual(proxyFor(server, { HTTPS_PROXY: proxy, NO_PROXY: item }), undefined, `${server} ${item}`);
    }
  }
});
