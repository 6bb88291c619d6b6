/** The tables of docs/settings.md, as the comments in src/settings/ have them. */
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The interface behind each heading of the page. */
const TABLES = {
  Settings: ['settings.ts', 'BalancedProviderSettings'],
  'Settings of every endpoint': ['endpoint-settings.ts', 'CommonEndpointSettings'],
  'Settings of an OpenAI endpoint': ['endpoint-settings.ts', 'OpenAIEndpointSettings'],
  'Settings of an Azure endpoint': ['endpoint-settings.ts', 'AzureEndpointSettings'],
  'Settings of any other endpoint': ['endpoint-settings.ts', 'ProviderEndpointSettings'],
} as const;

/** Where more is said of a setting than its comment does. */
const PAGES: Readonly<Record<string, string>> = {
  picker: '[Which picker for what](tuning.md#which-picker-for-what)',
  maxWaitMs: '[Quotas and waiting](tuning.md#quotas-and-waiting)',
  'timeout.firstContentMs': '[Silent endpoints](tuning.md#silent-endpoints)',
  hedge: '[Silent endpoints](tuning.md#silent-endpoints)',
  affinity: '[Prompt caches](tuning.md#prompt-caches)',
  fallbacks: '[Fallback models](where-calls-go.md#fallback-models)',
  failureThreshold: '[What happens when …](failures.md#what-happens-when-)',
  classifyFailure: '[classifyFailure](failures.md#classifyfailure)',
  state: '[Several processes](several-processes.md)',
  statefulAffinity: '[Conversations that move](conversations.md)',
  allowMixedEmbeddings: '[Embeddings](embeddings.md)',
  headers: '[Headers and redirects](#headers-and-redirects)',
  redirect: '[Headers and redirects](#headers-and-redirects)',
  apiVersion: '[Azure](azure.md)',
  baseURL: '[Azure](azure.md)',
  provider: '[Other providers](getting-started.md#other-providers)',
};

/** A setting as its comment describes it. */
interface Setting {
  readonly path: string;
  readonly defaultText: string;
  readonly meaning: string;
}

/** The page with each of its tables made anew; what stands around them is kept. */
export function withFreshTables(page: string): string {
  const tables = allTables();
  const parts = page.split(/^(#+ .*)$/m);
  return parts
    .map((part, index) => {
      const table = tables.get(/^#+ (.*)$/.exec(parts[index - 1] ?? '')?.[1] ?? '');
      // A function, since `$` in a table means nothing.
      return table === undefined ? part : part.replace(/(?:^\|.*\n)+/m, () => table);
    })
    .join('');
}

function allTables(): ReadonlyMap<string, string> {
  const config = ts.readConfigFile(`${root}tsconfig.json`, (file) => ts.sys.readFile(file)).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const program = ts.createProgram([`${root}src/settings/settings.ts`], options);
  const checker = program.getTypeChecker();
  const settingsIn = (file: string, name: string): readonly Setting[] =>
    settingsOf(declaredType(program, file, name), checker);
  const common = new Set(settingsIn(...TABLES['Settings of every endpoint']).map(({ path }) => path));
  return new Map(
    Object.entries(TABLES).map(([heading, [file, name]]) => {
      const isOfOneType = !['BalancedProviderSettings', 'CommonEndpointSettings'].includes(name);
      const settings = settingsIn(file, name).filter(({ path }) => !isOfOneType || !common.has(path));
      return [heading, tableOf(settings, name)] as const;
    }),
  );
}

function declaredType(program: ts.Program, file: string, name: string): ts.Type {
  const declaration = program
    .getSourceFile(`${root}src/settings/${file}`)
    ?.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === name);
  if (declaration === undefined) throw new Error(`src/settings/${file} declares no interface ${name}.`);
  return program.getTypeChecker().getTypeAtLocation(declaration);
}

/** A setting that is only a group of others is left out; one that may also be a number or a flag is not. */
function settingsOf(type: ts.Type, checker: ts.TypeChecker, prefix = ''): readonly Setting[] {
  return type.getProperties().flatMap((property) => {
    const path = `${prefix}${property.name}`;
    const whole = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    const groups = (whole.isUnion() ? whole.types : [whole]).filter((part) => part.symbol?.name.endsWith('Settings'));
    const isGroupOnly = groups.length === 1 && !whole.isUnion();
    const inGroups = groups.flatMap((group) => settingsOf(group, checker, `${path}.`));
    return isGroupOnly ? inGroups : [settingOf(property, path, checker), ...inGroups];
  });
}

function settingOf(property: ts.Symbol, path: string, checker: ts.TypeChecker): Setting {
  const tags = property.getJsDocTags(checker);
  const textOf = (name: string): string =>
    oneLine(ts.displayPartsToString(tags.find((tag) => tag.name === name)?.text));
  const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
  const example = textOf('example');
  const meaning = [
    oneLine(ts.displayPartsToString(property.getDocumentationComment(checker))),
    ...(example === '' ? [] : [`Example: \`${example}\`.`]),
  ].join(' ');
  const defaultText = textOf('default').replace(VALUE, '`$&`') || (isOptional ? 'none' : 'required');
  return { path, defaultText, meaning };
}

/** A value at the beginning of a text, such as `{ initialMs: 5_000 }, so that …`. */
const VALUE = /^(?:\{.*?\}|'.*?'|\[.*?\]|true\b|false\b|[\d_.]+|[A-Z_]{4,})/;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function tableOf(settings: readonly Setting[], name: string): string {
  const rows = settings.map(({ path, defaultText, meaning }) => {
    const page = path === 'baseURL' && name !== 'AzureEndpointSettings' ? undefined : PAGES[path];
    const more = page === undefined ? '' : ` See ${page}.`;
    return [`\`${path}\``, defaultText, meaning + more];
  });
  const all = [['Setting', 'Default', 'Meaning'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill: string): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |\n`;
  const [head = [], ...body] = all;
  return line(head, ' ') + line(['', '', ''], '-') + body.map((cells) => line(cells, ' ')).join('');
}
