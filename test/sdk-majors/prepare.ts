/**
 * Installs the packed package beside each major of the AI SDK, the way a user of that major would have it, in
 * `.sdk-majors/<major>/`, and copies the shared suite there. Vitest has a project for each of these folders.
 *
 * What npm installs is kept while the list of dependencies stays the same; the package itself and the tests are laid
 * over it anew each time, so a second run takes a moment and needs no network.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { sdkMajors, type SdkMajor } from './majors.ts';

const run = promisify(execFile);

const project = fileURLToPath(new URL('../../', import.meta.url));
const packageName = 'ai-sdk-load-balancer';

/** What decides which packages npm puts into such a folder, apart from our own files. */
interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest = await readJson<Manifest>(join(project, 'package.json'));
const scratch = await mkdtemp(join(tmpdir(), `${packageName}-`));
try {
  const tarball = await pack();
  const prepared = await Promise.allSettled(sdkMajors.map((sdkMajor) => prepare(sdkMajor, tarball)));
  const failures = prepared.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, 'Some majors of the AI SDK could not be prepared.');
} finally {
  await rm(scratch, { recursive: true });
}

async function pack(): Promise<string> {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', scratch], { cwd: project });
  const tarball = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball.');
  return join(scratch, tarball);
}

async function prepare(sdkMajor: SdkMajor, tarball: string): Promise<void> {
  const folder = join(project, '.sdk-majors', String(sdkMajor.major));
  const fingerprint = fingerprintOf(sdkMajor);
  const isInstalled = (await readOptional(join(folder, 'fingerprint'))) === fingerprint;

  // Gone until all is well: what a run left behind that broke off or found a fault is not built upon.
  await rm(join(folder, 'fingerprint'), { force: true });
  if (isInstalled) await replacePackage(folder, tarball);
  else await install(sdkMajor, folder, tarball);
  await checkVersions(sdkMajor, folder);
  await copyTests(sdkMajor, folder);

  await writeFile(join(folder, 'fingerprint'), fingerprint);
  console.log(
    `AI SDK ${sdkMajor.major}: ${isInstalled ? 'package replaced' : 'installed'} in .sdk-majors/${sdkMajor.major}`,
  );
}

function fingerprintOf({ packages }: SdkMajor): string {
  const { dependencies, peerDependencies } = manifest;
  return createHash('sha256').update(JSON.stringify({ packages, dependencies, peerDependencies })).digest('hex');
}

async function install({ major, packages }: SdkMajor, folder: string, tarball: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'package.json'), {
    name: `sdk-${major}`,
    private: true,
    type: 'module',
    dependencies: packages,
  });
  // Without a lockfile, and with the tarball unsaved: npm resolves the package's own ranges as it would for a user.
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', tarball, ...flags], { cwd: folder });
}

/** Lays a new build over an installed one; dependencies that npm nested in it stay. */
async function replacePackage(folder: string, tarball: string): Promise<void> {
  const installed = join(folder, 'node_modules', packageName);
  const outdated = (await readdir(installed)).filter((name) => name !== 'node_modules');
  await Promise.all(outdated.map((name) => rm(join(installed, name), { recursive: true })));
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
}

/**
 * The folder lies inside the project, so a package that is missing in it would be found in the project's own
 * `node_modules` without a word, and the tests would prove nothing about this major.
 */
async function checkVersions({ major, packages }: SdkMajor, folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  for (const [name, wanted] of Object.entries(packages)) {
    const { version } = await readJson<{ version: string }>(join(modules, name, 'package.json'));
    if (version !== wanted) throw new Error(`AI SDK ${major}: ${name} is ${version} instead of ${wanted}.`);
  }
  for (const name of Object.keys(manifest.dependencies)) {
    const places = [join(modules, packageName, 'node_modules', name), join(modules, name)];
    const found = await Promise.all(places.map((place) => readOptional(join(place, 'package.json'))));
    if (found.every((content) => content === undefined)) throw new Error(`AI SDK ${major}: ${name} is not installed.`);
  }
  // npm fails when a peer or dependency anywhere in the folder is missing or out of its range.
  await run('npm', ['ls', '--all'], { cwd: folder });
}

async function copyTests({ major }: SdkMajor, folder: string): Promise<void> {
  const source = join(project, 'test');
  const target = join(folder, 'test');
  await rm(target, { recursive: true, force: true });
  await cp(join(source, 'support'), join(target, 'support'), { recursive: true });
  await cp(join(source, 'soak'), join(target, 'soak'), { recursive: true });
  await cp(join(source, 'sdk-majors', 'suite'), join(target, 'sdk-majors', 'suite'), { recursive: true });
  await cp(join(source, 'sdk-majors', 'majors.ts'), join(target, 'sdk-majors', 'majors.ts'));

  const consumer = join(target, 'sdk-majors', 'consumer');
  await mkdir(consumer);
  await cp(join(source, 'sdk-majors', 'consumer', 'consumer.ts'), join(consumer, 'consumer.ts'));
  await cp(join(source, 'sdk-majors', 'consumer', 'tsconfig.json'), join(consumer, 'tsconfig.json'));
  await cp(join(source, 'sdk-majors', 'consumer', `sdk-${major}.ts`), join(consumer, 'installed-sdk.ts'));
}

async function readJson<Content>(file: string): Promise<Content> {
  return JSON.parse(await readFile(file, 'utf8')) as Content;
}

async function writeJson(file: string, content: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
