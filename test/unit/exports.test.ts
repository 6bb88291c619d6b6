/** What the package exports can be named: every type that its declarations refer to is exported too. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

const parse = (file: string): readonly ts.Statement[] => [
  ...ts.createSourceFile(file, readFileSync(src + file, 'utf8'), ts.ScriptTarget.Latest, true).statements,
];

/** Names that `src/index.ts` exports. */
const exported = parse('index.ts').flatMap((statement) =>
  ts.isExportDeclaration(statement) && statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
    ? statement.exportClause.elements.map(({ name }) => name.text)
    : [],
);

/** Exported declarations of all files, by name: what a file keeps to itself is part of what it exports. */
const declarations = new Map(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => parse(file))
    .flatMap((node) => {
      const isNamed = ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
      const isExported = /^export\b/.test(node.getText());
      return isExported && (isNamed || ts.isFunctionDeclaration(node)) && node.name
        ? [[node.name.text, node] as const]
        : [];
    }),
);

/** Names of the types that a declaration refers to, apart from what only its code does. */
function typesIn(node: ts.Node): readonly string[] {
  if (ts.isBlock(node) || (ts.isPropertyDeclaration(node) && ts.isPrivateIdentifier(node.name))) return [];
  const named = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node) && node.expression;
  const own = named && ts.isIdentifier(named) ? [named.text] : [];
  const inside: string[] = [];
  ts.forEachChild(node, (child) => void inside.push(...typesIn(child)));
  return [...own, ...inside];
}

it('every type that an exported declaration refers to is exported', () => {
  const referred = exported.flatMap((name) => {
    const declaration = declarations.get(name);
    return declaration === undefined ? [] : typesIn(declaration);
  });

  expect(exported.length).toBeGreaterThan(20);
  expect([...new Set(referred)].filter((name) => declarations.has(name) && !exported.includes(name))).toEqual([]);
});
