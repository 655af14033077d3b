/**
 * The command tree: names, options, help and examples. What a command does lies in commands/ and is loaded only when
 * that command runs.
 */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../daemon/ipc/packageRoot.js';
import type { ServeOptions } from './commands/serve.js';
import type { UiOptions } from './commands/ui.js';
import { CONTEXTS, DEFAULTS, LEAST, share, wholeNumber, type PlaceOptions } from './place.js';
import { SHELLS, type Shell } from './shells.js';
import { SUGGEST_DEFAULTS, type SuggestOptions } from './suggestOptions.js';

export function buildProgram(): Command {
  const program = new Command('hefc')
    .description('Local code completion from vectors fused out of your Git repository.')
    .version(packageVersion())
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) });
  examples(program, ['hefc init', 'hefc complete --file src/main.ts --line 10 --column 4', 'hefc doctor']);
  program.addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 usage, 3 no daemon, 4 not a repository, 5 timed out.');

  addSetup(program);
  addCompletion(program);
  addShell(program);
  addCare(program);
  addDaemon(program);
  addHooks(program);
  addModel(program);
  addMeasurement(program);
  return program;
}

function addSetup(program: Command): void {
  examples(program.command('init').description('set this repository up: hooks, database, first index'), ['hefc init', 'hefc init --no-hooks', 'hefc init --shared'])
    .option('--no-hooks', 'leave the Git hooks alone; the index is then brought up to date at each request')
    .option('--shared', 'also write into a hooks folder that other clones or repositories use')
    .action(async (options: { hooks: boolean; shared?: boolean }) => (await import('./commands/init.js')).init(options));
  examples(program.command('uninit').description('take the hooks out and delete the database'), ['hefc uninit'])
    .action(async () => (await import('./commands/uninit.js')).uninit());
  examples(program.command('index').description('bring the index to the current commit'), ['hefc index', 'hefc index --wait', 'hefc index --all', 'hefc index --pause'])
    .option('--wait', 'wait for the end and show the progress')
    .option('--all', 'every local branch and linked worktree as well, so that switching fuses nothing; always waits')
    .addOption(new Option('--pause', 'stop indexing this repository until --resume').conflicts(['wait', 'all', 'resume']))
    .addOption(new Option('--resume', 'go on indexing after --pause').conflicts(['wait', 'all']))
    .option('--json', 'print one JSON object')
    .action(async (options: { wait?: boolean; all?: boolean; pause?: boolean; resume?: boolean; json?: boolean }) => (await import('./commands/indexRepository.js')).indexRepository(options));
}

function addCompletion(program: Command): void {
  const complete = program.command('complete').description('complete the code at a place in a file');
  examples(placeOptions(complete), [
    'hefc complete --file src/main.ts --line 10 --column 4',
    'hefc complete --file src/main.ts --line 10 --column 4 --stdin --json <buffer',
    'head -n 40 lib/a.py | hefc complete --stdin --file lib/a.py',
    'hefc complete --file lib/a.py --line 3 --column 0 --context none',
  ]).action(async (options: PlaceOptions) => (await import('./commands/complete.js')).complete(options));
  const explain = program.command('explain').description('complete, and tell what the completion was made from');
  examples(placeOptions(explain), ['hefc explain --file src/main.ts --line 10 --column 4', 'hefc explain --file src/main.ts --line 10 --column 4 --json'])
    .action(async (options: PlaceOptions) => (await import('./commands/explain.js')).explain(options));
  examples(program.command('lsp').description('serve an editor: a language server on standard input and output'), ['hefc lsp'])
    .option('--stdio', 'the only way it speaks; taken because editors pass it')
    .addOption(new Option('--clientProcessId <pid>', 'end when this process has ended; some editors pass it'))
    .action(async () => (await import('./commands/lsp.js')).lsp());
  examples(doorOptions(program.command('serve').description("serve editors over HTTP on this machine: llama.cpp's /infill, OpenAI's /v1/completions"), 8012), ['hefc serve', 'hefc serve --repo ~/work/shop --port 8013', 'hefc serve --show-token'])
    .option('--show-token', 'print the token that clients send, and end')
    .option('--no-token', 'ask for none: every program and user of this machine can then have completions')
    .action(async (options: ServeOptions) => (await import('./commands/serve.js')).serve(options));
  examples(doorOptions(program.command('ui').description('show the index and the last completions on a page in the browser'), 0), ['hefc ui', 'hefc ui --no-open --port 8014'])
    .option('--no-open', 'print the address, and open no browser')
    .action(async (options: UiOptions) => (await import('./commands/ui.js')).ui(options));
}

