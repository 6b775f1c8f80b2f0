import ts from 'typescript';
import { expect, test } from 'vitest';
import { textOf } from './support.ts';

const codes = unionOf('src/error-code.ts', 'ErrorCode');
const headings = [...textOf('docs/errors.md').matchAll(/^## (.*)$/gm)].map(([, title]) => title);

function unionOf(path: string, name: string): readonly string[] {
  const source = ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true);
  const declaration = source.statements.find((statement) => ts.isTypeAliasDeclaration(statement) && statement.name.text === name);
  if (declaration === undefined || !ts.isTypeAliasDeclaration(declaration) || !ts.isUnionTypeNode(declaration.type)) {
    throw new Error(`${path} has no union ${name}`);
  }
  return declaration.type.types.map((member) => {
    if (ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal)) return member.literal.text;
    throw new Error(`${path}: a member of ${name} is not a string literal: ${member.getText()}`);
  });
}

test('every error code has one heading in docs/errors.md, and every heading is an error code', () => {
  expect(headings.toSorted()).toEqual(codes.map((code) => `\`${code}\``).toSorted());
});

test('the error codes are in alphabetical order, in the source and in the document', () => {
  expect(codes).toEqual(codes.toSorted());
  expect(headings).toEqual(headings.toSorted());
});
