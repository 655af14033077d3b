/**
 * What a file imports, and where each imported name is first used: read from the syntax tree, so that names in strings,
 * comments and attribute positions are no uses.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { grammarOf, languageOf } from '../../../daemon/chunker/language.js';

type Runtime = typeof import('@vscode/tree-sitter-wasm');
type Parser = InstanceType<Runtime['Parser']>;
type Node = NonNullable<ReturnType<Parser['parse']>>['rootNode'];

/** One name an import gives to the file. */
export interface Binding {
  /** The name as the file uses it. */
  local: string;
  /** Python: a dotted name, dots in front when relative. Scripts: the specifier as written. */
  module: string;
  /** What is taken out of the module; null when the name stands for the module itself. */
  name: string | null;
}

export interface FileImports {
  bindings: Binding[];
  /** 0-based line of each local name's first use outside imports; absent when there is none, or when it is given anew before. */
  firstUse: Map<string, number>;
}

const require = createRequire(import.meta.url);
const PACKAGE = '@vscode/tree-sitter-wasm';
const parsers = new Map<string, Promise<Parser>>();

async function openParser(grammar: string): Promise<Parser> {
  const { Parser, Language } = require(PACKAGE) as Runtime;
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(join(dirname(require.resolve(PACKAGE)), `tree-sitter-${grammar}.wasm`)));
  return parser;
}

/** Reads a Python, TypeScript or JavaScript file; nothing is imported by a file of another language. */
export async function importsOf(path: string, text: string): Promise<FileImports> {
  const grammar = grammarOf(languageOf(path));
  if (grammar === undefined || !['python', 'typescript', 'tsx', 'javascript'].includes(grammar)) return { bindings: [], firstUse: new Map() };
  let parser = parsers.get(grammar);
  if (parser === undefined) parsers.set(grammar, (parser = openParser(grammar)));
  const tree = (await parser).parse(text);
  if (tree === null) return { bindings: [], firstUse: new Map() };
  try {
    const python = grammar === 'python';
    const bindings = python ? pythonBindings(tree.rootNode) : scriptBindings(tree.rootNode);
    return { bindings, firstUse: firstUses(tree.rootNode, new Set(bindings.map(({ local }) => local)), python) };
  } finally {
    tree.delete();
  }
}

const children = (node: Node, field: string): Node[] => node.childrenForFieldName(field).filter((each) => each !== null);
const textOf = (node: Node, field: string): string => node.childForFieldName(field)?.text ?? '';
const named = (node: Node): Node[] => node.namedChildren.filter((each) => each !== null);
const below = (node: Node, types: string[]): Node[] => node.descendantsOfType(types).filter((each) => each !== null);

function pythonBindings(root: Node): Binding[] {
  return below(root, ['import_statement', 'import_from_statement']).flatMap((statement) => {
    const from = statement.type === 'import_from_statement' ? textOf(statement, 'module_name').replace(/\s/g, '') : undefined;
    return children(statement, 'name').map((item): Binding => {
      const aliased = item.type === 'aliased_import';
      const name = aliased ? textOf(item, 'name') : item.text;
      const local = aliased ? textOf(item, 'alias') : from === undefined ? name.split('.')[0]! : name;
      return from === undefined ? { local, module: name, name: null } : { local, module: from, name };
    });
  });
}

function scriptBindings(root: Node): Binding[] {
  const bindings: Binding[] = [];
  const add = (local: string, module: string, name: string | null): void => void bindings.push({ local, module, name });
  for (const statement of below(root, ['import_statement'])) {
    const requiring = below(statement, ['import_require_clause'])[0];
    const source = unquoted(textOf(requiring ?? statement, 'source'));
    for (const part of [...below(statement, ['import_clause']).flatMap(named), ...(requiring ? named(requiring) : [])]) {
      if (part.type === 'identifier') add(part.text, source, requiring ? null : 'default');
      else if (part.type === 'namespace_import') add(named(part)[0]?.text ?? '', source, null);
      else if (part.type === 'named_imports') for (const item of named(part)) add(textOf(item, 'alias') || textOf(item, 'name'), source, textOf(item, 'name'));
    }
  }
  for (const { declarator, source } of requireCalls(root)) {
    const pattern = declarator.childForFieldName('name');
    if (pattern?.type === 'identifier') add(pattern.text, source, null);
    else if (pattern?.type === 'object_pattern') {
      for (const item of named(pattern)) {
        if (item.type === 'shorthand_property_identifier_pattern') add(item.text, source, item.text);
        else if (item.type === 'pair_pattern') add(textOf(item, 'value'), source, textOf(item, 'key'));
      }
    }
  }
  return bindings;
}

/** `const … = require('…')`, or a property of what it gives. */
function requireCalls(root: Node): { declarator: Node; source: string }[] {
  return below(root, ['variable_declarator']).flatMap((declarator) => {
    const match = /^require\(\s*(['"])([^'"]+)\1\s*\)(?:\.\w+)?$/.exec(textOf(declarator, 'value'));
    return match === null ? [] : [{ declarator, source: match[2]! }];
  });
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}

const NAMES = ['identifier', 'type_identifier', 'shorthand_property_identifier'];
const IMPORTS = new Set(['import_statement', 'import_from_statement', 'future_import_statement']);
/** Parents, or parents with a field, under which a name is given anew rather than used. */
const GIVES = new Set(['parameters', 'lambda_parameters', 'typed_parameter', 'list_splat_pattern', 'dictionary_splat_pattern', 'formal_parameters']);
const GIVES_AS: Record<string, string> = {
  function_definition: 'name', class_definition: 'name', default_parameter: 'name', typed_default_parameter: 'name', assignment: 'left',
  function_declaration: 'name', class_declaration: 'name', required_parameter: 'pattern', optional_parameter: 'pattern', variable_declarator: 'name', arrow_function: 'parameter',
};
/** Where a name is that of a member or of an argument, and so none of the file's. */
const FOREIGN: Record<string, string> = { attribute: 'attribute', keyword_argument: 'name', nested_type_identifier: 'name' };

function firstUses(root: Node, locals: ReadonlySet<string>, python: boolean): Map<string, number> {
  const found = new Map<string, number | null>();
  const requires = python ? [] : requireCalls(root).map(({ declarator }) => declarator);
  for (const node of below(root, NAMES)) {
    const name = node.text;
    if (!locals.has(name) || found.has(name) || isImport(node) || stands(node, FOREIGN)) continue;
    if (requires.some((declarator) => declarator.startIndex <= node.startIndex && node.endIndex <= declarator.endIndex)) continue;
    found.set(name, stands(node, GIVES_AS) || GIVES.has(node.parent?.type ?? '') ? null : node.startPosition.row);
  }
  return new Map([...found].flatMap(([name, row]) => (row === null ? [] : [[name, row]])));
}

function isImport(node: Node): boolean {
  for (let at: Node | null = node; at !== null; at = at.parent) if (IMPORTS.has(at.type)) return true;
  return false;
}

/** Whether the node is that field of its parent. */
function stands(node: Node, fields: Record<string, string>): boolean {
  const field = fields[node.parent?.type ?? ''];
  return field !== undefined && node.parent!.childForFieldName(field)?.id === node.id;
}
