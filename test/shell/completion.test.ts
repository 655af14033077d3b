/** TAB after hefc offers what commander's own tree takes, command by command, in each shell. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildProgram } from '../../client/program.js';
import { SHELLS, type Shell } from '../../client/shells.js';
import { installed, makeBin } from './terminal.js';

const test = suite('shell: completion');
let folder: string;
test.before(() => void (folder = mkdtempSync(path.join(tmpdir(), 'hefc-shell-'))));
test.after(() => rmSync(folder, { recursive: true }));

interface Expected {
  words: string[];
  /** What is offered before a dash is typed; undefined: not told by the tree alone. */
  names: string[] | undefined;
  flags: string[];
}

/** Read from commander here, by other means than the program reads it. */
function expectations(command: Command, words: string[]): Expected[] {
  const below = command.commands;
  const [argument] = command.registeredArguments;
  const names = below.length > 0 ? [...below.map((one) => one.name()), 'help'] : argument?.argChoices;
  const flags = [...command.options.map(({ long }) => long ?? ''), '--help'].filter((flag) => flag !== '');
  return [{ words, names: names && [...names], flags }, ...below.flatMap((one) => expectations(one, [...words, one.name()]))];
}
const EXPECTED = expectations(buildProgram(), ['hefc']);

/** For each line, completed at its end, the words that the shell's own completion is given. */
const ASKING: Record<Shell, { command: string; program(lines: string[][]): string }> = {
  bash: {
    command: 'bash',
    program: (lines) => `eval "$(hefc shell bash)"\n${lines.map((words) => `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}; __hefc_complete; printf '%s ' "\${COMPREPLY[@]}"; echo`).join('\n')}`,
  },
  zsh: {
    command: 'zsh',
    // Completion proper runs only at a prompt (shells.test.ts): here its two doors write down what they are given.
    program: (lines) => `eval "$(hefc shell zsh)"
_describe() { local array=$@[-1]; [[ $array == option ]] && array=options; [[ $array == command ]] && array=commands; print -rn -- "\${(@)\${(@P)array}%%:*} " }
compadd() { shift; print -rn -- "$* " }
${lines.map((words) => `words=(${words.map((word) => `'${word}'`).join(' ')}) CURRENT=${words.length} PREFIX='${words.at(-1)}'; _hefc; echo`).join('\n')}`,
  },
  fish: { command: 'fish', program: (lines) => `hefc shell fish | source\n${lines.map((words) => `echo (complete --do-complete '${words.join(' ')}' | string split --fields 1 \\t)`).join('\n')}` },
};

function offered(shell: Shell, lines: string[][]): string[][] {
  const { command, program } = ASKING[shell];
  const environment = { ...process.env, HOME: folder, PATH: `${makeBin(folder)}:${process.env.PATH}` };
  const ran = spawnSync(command, ['-c', program(lines)], { cwd: folder, env: environment, encoding: 'utf8' });
  assert.is(ran.stderr, '');
  const answers = ran.stdout.split('\n').slice(0, lines.length);
  assert.is(answers.length, lines.length, ran.stdout);
  return answers.map((answer) => answer.split(' ').filter((word) => word !== ''));
}

for (const shell of SHELLS) {
  const here = installed(shell) ? test : test.skip;
  here(`${shell}: every command's subcommands, words and options are offered, no more and no less`, () => {
    const named = EXPECTED.filter(({ names }) => names !== undefined);
    const names = offered(shell, named.map(({ words }) => [...words, '']));
    named.forEach(({ words, names: expected }, at) => assert.equal([...names[at]!].sort(), [...expected!].sort(), words.join(' ')));
    const flags = offered(shell, EXPECTED.map(({ words }) => [...words, '--']));
    EXPECTED.forEach(({ words, flags: expected }, at) => {
      const long = flags[at]!.filter((flag) => flag.startsWith('--'));
      // What measuring commands take stands in their usage alone.
      if (['eval', 'bench'].includes(words[1] ?? '')) assert.equal(expected.filter((flag) => !long.includes(flag)), [], words.join(' '));
      else assert.equal([...new Set(long)].sort(), [...expected].sort(), words.join(' '));
    });
  });

  here(`${shell}: values of options and arguments are offered`, () => {
    const [contexts, shells, models, benches] = offered(shell, [['hefc', 'complete', '--context', ''], ['hefc', 'shell', ''], ['hefc', 'model', 'use', ''], ['hefc', 'bench', '']]);
    assert.equal([...contexts!].sort(), ['hef', 'none', 'snippet']);
    assert.equal([...shells!].sort(), [...SHELLS].sort());
    assert.equal(['nano', 'small'].filter((name) => !models!.includes(name)), []);
    assert.equal([...benches!].sort(), ['compare', 'growth', 'profile', 'replay', 'typing']);
  });
}

test.run();
