/**
 * The tree-sitter runtime and its grammars, loaded from the npm package on first use.
 *
 * The runtime is WebAssembly: trees live outside the garbage collector, so nothing of it leaves `parseSpans`. A crash
 * inside it poisons the whole instance; the next parse then starts a fresh one, so that one bad file never changes how
 * the files after it are cut.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { syntaxSpans, type Spans } from './syntaxSpans.js';

type Runtime = typeof import('@vscode/tree-sitter-wasm');
type Parser = InstanceType<Runtime['Parser']>;

const require = createRequire(import.meta.url);
const PACKAGE = '@vscode/tree-sitter-wasm';

/**
 * Parsing is given up after this many progress reports (one for each 100 parser operations) a UTF-16 unit of text, plus
 * a constant. A count and not a clock, so that the same text is always cut the same way; ordinary code needs under 0.02.
 */
const REPORTS_PER_UNIT = 0.5;
const REPORTS_FLOOR = 2000;

export interface Grammars {
  /** Row spans of the multi-line syntax nodes, or null where the grammar gave up on the text. */
  parseSpans(text: string, grammar: string): Promise<Spans | null>;
}

async function startRuntime(): Promise<Runtime> {
  delete require.cache[require.resolve(PACKAGE)];
  const runtime = require(PACKAGE) as Runtime;
  await runtime.Parser.init();
  return runtime;
}

export function loadGrammars(): Grammars {
  let runtime: Promise<Runtime> | undefined;
  let parsers = new Map<string, Promise<Parser>>();

  async function makeParser(grammar: string): Promise<Parser> {
    try {
      const { Parser, Language } = await (runtime ??= startRuntime());
      const parser = new Parser();
      parser.setLanguage(await Language.load(join(dirname(require.resolve(PACKAGE)), `tree-sitter-${grammar}.wasm`)));
      return parser;
    } catch (cause) {
      // Cutting by lines instead would give another index for the same tree on another machine.
      const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
      throw new Error(`the ${grammar} grammar of ${PACKAGE} does not load (${reason}); reinstall hefc's packages with npm ci`, { cause });
    }
  }

  return {
    async parseSpans(text, grammar) {
      let made = parsers.get(grammar);
      if (!made) parsers.set(grammar, (made = makeParser(grammar)));
      const parser = await made;
      let reports = 0;
      const limit = REPORTS_FLOOR + text.length * REPORTS_PER_UNIT;
      try {
        const tree = parser.parse(text, null, { progressCallback: () => ++reports > limit });
        if (!tree) {
          parser.reset();
          return null;
        }
        try {
          return syntaxSpans(tree);
        } finally {
          tree.delete();
        }
      } catch {
        runtime = undefined;
        parsers = new Map();
        return null;
      }
    },
  };
}