function doorOptions(command: Command, port: number): Command {
  return command
    .option('--repo <folder>', 'the repository to serve (default: the one around the working directory)')
    .option('--host <address>', '127.0.0.1 or ::1', '127.0.0.1')
    .option('--port <n>', '0: a free one', number(0, 65_535), port);
}

function addShell(program: Command): void {
  examples(program.command('shell').description('print what bash, zsh or fish reads to complete command lines at a key, and hefc itself at TAB'), ['eval "$(hefc shell bash)"', 'eval "$(hefc shell zsh)"', 'hefc shell fish | source'])
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .action(async (name: Shell) => (await import('./commands/shell.js')).shell(name));
  examples(program.command('suggest').description('complete a command line, read from standard input, from the commands in the files of this repository'), ["printf %s 'npm run t' | hefc suggest", "printf %s 'make ' | hefc suggest --limit 3 --json", "printf 'make \\0 --silent' | hefc suggest", 'hefc suggest --limit 3 <line'])
    .option('--history', 'use the history that follows the line; never without this')
    .option('--limit <n>', 'how many at most', number(1), SUGGEST_DEFAULTS.limit)
    .option('--timeout <ms>', 'time for the answer, the start of a daemon included', number(1), SUGGEST_DEFAULTS.timeout)
    .addOption(new Option('--null', 'for scripts: why there is nothing (or nothing), then what is to stand left of the cursor, each ended by a NUL').conflicts('json'))
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nA NUL in the line stands for the cursor; after another one come lines of history, each ended by a NUL.')
    .action(async (options: SuggestOptions) => (await import('./commands/suggest.js')).suggest(options));
}

function placeOptions(command: Command): Command {
  return command
    .requiredOption('--file <path>', 'the file')
    .option('--line <n>', 'line of the cursor, from 1; with --stdin it may be left out, for the last one', number(LEAST.line))
    .option('--column <n>', 'UTF-16 code units left of the cursor, from 0; with --stdin it may be left out, for the end of the line', number(LEAST.column))
    .option('--stdin', "read the buffer's text from standard input; the file need not be saved or exist")
    .addOption(new Option('--context <mode>', 'what goes into the prompt besides the file').choices(CONTEXTS).default(DEFAULTS.context))
    .option('--max-tokens <n>', 'length limit of the completion', number(LEAST.maxTokens))
    .option('--timeout <ms>', 'time for the answer, counted from a running daemon', number(LEAST.timeout), DEFAULTS.timeout)
    .option('--block', 'several lines where a block begins, as far as they are likely')
    .option('--min-confidence <share>', 'offer nothing less likely to be the line meant, 0 to 1 (default: 0)', chance)
    .option('--json', 'print one JSON object');
}

