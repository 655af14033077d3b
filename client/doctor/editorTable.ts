/** The editors that hefc has a set-up for, and where people configure them. */

export interface EditorKind {
  name: string;
  /** Programs; the first on the PATH counts. */
  programs: string[];
  versionArgument: string;
  /** The oldest that the set-up of docs/editors.md works in. */
  least?: readonly [number, number];
  /** Files, and folders with the files in them; see placed(). */
  configuration: string[];
  /** Which files of a folder are configuration. */
  files: RegExp;
  /** What a line that says nothing begins with. */
  comment: string;
  /** A line that asks for hefc's plugin, which then has to be installed. */
  asks?: RegExp;
  /** Folder below client/editors/ whose files a plugin is made of, and where copies of it lie; `*` is any one name. */
  plugin?: { shipped: string; places: string[] };
}

const VIM_PACKS = ['~/.vim/pack/*/start/hefc*', '~/.vim/pack/*/opt/hefc*', '~/.vim/plugged/hefc*', '~/.vim/bundle/hefc*'];

export const EDITORS: readonly EditorKind[] = [
  {
    name: 'Neovim',
    programs: ['nvim'],
    versionArgument: '--version',
    least: [0, 7],
    configuration: ['$config/nvim'],
    files: /\.(lua|vim)$/,
    comment: '--',
    asks: /\brequire\s*\(?\s*['"]hefc\b|\bpackadd!?\s+hefc\b/,
    plugin: { shipped: 'nvim', places: ['$data/nvim/site/pack/*/start/hefc*', '$data/nvim/site/pack/*/opt/hefc*', '$config/nvim/pack/*/start/hefc*', '$config/nvim/pack/*/opt/hefc*', '$data/nvim/lazy/hefc*', '$data/nvim/plugged/hefc*', '$config/nvim'] },
  },
  {
    name: 'Vim',
    programs: ['vim', 'vim.nox', 'gvim'],
    versionArgument: '--version',
    least: [9, 0],
    configuration: ['~/.vimrc', '~/.vim/vimrc', '$config/vim/vimrc', '~/.vim/plugin', '~/.vim/after/plugin'],
    files: /\.vim$|vimrc$/,
    comment: '"',
    asks: /\bpackadd!?\s+hefc\b|\bruntime!?\s+\S*hefc\.vim|\bsource\s+\S*hefc\.vim/,
    plugin: { shipped: 'vim', places: [...VIM_PACKS, '~/.vim'] },
  },
  { name: 'Emacs', programs: ['emacs'], versionArgument: '--version', least: [26, 3], configuration: ['~/.emacs', '~/.emacs.el', '~/.emacs.d', '$config/emacs'], files: /(^|\/)(\.emacs|[^/]+\.el|[^/]+\.org)$/, comment: ';' },
  {
    name: 'Kakoune',
    programs: ['kak'],
    versionArgument: '-version',
    configuration: ['$config/kak'],
    files: /\.kak$|kakrc$/,
    comment: '#',
    asks: /\bsource\s+\S*hefc\.kak/,
    plugin: { shipped: 'kakoune', places: ['$config/kak/hefc*', '$config/kak/autoload/hefc*', '$config/kak/autoload/*/hefc*', '$config/kak/plugins/hefc*'] },
  },
  { name: 'Helix', programs: ['hx', 'helix'], versionArgument: '--version', least: [23, 10], configuration: ['$config/helix/languages.toml'], files: /\.toml$/, comment: '#' },
  { name: 'Zed', programs: ['zed', 'zeditor', 'zedit'], versionArgument: '--version', configuration: ['$config/zed/settings.json', '$data/zed/extensions/installed/hefc', '$data/zed/extensions/work/hefc'], files: /\.(json|toml)$/, comment: '//' },
  { name: 'Sublime Text', programs: ['subl'], versionArgument: '--version', configuration: ['$config/sublime-text/Packages/User/LSP.sublime-settings', '~/Library/Application Support/Sublime Text/Packages/User/LSP.sublime-settings'], files: /\.sublime-settings$/, comment: '//' },
];

export interface CodeKind {
  name: string;
  programs: string[];
  extensions: string[];
  /** Its users' settings. */
  settings: string[];
}

const user = (name: string): string[] => [`$config/${name}/User/settings.json`, `~/Library/Application Support/${name}/User/settings.json`];

/** Visual Studio Code and those made from it, which take the same extension. */
export const CODES: readonly CodeKind[] = [
  { name: 'VS Code', programs: ['code'], extensions: ['~/.vscode/extensions', '~/.vscode-server/extensions'], settings: [...user('Code'), '~/.vscode-server/data/Machine/settings.json'] },
  { name: 'VSCodium', programs: ['codium'], extensions: ['~/.vscode-oss/extensions'], settings: user('VSCodium') },
  { name: 'Cursor', programs: ['cursor'], extensions: ['~/.cursor/extensions', '~/.cursor-server/extensions'], settings: user('Cursor') },
  { name: 'code-server', programs: ['code-server'], extensions: ['$data/code-server/extensions'], settings: ['$data/code-server/User/settings.json'] },
];
/** Of engines.vscode in the extension's package.json. */
export const LEAST_CODE = [1, 91] as const;
export const EXTENSION = 'hefc.hefc-vscode';

/** Start-up files of the shells that `hefc shell` has widgets for. */
export const SHELL_FILES: Readonly<Record<string, string[]>> = {
  bash: ['~/.bashrc', '~/.bash_profile', '~/.profile', '~/.bash_aliases'],
  zsh: ['~/.zshrc', '~/.zprofile', '~/.zshenv'],
  fish: ['$config/fish/config.fish', '$config/fish/conf.d'],
};
