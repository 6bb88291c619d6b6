/** README and docs say what the code says: their TypeScript compiles, their tables list what the sources declare. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

import * as library from '../../src/index.ts';
import { withFreshTables } from '../docs/settings-tables.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The text of each page, by its path. */
const pages = new Map(
  ['README.md', ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)]
    .filter((path) => /\.mdx?$/.test(path))
    .map((path) => [path, readFileSync(root + path, 'utf8')] as const),
);
const pageOf = (path: string): string => pages.get(path) ?? '';

/** What the blocks use without saying where it comes from: the provider of a first call, and packages that are not here. */
const surroundings = `
declare const balanced: import('ai-sdk-load-balancer').BalancedProvider;
declare const isAdmin: (request: Request) => boolean;
declare module '@azure/identity' {
  export class DefaultAzureCredential {}
  export function getBearerTokenProvider(credential: DefaultAzureCredential, scopes: string): () => Promise<string>;
}
declare module '@/lib/balanced' {
  export const balanced: import('ai-sdk-load-balancer').BalancedProvider, status: (request: Request) => Promise<Response>;
}
declare module 'hono' {
  export class Hono {
    post(path: string, answer: (context: { req: { json<Body>(): Promise<Body>; raw: Request } }) => unknown): void;
  }
}
declare module '@ai-sdk/anthropic' {
  export function createAnthropic(): import('@ai-sdk/openai').OpenAIProvider;
}
`;

/** The TypeScript of a page: one module for each block, with empty lines before it so that errors name the page's lines. */
const blocksOf = (path: string, text: string): [file: string, code: string][] =>
  [...text.matchAll(/^```(tsx?)\n(.*?)^```$/gms)].map(({ index, 1: kind, 2: code = '' }) => {
    const line = text.slice(0, index).split('\n').length;
    return [`${root}${path}.line-${line}.${kind}`, `${'\n'.repeat(line)}${code}\nexport {};\n`];
  });
const blocks = new Map([...pages].flatMap(([path, text]) => blocksOf(path, text)));
const virtualFiles = new Map([...blocks, [`${root}docs/surroundings.d.ts`, surroundings]]);

/** A program of the blocks and of the sources, by the project's own compiler options. */
function createProgram(): ts.Program {
  const config = ts.readConfigFile(`${root}tsconfig.json`, (file) => ts.sys.readFile(file));
  const { options: ours } = ts.parseJsonConfigFileContent(
    { ...(config.config as object), files: [], include: [] },
    ts.sys,
    root,
  );
  // A page may name a model and say no more of it.
  const options = { ...ours, noUnusedLocals: false, jsx: ts.JsxEmit.ReactJSX };
  const real = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...real,
    fileExists: (file) => virtualFiles.has(file) || real.fileExists(file),
    readFile: (file) => virtualFiles.get(file) ?? real.readFile(file),
    getSourceFile: (file, target, ...rest) => {
      const code = virtualFiles.get(file);
      return code === undefined ? real.getSourceFile(file, target, ...rest) : ts.createSourceFile(file, code, target);
    },
  };
  return ts.createProgram([...virtualFiles.keys(), `${root}src/index.ts`], options, host);
}

let program: ts.Program;
let checker: ts.TypeChecker;
beforeAll(() => {
  program = createProgram();
  checker = program.getTypeChecker();
}, 60_000);

/** The type that a file of src declares under a name. */
function declaredType(file: string, name: string): ts.Type {
  const source = program.getSourceFile(`${root}src/${file}`);
  const declaration = source?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (declaration === undefined) throw new Error(`src/${file} declares no interface ${name}.`);
  return checker.getTypeAtLocation(declaration);
}

const namesOf = (type: ts.Type): string[] => type.getProperties().map(({ name }) => name);

const typeOf = (property: ts.Symbol): ts.Type => checker.getNonNullableType(checker.getTypeOfSymbol(property));