function addCare(program: Command): void {
  examples(program.command('status').description('what is indexed, and by which daemon'), ['hefc status', 'hefc status --json'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/status.js')).status(options));
  examples(program.command('doctor').description('check the installation and name what is wrong and how to mend it'), ['hefc doctor', 'hefc doctor --json'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/doctor.js')).doctor(options));
  examples(program.command('gc').description('delete what no branch of this repository needs any more'), ['hefc gc'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/gc.js')).gc(options));
  examples(program.command('purge').description('delete the database of this repository; it is rebuilt when needed'), ['hefc purge'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/purge.js')).purge(options));
}

function addDaemon(program: Command): void {
  const daemon = program.command('daemon').description('start, stop and watch the background process');
  examples(daemon, ['hefc daemon status', 'hefc daemon stop']);
  examples(daemon.command('start').description('start it, unless it runs already'), ['hefc daemon start'])
    .action(async () => (await import('./commands/daemon.js')).start());
  examples(daemon.command('stop').description('stop it; the next command that needs it starts it again'), ['hefc daemon stop'])
    .action(async () => (await import('./commands/daemon.js')).stop());
  examples(daemon.command('status').description('is one running? (starts none)'), ['hefc daemon status --json'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/daemon.js')).status(options));
  examples(daemon.command('logs').description('show the end of its log'), ['hefc daemon logs', 'hefc daemon logs -f', 'hefc daemon logs -n 500'])
    .option('-f, --follow', 'go on printing new lines')
    .option('-n, --lines <n>', 'how many lines', number(1), 50)
    .action(async (options: { follow?: boolean; lines: number }) => (await import('./commands/daemonLogs.js')).logs(options));
  examples(daemon.command('run').description('run it in the foreground'), ['hefc daemon run'])
    .action(async () => (await import('./commands/daemon.js')).run());
}

function addHooks(program: Command): void {
  const hooks = program.command('hooks').description('the Git hooks that tell the daemon what changed');
  examples(hooks, ['hefc hooks status', 'hefc hooks uninstall']);
  examples(hooks.command('install').description('add our block to the four hooks; whatever is there stays'), ['hefc hooks install', 'hefc hooks install --shared'])
    .option('--shared', 'also write into a hooks folder that other clones or repositories use')
    .option('--json', 'print one JSON object')
    .action(async (options: { shared?: boolean; json?: boolean }) => (await import('./commands/hooks.js')).install(options));
  examples(hooks.command('uninstall').description('take our block out and restore the hooks exactly'), ['hefc hooks uninstall'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/hooks.js')).uninstall(options));
  examples(hooks.command('status').description('which hooks carry our block'), ['hefc hooks status --json'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/hooks.js')).status(options));
}

function addModel(program: Command): void {
  const model = program.command('model').description('the model bundles on this machine');
  examples(model, ['hefc model list', 'hefc model use nano']);
  examples(model.command('list').description('list the bundles; the one in use is starred'), ['hefc model list', 'hefc model list --json'])
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => (await import('./commands/model.js')).list(options));
  examples(model.command('use').description('complete with this one from now on'), ['hefc model use nano'])
    .addArgument(new Argument('<name>', 'a name of `hefc model list`'))
    .action(async (name: string) => (await import('./commands/model.js')).use(name));
  examples(model.command('add').description('check a bundle folder and copy it to your own bundles'), ['hefc model add ~/downloads/small'])
    .addArgument(new Argument('<folder>', 'a folder that holds bundle.json'))
    .action(async (folder: string) => (await import('./commands/model.js')).add(folder));
  examples(model.command('import').description('make a bundle from a Hugging Face checkpoint folder (Llama or Qwen2 shape)'), ['hefc model import ~/checkpoints/coder --name coder'])
    .addArgument(new Argument('<folder>', 'a folder with config.json, tokenizer.json and safetensors'))
    .option('--name <name>', "name of the bundle (default: the folder's name)")
    .action(async (folder: string, options: { name?: string }) => (await import('./commands/model.js')).importCheckpoint(folder, options));
}

function addMeasurement(program: Command): void {
  for (const [name, description, usage, lines] of [
    ['eval', 'measure completion quality on lines of your own repository, or on pointer tasks', '--sample N [--cross-file] [--repo DIR] [--seed S] | TASKS --repos DIR [--limit N], both with [--context LIST] [--fim] [--json] [--out FILE] [--details FILE] [--bundle DIR]', ['hefc eval --sample 100', 'hefc eval --sample 50 --cross-file --context none,hef,product', 'hefc eval tasks.jsonl --repos ~/repositories --limit 200', 'hefc eval tasks.jsonl --repos ~/repositories --context none,hef,product --json']],
    ['bench', 'measure speed and size against the budgets, how they grow, where time goes, or compare with what else could be done', '[--repo DIR] [--quick] [--full] [--json | --markdown] | compare [the arguments of hefc eval] | growth | profile | typing | replay [arguments of docs/measuring.md]', ['hefc bench --quick', 'hefc bench compare --sample 40', 'hefc bench growth --sizes 1000,10000', 'hefc bench profile', 'hefc bench typing --minutes 30', 'hefc bench replay --lines 100', 'hefc bench --repo ~/repositories/django --full --json', 'hefc bench --full --markdown >performance.md']],
  ] as const) {
    const command = program.command(name).description(description).usage(usage).allowUnknownOption().allowExcessArguments();
    examples(command, [...lines]).argument('[arguments...]', 'passed on as they are').action(async (given: string[]) => (await import('./commands/measure.js')).measure(name, given));
  }
}

function examples(command: Command, lines: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}

function number(least: number, most = Infinity): (text: string) => number {
  return (text) => {
    const value = wholeNumber(text, least);
    if (value === undefined || value > most) throw new InvalidArgumentError(`It must be a whole number from ${least}${most === Infinity ? '' : ` to ${most}`}.`);
    return value;
  };
}

function chance(text: string): number {
  const value = share(text);
  if (value === undefined) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

/** Commander's message, which may span lines, as one line of ours. */
function usageLine(text: string): string {
  return `hefc: ${text.replace(/^error: /, '').trim().replace(/\s*\n\s*/g, ' ').replace(/\.$/, '')}; see: hefc --help\n`;
}
