import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { status } from '../support/behaviour.ts';
import type { FakeService } from '../support/fake-service.ts';
import { startServices } from '../support/start-services.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const node = `${root}node_modules/node/bin/node`;

/** Runs the command on a file of this text, without a terminal. */
async function run(
  source: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  file = 'balanced.ts',
) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'balanced.ts'), source);
  const child = spawn(node, [`${root}dist/cli.js`, 'check', join(folder, file), ...args], {
    env: { NODE_ENV: 'production', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, out, err };
}

const imports = `import { createBalancedProvider, type EndpointSettings } from '${root}dist/index.js';\n`;
const endpointAt = ({ name, baseURL }: FakeService) =>
  `{ type: 'openai', name: '${name}', baseURL: '${baseURL}', apiKey: 'sk-1', models: ['gpt-5'] }`;
/** A file with types, as users have them. */
const fileFor = (service: FakeService, exported = 'export const balanced') =>
  `${imports}const endpoint: EndpointSettings = ${endpointAt(service)};\n${exported} = createBalancedProvider({ endpoints: [endpoint] });\n`;

it('check() is not in the file that an app loads at its start', () => {
  expect(readFileSync(`${root}dist/index.js`, 'utf8')).not.toContain('The key was refused');
});

describe('ai-sdk-load-balancer check', () => {
  it.each(['export const balanced', 'export const other', 'const balanced'])(
    'exits with 0 and a table without colour when all works (%s)',
    async (exported) => {
      const [service] = await startServices('eastus');
      const rest = exported.startsWith('export') ? '' : 'export default balanced;';

      const { code, out } = await run(fileFor(service, exported) + rest);

      expect(code).toBe(0);
      expect(out).toMatch(/^✓ eastus {2}gpt-5 {2}responses {2}\d+ ms\n\nAll 1 work\.\n$/);
    },
  );

  it('exits with 1 when a row is wrong, and says what to do', async () => {
    const [service] = await startServices('eastus');
    service.behave(status(401));

    const { code, out } = await run(fileFor(service));

    expect(code).toBe(1);
    expect(out).toContain('✗ eastus');
    expect(out).toContain('Correct endpoints[0].apiKey');
    expect(out).toContain('1 of 1 wrong.');
  });

  it('writes the result alone with --json, whatever the file writes', async () => {
    const [service] = await startServices('eastus');

    const { code, out } = await run(`${fileFor(service)}console.log('from the file');`, ['--json']);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, rows: [{ endpoint: 'eastus', deployment: 'gpt-5', ok: true }] });
  });

  it('colours what it writes where FORCE_COLOR asks for it', async () => {
    const [service] = await startServices('eastus');

    const [coloured, plain] = await Promise.all(
      ['1', '0'].map((value) => run(fileFor(service), [], { FORCE_COLOR: value })),
    );

    expect(coloured?.out).toContain('\u001B[32m✓\u001B[39m');
    expect(plain?.out).not.toContain('\u001B');
  });

  it('does not colour a pipe on a Node that colours everything (before 22.8)', async () => {
    const [service] = await startServices('eastus');
    const old = `import util from 'node:util';
      import { syncBuiltinESMExports } from 'node:module';
      const { styleText } = util;
      util.styleText = (format, text) => styleText(format, text, { validateStream: false });
      syncBuiltinESMExports();`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(old)}`;

    const [piped, forced] = await Promise.all([
      run(fileFor(service), [], { NODE_OPTIONS }),
      run(fileFor(service), [], { NODE_OPTIONS, FORCE_COLOR: '1' }),
    ]);

    expect(piped?.out).toMatch(/^✓ eastus/);
    expect(forced?.out).toContain('\u001B[32m✓\u001B[39m');
  });

  it('ends although the file keeps a timer open', async () => {
    const [service] = await startServices('eastus');

    const { code } = await run(`${fileFor(service)}setInterval(() => undefined, 1_000);`);

    expect(code).toBe(0);
  });

  it.each([
    ['exports no provider', 'export const a: number = 1;', [], 'exports no provider'],
    ['throws', 'throw new Error("as it must");', [], 'as it must'],
    ['has settings that cannot work', `${imports}createBalancedProvider({ endpoints: [] });`, [], 'endpoints'],
    [
      'rejects later',
      'Promise.reject(new Error("later")); await new Promise((r) => setTimeout(r, 9_000));',
      [],
      'later',
    ],
    ['ends the process', 'process.exit(0);', [], ''],
    ['never ends to load', 'await new Promise(() => undefined);', [], ''],
    ['is given beside an unknown option', '', ['--jsn'], 'Usage:'],
    ['is not alone', '', ['other.ts'], 'Usage:'],
  ])('exits with 2 when the file %s', async (_, source, args, message) => {
    const { code, out, err } = await run(source, args);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('exits with 2 when there is no such file', async () => {
    const { code, err } = await run('', [], {}, 'missing.ts');

    expect(code).toBe(2);
    expect(err).toContain('There is no file');
  });
});