/** The rows of the first table under a heading of a page, as their cells. */
function tableUnder(path: string, heading: string): string[][] {
  const [, section] = pageOf(path).split(new RegExp(`^#+ ${heading.replaceAll(/[()]/g, String.raw`\$&`)}$`, 'm'));
  const table = /(?:^\|.*\n)+/m.exec(section?.split(/^#+ /m)[0] ?? '')?.[0];
  if (table === undefined) throw new Error(`${path} has no table under "${heading}".`);
  const [, , ...rows] = table.trim().split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What a cell has in backticks. */
const codeIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const sorted = (names: Iterable<string>): string[] => [...names].toSorted((a, b) => a.localeCompare(b));

describe('README and docs: their TypeScript', () => {
  it('is found', () => {
    expect(blocks.size).toBeGreaterThan(15);
  });

  it.each([...blocks.keys()].map((file) => file.slice(root.length)))('compiles: %s', (name) => {
    const source = program.getSourceFile(root + name);
    const diagnostics = ts.getPreEmitDiagnostics(program, source).map(({ file, start = 0, messageText }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });

    expect(diagnostics).toEqual([]);
  });
});

it('docs/settings.md says what the comments of the settings say; `npm run docs` writes it', () => {
  const page = pageOf('docs/settings.md');

  expect(page).toBe(withFreshTables(page));
}, 60_000);

describe('docs: the table', () => {
  it('of events lists each event with its fields', () => {
    const listed = tableUnder('docs/observability.md', 'Events').map(([name, , fields]) => [
      ...codeIn(name),
      sorted(codeIn(fields)),
    ]);

    const events = declaredType('events.ts', 'BalancedEvents').getProperties();
    expect(listed).toEqual(events.map((event) => [event.name, sorted(namesOf(typeOf(event)))]));
  });

  it('of the provider lists each member', () => {
    const listed = tableUnder('docs/getting-started.md', 'The provider').flatMap(([names]) => codeIn(names));

    const members = namesOf(declaredType('create-balanced-provider.ts', 'BalancedProviderMembers'));
    // The AI SDK's own type has those of its newest line.
    expect(sorted(listed)).toEqual(sorted(['balanced(id)', 'files', 'skills', ...members]));
  });

  it('of errors lists each error that is exported', () => {
    const listed = tableUnder('docs/failures.md', 'Errors').flatMap(([name]) => codeIn(name));

    const errors = Object.keys(library).filter((name) => name.endsWith('Error'));
    expect(sorted(listed)).toEqual(sorted(errors));
  });

  it('of failures lists each class', () => {
    const listed = tableUnder('docs/failures.md', 'What happens when …').flatMap(([, failureClass]) =>
      codeIn(failureClass),
    );

    const property = declaredType('failure/failure.ts', 'Failure').getProperty('class');
    const declared = property && typeOf(property);
    const classes = declared?.isUnion() ? declared.types.map((type) => (type as ts.StringLiteralType).value) : [];
    expect(sorted(new Set(listed))).toEqual(sorted(classes));
  });

  it('of pickers lists each picker', () => {
    const listed = tableUnder('docs/tuning.md', 'Which picker for what').flatMap(([picker]) => codeIn(picker));

    const property = declaredType('settings/settings.ts', 'BalancedProviderSettings').getProperty('picker');
    const declared = property && typeOf(property);
    const names = declared?.isUnion() ? declared.types.filter((type) => type.isStringLiteral()) : [];
    expect(sorted(listed)).toEqual(sorted(names.map((name) => `'${name.value}'`)));
  });
});

describe('README and docs: the text', () => {
  it('has the message of the error as it is', () => {
    const attempt = (endpoint: string, failure: Partial<library.AttemptRecord>): library.AttemptRecord => ({
      endpoint,
      deployment: 'gpt4',
      modelId: 'gpt-4',
      class: 'retryable',
      durationMs: 1,
      ...failure,
    });
    const refused = attempt('openai', { code: 'ECONNREFUSED' });
    const { message } = new library.AllEndpointsFailedError({
      modelId: 'gpt-4',
      reason: 'All endpoints failed',
      unavailable: [
        {
          endpoint: 'north',
          deployment: 'gpt4',
          reason: 'cooldown',
          availableInMs: 594_000,
          class: 'misconfigured',
          statusCode: 401,
        },
      ],
      retryAfterMs: undefined,
      errors: [],
      attempts: [
        attempt('eastus', { class: 'rate-limited', statusCode: 429 }),
        attempt('westus', { code: 'timeout.attemptMs' }),
        refused,
        refused,
        refused,
      ],
    });

    expect(pageOf('docs/failures.md')).toContain(message);
  });

  it.each([...pages.keys()].filter((path) => /^docs\/.*\.md$/.test(path)))(
    'of %s is linked from the README and links back',
    (path) => {
      expect(pageOf('README.md')).toContain(`](${path}`);
      expect(pageOf(path)).toContain('](../README.md');
    },
  );
});
