// Completes ui/package-lock.json: what `cargo xtask lock` runs after npm.
//
// A registry that mirrors only some platforms' packages makes npm leave the others' optional packages out of the
// lock file, and `npm ci` then refuses it everywhere. They are entered here with their version and their platform,
// which is all that npm needs to pass them over; on their own platform npm fetches them by version.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2];
const lock = JSON.parse(readFileSync(file, "utf8"));
const packages = lock.packages;
const SYSTEMS = ["android", "darwin", "linux", "win32", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const PROCESSORS = ["arm64", "x64", "ia32", "arm", "riscv64", "loong64", "ppc64", "s390x", "mips64el"];

let added = 0;
for (const holder of Object.values({ ...packages })) {
  for (const [name, wanted] of Object.entries(holder.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (packages[path] || !/^\d+\.\d+\.\d+/.test(wanted)) continue;
    const words = name.split("/").pop().split("-");
    const system = SYSTEMS.find((one) => words.includes(one));
    const processor = PROCESSORS.find((one) => words.includes(one));
    if (!system || !processor) throw new Error(`${name} names no platform: enter it by hand`);
    const entry = { version: wanted, cpu: [processor], dev: holder.dev, optional: true, os: [system] };
    if (words.includes("musl")) entry.libc = ["musl"];
    if (holder.license) entry.license = holder.license;
    packages[path] = entry;
    added += 1;
  }
}
const top = packages[""];
lock.packages = { "": top };
for (const path of Object.keys(packages).filter((path) => path !== "").sort()) lock.packages[path] = packages[path];
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${file}: ${added} packages of other platforms entered`);
