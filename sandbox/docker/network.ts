import * as fs from "node:fs";
import { type CommandOptions, run, runOrThrow } from "../system/commands";
import { engineRequest } from "./engineApi";

/**
 * Network changes that dockerd leaves behind: its bridge, its firewall chains, and the forwarding policy. Recorded
 * before the sandbox's own daemon starts, so that only its changes are reverted.
 */
export interface NetworkNote {
  hadBridge: boolean;
  /** Tables that already had Docker's chains. */
  tablesWithDocker: string[];
  forwardPolicy: string;
  ipForward: string;
}

const TABLES = ["filter", "nat", "raw"];
const BRIDGE = "docker0";
const IP_FORWARD = "/proc/sys/net/ipv4/ip_forward";

export async function noteNetwork(): Promise<NetworkNote> {
  const tablesWithDocker: string[] = [];
  let forwardPolicy = "";
  for (const table of TABLES) {
    const rules = await listRules(table);
    if (rules.some((rule) => rule.startsWith("-N DOCKER"))) {
      tablesWithDocker.push(table);
    }
    if (table === "filter") {
      forwardPolicy = rules.find((rule) => rule.startsWith("-P FORWARD "))?.slice("-P FORWARD ".length) ?? "";
    }
  }
  return { hadBridge: hasBridge(), tablesWithDocker, forwardPolicy, ipForward: readIpForward() };
}

/** Reverts what changed since the note was taken. Best effort: a machine without iptables has nothing to revert. */
export async function restoreNetwork(note: NetworkNote): Promise<void> {
  for (const table of TABLES.filter((name) => !note.tablesWithDocker.includes(name))) {
    await removeChains(table);
  }
  const rules = await listRules("filter");
  if (
    note.forwardPolicy !== "" &&
    rules.some((rule) => rule.startsWith("-P FORWARD") && !rule.endsWith(note.forwardPolicy))
  ) {
    await iptables("filter", ["-P", "FORWARD", note.forwardPolicy]);
  }
  if (!note.hadBridge && hasBridge()) {
    await run("ip", ["link", "delete", BRIDGE], systemPath());
  }
  if (note.ipForward === "0" && readIpForward() === "1") {
    fs.writeFileSync(IP_FORWARD, "0\n");
  }
}

/**
 * Recreates the bridge of a running engine when it is missing: every dockerd started with `--bridge=none` deletes it,
 * even if it belongs to another engine, whose containers then have no network. Returns whether it was missing.
 */
export async function repairBridge(dockerHost: string): Promise<boolean> {
  if (hasBridge()) {
    return false;
  }
  const { body } = await engineRequest(dockerHost, "GET", "/networks/bridge");
  const network = body as { IPAM?: { Config?: { Subnet?: string; Gateway?: string }[] } } | undefined;
  const config = network?.IPAM?.Config?.find(({ Subnet }) => Subnet?.includes("."));
  const address = config?.Subnet === undefined ? undefined : bridgeAddress(config.Subnet, config.Gateway);
  if (address === undefined) {
    return false; // this engine has no such bridge
  }
  await runOrThrow("ip", ["link", "add", BRIDGE, "type", "bridge"], systemPath());
  await runOrThrow("ip", ["address", "add", address, "dev", BRIDGE], systemPath());
  await runOrThrow("ip", ["link", "set", BRIDGE, "up"], systemPath());
  return true;
}

/**
 * The bridge's own address in `ip` format. An engine that chose it automatically does not report it: it is the subnet's
 * first.
 */
export function bridgeAddress(subnet: string, gateway: string | undefined): string | undefined {
  const [network, prefix] = subnet.split("/");
  const first = network?.replace(/\d+$/, (last) => String(Number(last) + 1));
  return prefix === undefined ? undefined : `${gateway || first}/${prefix}`;
}

async function removeChains(table: string): Promise<void> {
  const rules = await listRules(table);
  const chains = rules.filter((rule) => rule.startsWith("-N DOCKER")).map((rule) => rule.slice("-N ".length));
  if (chains.length === 0) {
    return;
  }
  for (const rule of rules) {
    const [, chain = "", ...rest] = rule.split(" ");
    // Rules in other chains that jump to Docker's chains or refer to its bridge: masquerading, forwarding.
    const about = rest.some((word) => chains.includes(word) || word === BRIDGE);
    if (rule.startsWith("-A ") && !chains.includes(chain) && about) {
      await iptables(table, ["-D", chain, ...rest]);
    }
  }
  for (const chain of chains) {
    await iptables(table, ["-F", chain]);
  }
  for (const chain of chains) {
    await iptables(table, ["-X", chain]);
  }
}

async function listRules(table: string): Promise<string[]> {
  const { code, stdout } = await iptables(table, ["-S"]);
  return code === 0 ? stdout.split("\n").filter((line) => line !== "") : [];
}

function iptables(table: string, args: readonly string[]) {
  return run("iptables", ["--wait", "10", "-t", table, ...args], systemPath());
}

function systemPath(): CommandOptions {
  return {
    env: { ...process.env, PATH: [process.env["PATH"], "/usr/sbin:/sbin"].filter(Boolean).join(":"), LC_ALL: "C" },
    timeoutMs: 60_000,
  };
}

function hasBridge(): boolean {
  return fs.existsSync(`/sys/class/net/${BRIDGE}`);
}

function readIpForward(): string {
  try {
    return fs.readFileSync(IP_FORWARD, "utf8").trim();
  } catch {
    return "";
  }
}
