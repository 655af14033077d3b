/** The small parts of the HTTP door: marks in prompts, stop strings, guessed languages. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { takeApart } from '../../client/http/fimPrompt.js';
import { guessExtension } from '../../client/http/guessExtension.js';
import { createStopCutter } from '../../client/http/stops.js';
import { isOneOf } from '../../client/http/token.js';

const test = suite('http: parts');

for (const [name, prompt, files] of [
  ['Qwen', '<|fim_prefix|>a\nb<|fim_suffix|>\nc<|fim_middle|>', []],
  ['Qwen with files', '<|repo_name|>shop\n<|file_sep|>x/y.py\nz = 1\n<|file_sep|>q.py\n<|fim_prefix|>a\nb<|fim_suffix|>\nc<|fim_middle|>', ['x/y.py', 'q.py']],
  ['StarCoder', '<file_sep>b.py\nz = 1<file_sep><fim_prefix>a\nb<fim_suffix>\nc<fim_middle>', ['b.py']],
  ['StarCoder, suffix first', '<fim_suffix>\nc<fim_prefix>a\nb<fim_middle>', []],
  ['DeepSeek', '<｜fim▁begin｜>a\nb<｜fim▁hole｜>\nc<｜fim▁end｜>', []],
  ['Code Llama', '<PRE> a\nb <SUF>\nc <MID>', []],
  ['Codestral', '[SUFFIX]\nc[PREFIX]a\nb', []],
  ['CodeGeeX', '<|user|>\n###PATH:q.py\n###LANGUAGE:python\n###MODE:BLOCK\n<|code_suffix|>\nc<|code_prefix|>a\nb<|code_middle|><|assistant|>\n', ['q.py']],
] as const) {
  test(`the marks of ${name} are taken out of a prompt`, () => assert.equal(takeApart(prompt), { above: 'a\nb', below: '\nc', files }));
}

test('a prompt without marks, or with some of them, is left as it is', () => {
  for (const prompt of ['', 'a', '<fim_prefix>a<fim_middle>', 'a <fim_suffix> b', '<fim_middle><fim_suffix><fim_prefix>', 'const PREFIX = "[PREFIX]"']) assert.is(takeApart(prompt), undefined, prompt);
});

test('a text is cut at the first stop string, however it is cut into pieces', () => {
  const text = 'one two\n\nthree END four';
  for (const [stops, cut, met] of [[['END', '\n\n'], 'one two', '\n\n'], [['END'], 'one two\n\nthree ', 'END'], [['five', ''], text, undefined], [[], text, undefined], [['o'], '', 'o']] as const) {
    for (const size of [1, 2, 3, 7, 100]) {
      const cutter = createStopCutter(stops);
      let out = '';
      for (let at = 0; at < text.length; at += size) {
        out += cutter.push(text.slice(at, at + size));
        assert.ok(cut.startsWith(out), 'what was given out stays');
      }
      assert.equal([out + cutter.rest(), cutter.met()], [cut, met]);
    }
  }
});

for (const [extension, text] of Object.entries({
  py: 'import os\n\n\ndef main(args):\n    return os.getcwd()\n',
  go: 'package main\n\nimport (\n\t"fmt"\n)\n\nfunc main() {\n\tx := 1\n',
  rs: 'use std::io;\n\nfn main() -> Result<(), io::Error> {\n    let mut x = 1;\n',
  java: 'package shop;\n\nimport java.util.List;\n\npublic class Shop {\n    public static void main(String[] args) {\n',
  cpp: '#include <vector>\n\nnamespace shop {\nstd::vector<int> all;\n',
  c: '#include <stdio.h>\n#define MORE 1\n\nint main(int argc, char **argv) {\n  shop->open = 1;\n',
  ts: "import { a } from './a.js';\n\nexport function start(port: number): void {\n",
  js: "const a = require('a');\n\nfunction start(port) {\n",
  txt: 'Dear Sir or Madam,\n\nthe shop is closed.\n',
})) {
  test(`a text is taken for .${extension}`, () => assert.is(guessExtension(text), extension));
}

test('a token is compared whole', () => {
  assert.ok(isOneOf('abc', ['x', 'abc']));
  for (const given of ['', 'ab', 'abcd', 'ABC']) assert.not(isOneOf(given, ['abc']));
  assert.not(isOneOf('', []));
});

test.run();
