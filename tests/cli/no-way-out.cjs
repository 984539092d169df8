// Preloaded into a command that must not contact anything: starting a process or opening a connection exits with 99.
"use strict";
const childProcess = require("node:child_process");
const net = require("node:net");

function refuse(what) {
  return (...args) => {
    process.stderr.write(`${what}: ${String(args[0])}\n`);
    process.exit(99);
  };
}

for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) {
  childProcess[name] = refuse(name);
}
net.Socket.prototype.connect = refuse("connect");
