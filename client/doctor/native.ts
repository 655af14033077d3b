/** Loads and exercises each native part in its own child process: a crash there costs one line of the report. */
import { runCode } from '../inChild.js';
import { finding, type Finding } from './check.js';

const TIMEOUT_MS = 60_000;
const REINSTALL = 'reinstall in the hefc folder: npm ci (C++ build tools and Python are needed where no prebuilt file exists)';

export const NATIVE_PARTS: readonly { name: string; fix: string; code: string }[] = [
  {
    name: 'better-sqlite3',
    fix: `${REINSTALL}; or rebuild it for this Node: npm rebuild better-sqlite3`,
    code: `const { default: Database } = await import('better-sqlite3'); const db = new Database(':memory:'); db.exec('create virtual table t using fts5(x)'); console.log('SQLite ' + db.prepare('select sqlite_version()').pluck().get() + ' with FTS5');`,
  },
  {
    name: 'sqlite-vec',
    fix: REINSTALL,
    code: `const { default: Database } = await import('better-sqlite3'); const vec = await import('sqlite-vec'); const db = new Database(':memory:'); vec.load(db); db.exec('create virtual table v using vec0(embedding int8[8])'); console.log(db.prepare('select vec_version()').pluck().get());`,
  },
  {
    name: 'onnxruntime-node',
    fix: REINSTALL,
    code: `process.env.ORT_DISABLE_TELEMETRY = '1'; const ort = await import('onnxruntime-node'); const found = ort.listSupportedBackends().map((b) => b.name); if (!found.includes('cpu')) throw new Error('it offers no cpu provider'); const t = new ort.Tensor('float32', new Float32Array(4), [2, 2]); if (t.size !== 4) throw new Error('tensors do not work'); console.log('ONNX Runtime ' + ort.env.versions.node + ', providers ' + found.join(' '));`,
  },
  {
    name: 'tokenizers',
    fix: REINSTALL,
    code: `const t = await import('tokenizers'); if (typeof (t.Tokenizer ?? t.default?.Tokenizer)?.fromString !== 'function') throw new Error('it loads, but offers no Tokenizer'); console.log('loads');`,
  },
  {
    name: 'tree-sitter',
    fix: REINSTALL,
    code: `const { default: ts } = await import('@vscode/tree-sitter-wasm'); await ts.Parser.init(); new ts.Parser(); console.log('WebAssembly runtime starts');`,
  },
];

export async function nativeFindings(): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const { name, fix, code } of NATIVE_PARTS) found.push(await finding(name, fix, async () => (await runCode(code, { timeout: TIMEOUT_MS })).trim().split('\n').at(-1) ?? ''));
  return found;
}
