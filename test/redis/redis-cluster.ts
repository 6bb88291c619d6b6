import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { createClient } from 'redis';

import { freePort, type RedisServer, startRedis } from './redis-server.ts';

/** A server of a cluster, and what it is told by hand. */
interface Node extends RedisServer {
  readonly busPort: number;
  readonly ask: (...command: string[]) => Promise<unknown>;
  readonly leave: () => void;
}

export interface RedisCluster {
  /** The one that holds all slots but those of the other two. */
  readonly main: RedisServer;
  readonly ports: readonly number[];
  kill(): Promise<void>;
}

const NODE_TIMEOUT_MS = 500;

/** The smallest cluster that fails over: three masters, since most of them have to agree, and a replica of the first. */
export async function startCluster(slotElsewhere: string): Promise<RedisCluster> {
  const folder = await mkdtemp(`${tmpdir()}/cluster-`);
  const nodes = await Promise.all([
    startNode(folder, '0.conf'),
    startNode(folder, '1.conf'),
    startNode(folder, '2.conf'),
    startNode(folder, '3.conf'),
  ]);
  const [main, second, third, replica] = nodes;
  const slot = Number(await main.ask('CLUSTER', 'KEYSLOT', slotElsewhere));
  const ranges = [
    [0, slot - 1, slot + 1, 16_382],
    [slot, slot],
    [16_383, 16_383],
  ];
  for (const [index, node] of [main, second, third].entries()) {
    await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    await node.ask('CLUSTER', 'ADDSLOTSRANGE', ...(ranges[index] ?? []).map(String));
  }
  for (const { port, busPort } of nodes.slice(1)) {
    await main.ask('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${busPort}`);
  }
  for (const node of nodes) {
    await until(async () =>
      /cluster_state:ok[^]*cluster_known_nodes:4/.test(String(await node.ask('CLUSTER', 'INFO'))),
    );
  }
  await replica.ask('CLUSTER', 'REPLICATE', String(await main.ask('CLUSTER', 'MYID')));
  await until(async () => /master_link_status:up/.test(String(await replica.ask('INFO', 'replication'))));
  for (const node of [second, third]) {
    await until(async () => /\bslave\b/.test(String(await node.ask('CLUSTER', 'NODES'))));
  }
  return {
    main,
    ports: nodes.map(({ port }) => port),
    kill: async () => {
      for (const node of nodes) node.leave();
      await Promise.all(nodes.map((node) => node.kill()));
      await rm(folder, { recursive: true });
    },
  };
}

async function startNode(folder: string, config: string): Promise<Node> {
  const busPort = await freePort();
  const options = {
    '--cluster-enabled': 'yes',
    '--cluster-config-file': config,
    '--dir': folder,
    '--cluster-node-timeout': `${NODE_TIMEOUT_MS}`,
    '--cluster-port': `${busPort}`,
  };
  const server = await startRedis(...Object.entries(options).flat());
  const client = createClient({ url: server.url });
  client.on('error', () => undefined);
  await client.connect();
  return {
    ...server,
    busPort,
    ask: (...command) => client.sendCommand(command),
    leave: () => client.destroy(),
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
