import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CHUNK_TOKENS, createChunker, linesOf, type Chunker } from '../../daemon/chunker/chunker.js';
import { languageOf } from '../../daemon/chunker/language.js';
import { countByRule, ruleCounter } from './ruleCounter.js';
import { FUNCTION_END, FUNCTION_START, SAMPLES } from './samples.js';

const test = suite('chunker');
let chunker: Chunker;
test.before(async () => {
  chunker = await createChunker(ruleCounter);
});

/** Chunks a text, checks what must hold of any text, and returns the chunks' texts. */
async function check(text: string, language: string): Promise<string[]> {
  const bytes = Buffer.from(text);
  const lines = linesOf(text);
  const chunks = await chunker.chunk(text, language);
  const parts = chunks.map((chunk) => bytes.subarray(chunk.startByte, chunk.endByte).toString());
  assert.ok(Buffer.concat(chunks.map((chunk) => bytes.subarray(chunk.startByte, chunk.endByte))).equals(bytes), `${language}: bytes are lost`);
  let line = 0;
  chunks.forEach((chunk, k) => {
    assert.is(chunk.startLine, line);
    assert.ok(chunk.endLine > chunk.startLine);
    assert.is(parts[k], lines.slice(chunk.startLine, chunk.endLine).join(''));
    assert.ok(countByRule(parts[k]!) <= CHUNK_TOKENS || chunk.endLine === chunk.startLine + 1, `${language}: chunk ${k} is too large`);
    line = chunk.endLine;
  });
  assert.is(line, lines.length);
  return parts;
}

/** A small repeatable generator, so that a failing text can be found again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

for (const [language, text] of Object.entries(SAMPLES)) {
  test(`the chunks of ${language} concatenate to the file, whatever its line ends`, async () => {
    await check(text, language);
    await check(text.replaceAll('\n', '\r\n'), language);
    await check(text.trimEnd(), language);
    await check(`\uFEFF${text}\n\n\n`, language);
    await check(text.replaceAll('sensor', 'größe_𝒳'), language);
  });
}

test('chunks are well filled', async () => {
  for (const [language, text] of Object.entries(SAMPLES)) {
    const parts = await check(text, language);
    assert.ok(parts.length > 2, language);
    assert.ok(countByRule(text) / parts.length >= 70, `${language}: ${countByRule(text) / parts.length} tokens a chunk`);
  }
});

test('a function that fits is never cut', async () => {
  for (const [language, start] of Object.entries(FUNCTION_START)) {
    const text = SAMPLES[language]!;
    const lines = linesOf(text);
    const parts = await check(text, language);
    const cuts = new Set<number>();
    parts.reduce((line, part) => {
      cuts.add(line);
      return line + linesOf(part).length;
    }, 0);
    let functions = 0;
    for (let line = 0; line < lines.length; line++) {
      if (!start.test(lines[line]!)) continue;
      functions++;
      for (let inside = line + 1; ; inside++) {
        assert.not.ok(cuts.has(inside), `${language}: cut before line ${inside}: ${lines[inside]}`);
        if (FUNCTION_END[language]!.test(lines[inside]!)) break;
      }
    }
    assert.is(functions, 9, language);
  }
});

test('a comment, a decorator and the blank line above stay with the function they precede', async () => {
  const parts = await check(SAMPLES['python']!, 'python');
  for (const part of parts.slice(1)) assert.match(part, /^\n# Keeps/);
  for (const part of (await check(SAMPLES['rust']!, 'rust')).slice(1)) assert.match(part, /^\n\/\/\/ Reads/);
});

test('a function too large for a chunk is cut between its statements', async () => {
  const statement = (k: number): string => `    if ready_${k}:\n        start(\n            motor_${k},\n            speed=${k},\n        )\n`;
  const parts = await check(`def run():\n${Array.from({ length: 30 }, (_, k) => statement(k)).join('')}`, 'python');
  assert.ok(parts.length > 2);
  for (const part of parts.slice(1)) assert.match(part, /^ {4}if ready/);
});

test('an empty file has no chunks', async () => {
  for (const language of Object.keys(SAMPLES)) assert.equal(await chunker.chunk('', language), []);
});

test('a line longer than a chunk is a chunk by itself', async () => {
  const long = `x = [${'1, '.repeat(300)}]\n`;
  const parts = await check(`a = 1\n${long}b = 2\n`, 'python');
  assert.equal(parts, ['a = 1\n', long, 'b = 2\n']);
});

test('text of no known syntax, broken code and random text lose nothing', async () => {
  const next = random(7);
  const alphabet = [...'abcdef(){}[]"\'`:;.,@#/*\\ \t\n\n\r', '\r\n', '\n    ', 'def ', 'class ', 'é', '漢', '𝒳', '\u2028', '"""', '${', '*/', '/*'];
  for (const language of Object.keys(SAMPLES)) {
    for (let round = 0; round < 12; round++) {
      const length = next(3000);
      await check(Array.from({ length }, () => alphabet[next(alphabet.length)]).join(''), language);
    }
    const cut = SAMPLES[language]!;
    await check(cut.slice(next(200), cut.length - next(200)), language);
  }
});

test('a text is cut the same way whatever was chunked before, also by a fresh chunker', async () => {
  const fresh = await createChunker(ruleCounter);
  for (const [language, text] of Object.entries(SAMPLES)) {
    const broken = text.slice(text.length / 2);
    const first = await chunker.chunk(text, language);
    await chunker.chunk(broken, language);
    assert.equal(await chunker.chunk(text, language), first);
    assert.equal(await fresh.chunk(text, language), first);
  }
});

test('deep nesting is walked without exhausting the stack', async () => {
  const depth = 20000;
  await check(`x = ${'[\n'.repeat(depth)}${']\n'.repeat(depth)}`, 'python');
});

test('a path is read by its extension, and everything else as text', () => {
  const languages: Record<string, string> = {
    'a/b.py': 'python', 'x.pyi': 'python', 'x.ts': 'typescript', 'x.d.mts': 'typescript', 'x.TSX': 'tsx', 'x.jsx': 'javascript', 'x.cjs': 'javascript',
    'm.go': 'go', 'm.rs': 'rust', 'M.java': 'java', 'm.c': 'c', 'm.h': 'c', 'm.cpp': 'cpp', 'm.hpp': 'cpp',
    'README.md': 'text', 'a.json': 'text', 'Makefile': 'text', '.py/x': 'text', 'x.constructor': 'text', '': 'text',
  };
  for (const [path, language] of Object.entries(languages)) assert.is(languageOf(path), language, path);
});

test.run();
