import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { FakeService } from '../support/fake-service.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Gives the first turn to the first endpoint. */
const firstTurn = `${root}test/support/first-turn.ts`;

/** What is left of an example that ran. */
export interface FinishedExample {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errorOutput: string;
}

type Environment = Readonly<Record<string, string>>;

/** Runs a file of examples/ as a user would, with nothing in its environment but what is given. */
export function runExample(
  file: string,
  environment: Environment = {},
  ...args: readonly string[]
): Promise<FinishedExample> {
  return runNode(['--import', firstTurn, `${root}examples/${file}`, ...args], environment);
}

/** Runs Node.js to its end. Examples use the package as it is built, since users do. */
export async function runNode(args: readonly string[], environment: Environment): Promise<FinishedExample> {
  if (!existsSync(`${root}dist/index.js`)) throw new Error('There is no dist/index.js: run `npm run build` first.');
  const child = spawn(process.execPath, args, { cwd: root, env: bareEnvironment(environment) });
  let output = '';
  let errorOutput = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errorOutput += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, output, errorOutput };
}

/** No key, and no setting of this machine. */
export function bareEnvironment(more: Environment): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { ...more, PATH, HOME, NODE_ENV: 'production' };
}

/** The variables that make an Azure and an OpenAI endpoint of two fake services. */
export function environmentFor(azure: FakeService, openai: FakeService): Environment {
  return {
    AZURE_API_BASE_URL_1: azure.azureBaseURL,
    AZURE_API_KEY_1: 'key-of-a-fake-resource',
    OPENAI_BASE_URL: openai.baseURL,
    OPENAI_API_KEY: 'sk-of-a-fake-service',
  };
}
