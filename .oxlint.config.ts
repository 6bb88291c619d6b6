import { defineConfig } from 'oxlint';

/** Rooms of src, from the top down. A file may import from its own level and from those below it, never from above. */
const levels = [
  ['index', 'opentelemetry', 'redis', 'status-page', 'cli'],
  ['create-balanced-provider'],
  ['models', 'status', 'explain', 'preflight'],
  ['stream', 'portability'],
  ['call'],
  ['state'],
  ['ring'],
  ['queue'],
  ['pickers'],
  ['deployment'],
  ['gates'],
  ['limits'],
  ['endpoint'],
] as const;

const roomsAbove = (level: number) => levels.slice(0, level).flat();

const upwardImports = (level: number) => ({
  regex: `^\\.\\.?/(?:\\.\\./)*(?:${roomsAbove(level).join('|')})(?:/|\\.ts$)`,
  message: 'Imports in src point downwards only; see the list of levels in .oxlint.config.ts.',
});

const sdkPackages = (message: string, allowTypeImports = false) => ({
  group: ['@ai-sdk/openai', '@ai-sdk/openai/*', '@ai-sdk/azure', '@ai-sdk/azure/*'],
  message,
  allowTypeImports,
});

const onlyInEndpoint = sdkPackages('Only src/endpoint/ builds models of the OpenAI and Azure packages.');
const onlyTypesInSdk = sdkPackages('src/sdk.ts derives types from these packages and runs none of their code.', true);

/** Everything that is in no room above is base: failure, settings, errors, events, sdk, clock, … */
const base = { files: ['src/**/*.ts'], level: levels.length, packages: [onlyInEndpoint] };

const rooms = levels.flatMap((names, level) =>
  names.map((name) => ({
    files: [`src/${name}.ts`, `src/${name}/**/*.ts`],
    level,
    packages: name === 'endpoint' ? [] : [onlyInEndpoint],
  })),
);

const sdkTypes = { files: ['src/sdk.ts'], level: levels.length, packages: [onlyTypesInSdk] };

/** The last override that matches a file wins, so the general case comes first. */
const importDirections = [base, ...rooms, sdkTypes].map(({ files, level, packages }) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error' as const,
      { patterns: [...(level === 0 ? [] : [upwardImports(level)]), ...packages] },
    ],
  },
}));

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['node_modules', 'dist', '.sdk-majors', '**/.next', '**/next-env.d.ts'],
  rules: {
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-duplicates': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'unicorn/prefer-node-protocol': 'error',

    'no-shadow': ['error', { allow: ['_'] }],
    // Attempts, probes and stream reads follow one another by design.
    'no-await-in-loop': 'off',
    // TypeScript's own check knows that an exhaustive switch needs no last return.
    'consistent-return': 'off',
    // The core narrows the models of all SDK majors structurally; the casts this takes are explained where they stand.
    'typescript/no-unsafe-type-assertion': 'off',
    // Copies keep state from being shared; where speed counts, the benchmarks tell.
    'oxc/no-map-spread': 'off',
    // A promise's end is often only waited for.
    'promise/always-return': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      env: { browser: false, node: false },
      rules: {
        'max-lines': ['error', { max: 250 }],
        'no-console': 'error',
        'import/no-default-export': 'error',
        'typescript/no-non-null-assertion': 'error',

        // The core runs wherever there is fetch: no module and no global that only Node has.
        'import/no-nodejs-modules': 'error',
        'no-restricted-globals': ['error', 'Buffer', 'process', 'global', 'setImmediate', '__dirname', '__filename'],
      },
    },
    {
      // The command line runs in Node alone.
      files: ['src/cli/**/*.ts'],
      rules: { 'import/no-nodejs-modules': 'off', 'no-restricted-globals': 'off' },
    },
    ...importDirections,
    {
      files: ['test/**/*.ts'],
      plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest'],
      // A test's helper is read best inside the test.
      rules: { 'unicorn/consistent-function-scoping': 'off' },
    },
  ],
});
