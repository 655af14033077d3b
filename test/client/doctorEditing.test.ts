/** `hefc doctor` about editors and shells: each fault from real files in a home of its own, and nothing where nothing is. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Finding } from '../../client/doctor/check.js';
import { editorFindings } from '../../client/doctor/editors.js';
import { hefcOnPathFindings } from '../../client/doctor/hefcOnPath.js';
import { homeSettingsFindings } from '../../client/doctor/homeSettings.js';
import { languageServerFinding } from '../../client/doctor/languageServer.js';
import { oldServerFindings } from '../../client/doctor/oldServers.js';
import { pluginCopies } from '../../client/doctor/pluginCopies.js';
import type { UserPlace } from '../../client/doctor/userPlace.js';
import { packageRoot, packageVersion } from '../../daemon/ipc/packageRoot.js';
import { until } from '../daemon/surroundings.js';
import { MAIN } from './command.js';

const test = suite('client: doctor on editing');
const NODE = path.dirname(process.execPath);
let home: string;
let place: UserPlace;
test.before.each(() => {
  home = realpathSync(mkdtempSync(path.join(tmpdir(), 'hefc-h-')));
  process.env.HOME = home;
  place = { home, environment: { PATH: path.join(home, 'bin'), HOME: home } };
  mkdirSync(path.join(home, 'bin'));
});
test.after.each(() => rmSync(home, { recursive: true, force: true }));

/** Makes a file below the home. */
function put(name: string, text: string): string {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
/** The text of a plugin's file as it comes with hefc. */
const shipped = (name: string): string => readFileSync(path.join(packageRoot(), 'client/editors', name), 'utf8');
/** Makes a program on the PATH. */
function program(name: string, body: string): void {
  chmodSync(put(`bin/${name}`, `#!/bin/sh\n${body}\n`), 0o755);
}
const hefc = (): void => program('hefc', `exec '${process.execPath}' '${MAIN}' "$@"`);
/** Another installation, on the PATH as npm links it. */
function installation(version: string): string {
  put('other/package.json', '{"name":"hefc"}');
  const main = put('other/dist/client/hefc.cjs', `#!${process.execPath}\nconsole.log(${JSON.stringify(version)});\n`);
  chmodSync(main, 0o755);
  symlinkSync(main, path.join(home, 'bin/hefc'));
  return main;
}
const shown = (findings: readonly Finding[]): string[] => findings.map(({ name, state, detail, fix }) => `${state} ${name}: ${detail}${fix === undefined ? '' : ` | ${fix}`}`);
function only(findings: readonly Finding[], expected: RegExp): void {
  assert.is(findings.length, 1, shown(findings).join('\n'));
  assert.match(shown(findings)[0]!, expected);
  assert.not.match(shown(findings)[0]!, /\n/);
}

test('no hefc on the PATH is a warning that names npm link', async () => {
  only(await hefcOnPathFindings(place), /^warning hefc on PATH: there is none.* \| in .*: npm link$/);
});
test('this build on the PATH is well, linked or behind a script', async () => {
  chmodSync(MAIN, 0o755);
  symlinkSync(MAIN, path.join(home, 'bin/hefc'));
  only(await hefcOnPathFindings(place), /^ok hefc on PATH: .*\/bin\/hefc$/);
  rmSync(path.join(home, 'bin/hefc'));
  hefc();
  only(await hefcOnPathFindings(place), /^ok hefc on PATH: .*which starts version/);
});
test('another installation on the PATH is named, with its version where that differs', async () => {
  const main = installation('0.0.9');
  only(await hefcOnPathFindings(place), /^warning hefc on PATH: .*\/other is version 0\.0\.9, this is /);
  writeFileSync(main, `#!${process.execPath}\nconsole.log(${JSON.stringify(packageVersion())});\n`);
  only(await hefcOnPathFindings(place), /^warning hefc on PATH: .*\/other is another installation of /);
});
test('a hefc on the PATH that does not run has failed', async () => {
  program('hefc', 'exit 3');
  only(await hefcOnPathFindings(place), /^failed hefc on PATH: .*does not run \| see why: /);
});

const login = async (): Promise<Finding[]> => (await hefcOnPathFindings({ home, environment: { ...place.environment, SHELL: '/bin/bash' } })).slice(1);
test('a PATH that a login shell does not set is a warning with the line that sets it', async () => {
  hefc();
  only(await login(), /^warning login shell: hefc is on the PATH of this shell only .* \| start the editor from a terminal, or .*echo 'export PATH=".*\/bin:\$PATH"' >>~\/\.profile$/);
  put('.profile', `echo a greeting\nexport PATH='${path.join(home, 'bin')}:${NODE}':"$PATH"\n`);
  assert.equal(shown(await login()), []);
});
test('a login shell with another hefc is a warning', async () => {
  hefc();
  chmodSync(put('elsewhere/hefc', '#!/bin/sh\n'), 0o755);
  put('.profile', `export PATH='${path.join(home, 'elsewhere')}:${NODE}'\n`);
  only(await login(), /^warning login shell: there hefc is .*\/elsewhere\/hefc, here it is .*\/bin\/hefc/);
});
test('a login shell without Node is a warning', async () => {
  hefc();
  put('.profile', `export PATH='${path.join(home, 'bin')}'\n`);
  only(await login(), /^warning login shell: node, which runs hefc, /);
});

test('the language server is started and answers, with hefc on the PATH and without', async () => {
  only([await languageServerFinding(place)], /^ok language server: .*hefc\.cjs lsp answers as version /);
  hefc();
  only([await languageServerFinding(place)], /^ok language server: .*\/bin\/hefc lsp answers/);
});
const DUMB: [string, string, RegExp][] = [
  ['ends at once', 'echo "hefc: it is broken" >&2; exit 1', /^failed language server: hefc: it is broken \| start it by hand/],
  ['prints something else', 'echo welcome; exec /bin/sleep 60', /^failed language server: it answers with something else than the protocol: "welcome\\n"/],
  ['is another server', `printf 'Content-Length: 61\\r\\n\\r\\n{"id":1,"result":{"serverInfo":{"name":"x","version":"1.0"}}}'; exec /bin/sleep 60`, /^failed language server: .*answers as x/],
];
for (const [title, body, expected] of DUMB) {
  test(`a hefc whose server ${title} has failed`, async () => {
    program('hefc', body);
    only([await languageServerFinding(place)], expected);
  });
}

const SETTINGS: [string, RegExp][] = [
  ['{"timeout": 500}', /^ok \.hefc\.json: .*sets timeout$/],
  ['{"timeout": "500"}', /^warning \.hefc\.json: .*\.timeout must be a whole number.*not "500" \| correct it, or delete it: /],
  ['{"timout": 500}', /^warning \.hefc\.json: .*has a field "timout" that means nothing; there are enabled, timeout, context/],
  ['{', /^warning \.hefc\.json: .*is not JSON/],
  ['[]', /^warning \.hefc\.json: .*must be an object/],
];
for (const [text, expected] of SETTINGS) {
  test(`.hefc.json with ${text}`, () => {
    put('.hefc.json', text);
    only(homeSettingsFindings(), expected);
  });
}
test('without .hefc.json nothing is said of it, and a folder in its place is named', () => {
  assert.equal(homeSettingsFindings(), []);
  mkdirSync(path.join(home, '.hefc.json'));
  only(homeSettingsFindings(), /^warning \.hefc\.json: .*is no small plain file/);
});

test('of editors that are not installed nothing is said, whatever lies in the home', async () => {
  put('.config/nvim/init.lua', "require('hefc').setup()\n");
  put('.vimrc', 'packadd hefc\n');
  assert.equal(shown(await editorFindings(place)), []);
});
test('editors without hefc are named in one line', async () => {
  program('nvim', 'echo NVIM v0.9.5');
  program('vim', 'echo VIM - Vi IMproved 9.0');
  put('.config/nvim/init.lua', "-- require('hefc').setup()\nvim.o.number = true\n");
  only(await editorFindings(place), /^ok editors: installed and not set up for hefc: Neovim, Vim \(how: docs\/editors\.md\)$/);
});

interface Case {
  title: string;
  /** Program and what it says of its version. */
  editor: [string, string];
  files: Record<string, string>;
  expected: RegExp;
}
const CASES: Case[] = [
  { title: 'Neovim by its own client', editor: ['nvim', 'NVIM v0.9.5'], files: { '.config/nvim/lua/lsp.lua': "cmd = { 'hefc', 'lsp' }\n" }, expected: /^ok Neovim: 0\.9\.5, hefc in ~\/\.config\/nvim\/lua\/lsp\.lua$/ },
  { title: 'Neovim with the plugin', editor: ['nvim', 'NVIM v0.9.5'], files: { '.config/nvim/init.lua': "require('hefc').setup()\n", '.local/share/nvim/site/pack/x/start/hefc.nvim/lua/hefc.lua': '' }, expected: /^ok Neovim: / },
  { title: 'Neovim that is too old', editor: ['nvim', 'NVIM v0.6.1'], files: { '.config/nvim/init.lua': "cmd = { 'hefc', 'lsp' }\n" }, expected: /^warning Neovim: .*is version 0\.6\.1, too old for hefc \| install Neovim 0\.7 or newer$/ },
  { title: 'Neovim that asks for a plugin which is not there', editor: ['nvim', 'NVIM v0.9.5'], files: { '.config/nvim/init.lua': "require('hefc').setup()\n" }, expected: /^warning Neovim: ~\/\.config\/nvim\/init\.lua asks for hefc's plugin, which is in none of its folders.* \| install it from .*\/client\/editors\/nvim/ },
  { title: 'Neovim that names a hefc which is gone', editor: ['nvim', 'NVIM v0.9.5'], files: { '.config/nvim/init.lua': "cmd = { '/opt/node/v18/bin/hefc', 'lsp' }\n" }, expected: /^warning Neovim: ~\/\.config\/nvim\/init\.lua names \/opt\/node\/v18\/bin\/hefc, which is not there \| correct the path/ },
  { title: 'Vim with the plugin', editor: ['vim', 'VIM - Vi IMproved 9.0'], files: { '.vimrc': '" my own\npackadd hefc\n', '.vim/pack/x/opt/hefc/plugin/hefc.vim': shipped('vim/plugin/hefc.vim') }, expected: /^ok Vim: 9\.0, hefc in ~\/\.vimrc$/ },
  { title: 'Vim that is too old', editor: ['vim', 'VIM - Vi IMproved 8.2'], files: { '.vimrc': 'packadd hefc\n', '.vim/pack/x/opt/hefc/plugin/hefc.vim': shipped('vim/plugin/hefc.vim') }, expected: /^warning Vim: .*8\.2, too old/ },
  { title: 'Vim that sources a script which is gone', editor: ['vim', 'VIM - Vi IMproved 9.1'], files: { '.vim/vimrc': 'source ~/src/hefc/client/editors/vim/plugin/hefc.vim\n' }, expected: /^warning Vim: ~\/\.vim\/vimrc names .*\/src\/hefc\/.*hefc\.vim, which is not there/ },
  { title: 'Emacs', editor: ['emacs', 'GNU Emacs 28.2'], files: { '.emacs.d/init.el': '("hefc" "lsp")\n', '.emacs.d/elpa/hefc/hefc.el': '"/gone/hefc"' }, expected: /^ok Emacs: 28\.2, hefc in ~\/\.emacs\.d\/init\.el$/ },
  { title: 'Kakoune', editor: ['kak', 'Kakoune v2022.10.31'], files: { '.config/kak/kakrc': 'source "%val{config}/hefc.kak"\n', '.config/kak/hefc.kak': shipped('kakoune/hefc.kak') }, expected: /^ok Kakoune: / },
  { title: 'Kakoune that sources a script which is gone', editor: ['kak', 'Kakoune v2022.10.31'], files: { '.config/kak/kakrc': 'source "/src/hefc/client/editors/kakoune/hefc.kak"\n' }, expected: /^warning Kakoune: .*names \/src\/hefc\/client\/editors\/kakoune\/hefc\.kak, which is not there/ },
  { title: 'Helix', editor: ['hx', 'helix 25.1 (abc)'], files: { '.config/helix/languages.toml': '[language-server.hefc]\ncommand = "hefc"\n' }, expected: /^ok Helix: 25\.1, / },
  { title: 'Helix that is too old', editor: ['hx', 'helix 22.12 (abc)'], files: { '.config/helix/languages.toml': '[language-server.hefc]\n' }, expected: /^warning Helix: .*too old for hefc \| install Helix 23\.10/ },
  { title: 'Zed with the extension', editor: ['zed', 'Zed 0.200.1'], files: { '.local/share/zed/extensions/installed/hefc/extension.toml': 'id = "hefc"\n' }, expected: /^ok Zed: 0\.200\.1, / },
  { title: 'Sublime Text', editor: ['subl', 'Sublime Text Build 4180'], files: { '.config/sublime-text/Packages/User/LSP.sublime-settings': '{"clients": {"hefc": {"command": ["hefc", "lsp"]}}}' }, expected: /^ok Sublime Text: / },
  { title: 'VS Code with the extension of this version', editor: ['code', '1.99.0'], files: { [`.vscode/extensions/hefc.hefc-vscode-${packageVersion()}/package.json`]: JSON.stringify({ version: packageVersion() }) }, expected: /^ok VS Code: 1\.99\.0, extension .* in ~\/\.vscode\/extensions$/ },
  { title: 'VS Code with an extension of another version', editor: ['code', '1.99.0'], files: { '.vscode/extensions/hefc.hefc-vscode-0.0.1/package.json': '{"version":"0.0.1"}' }, expected: /^warning VS Code: the extension is version 0\.0\.1, hefc is .* \| in .*: npm run vsix && code --install-extension dist\/hefc\.vsix$/ },
  { title: 'VS Code that is too old', editor: ['code', '1.80.2'], files: { [`.vscode/extensions/hefc.hefc-vscode-${packageVersion()}/package.json`]: JSON.stringify({ version: packageVersion() }) }, expected: /^warning VS Code: .*1\.80\.2, too old for hefc's extension \| install VS Code 1\.91/ },
  { title: 'VS Code whose hefc.path is gone', editor: ['code', '1.99.0'], files: { [`.vscode/extensions/hefc.hefc-vscode-${packageVersion()}/package.json`]: JSON.stringify({ version: packageVersion() }), '.config/Code/User/settings.json': '{ "hefc.path": "/gone/hefc" }' }, expected: /^warning VS Code: ~\/\.config\/Code\/User\/settings\.json names \/gone\/hefc, which is not there/ },
  { title: 'VS Code in which hefc is switched off', editor: ['code', '1.99.0'], files: { [`.vscode/extensions/hefc.hefc-vscode-${packageVersion()}/package.json`]: JSON.stringify({ version: packageVersion() }), '.config/Code/User/settings.json': '{\n  // "hefc.timeout": 3\n  "hefc.enabled": false\n}' }, expected: /^warning VS Code: its settings switch hefc off/ },
  { title: 'a shell with its widget', editor: ['true', ''], files: { '.bashrc': 'eval "$(hefc shell bash)"\n' }, expected: /^ok bash widget: in ~\/\.bashrc$/ },
  { title: "a shell with another one's widget", editor: ['true', ''], files: { '.zshrc': '# hefc shell bash\neval "$(hefc shell bash)"\n' }, expected: /^warning zsh widget: ~\/\.zshrc asks for the widget of bash \| write there: hefc shell zsh$/ },
];
for (const { title, editor: [name, version], files, expected } of CASES) {
  test(title, async () => {
    program(name, `echo '${version}'`);
    for (const [file, text] of Object.entries(files)) put(file, text);
    only(await editorFindings(place), expected);
  });
}

test('a configuration of odd files neither hangs nor breaks the doctor', async () => {
  program('emacs', 'echo GNU Emacs 29.1');
  put('.emacs.d/large.el', ';'.repeat(1024 * 1024) + '\n"hefc"');
  symlinkSync('.', path.join(home, '.emacs.d/loop'));
  symlinkSync('/dev/zero', path.join(home, '.emacs.d/endless.el'));
  symlinkSync('nowhere', path.join(home, '.emacs'));
  only(await editorFindings(place), /^ok editors: installed and not set up for hefc: Emacs/);
});

test('a copy of a plugin is told from a link to it, and from another version of it', () => {
  put('ours/lua/hefc/init.lua', 'return 1\n');
  put('.config/pack/a/start/hefc.nvim/lua/hefc/init.lua', 'return 1\n');
  const ours = path.join(home, 'ours');
  const places = ['$config/pack/*/start/hefc*'];
  const copy = path.join(home, '.config/pack/a/start/hefc.nvim');
  const file = path.join(copy, 'lua/hefc/init.lua');
  assert.equal(pluginCopies(ours, places, [], place), { found: [copy], files: [file], different: [] });
  writeFileSync(file, 'return 0\n');
  assert.equal(pluginCopies(ours, places, [], place).different, [file]);
  assert.equal(pluginCopies(ours, [], [ours], place).different, []);
  const link = path.join(home, 'hefc');
  symlinkSync(ours, link);
  assert.equal(pluginCopies(ours, [], [link], place), { found: [link], files: [path.join(link, 'lua/hefc/init.lua')], different: [] });
});

(spawnSync('ps', ['-o', 'pid=']).status === 0 ? test : test.skip)('a language server older than its build is named with its process', async () => {
  const main = installation('x');
  writeFileSync(main, 'setInterval(() => undefined, 1000); console.log("up");\n');
  const stamp = put('other/dist/.tsbuildinfo', '');
  const server = spawn(process.execPath, [path.join(home, 'bin/hefc'), 'lsp'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let up = false;
    server.stdout.once('data', () => (up = true));
    await until('it runs', () => up);
    const about = (): Finding[] => oldServerFindings().filter(({ detail }) => detail.includes(`process ${server.pid} `));
    assert.equal(about(), []);
    const later = new Date(Date.now() + 3_600_000);
    utimesSync(stamp, later, later);
    only(about(), new RegExp(`^warning old server: process ${server.pid} .* \\| restart the language server in its editor, or end it: kill ${server.pid}$`));
  } finally {
    server.kill('SIGKILL');
  }
});

test.run();
