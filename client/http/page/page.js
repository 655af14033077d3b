/** The page: asks the server again and again while it is looked at, and hands the answers to its parts. */
import { ask, hasToken, keepToken, Refused, takeToken } from './access.js';
import { showCompletions } from './completions.js';
import { harmless } from './draw.js';
import { showNumbers } from './numbers.js';
import { onOpen, showNoTree, showTree } from './tree.js';

/** Between two looks, in ms, and so many times as long as a look takes: the daemon has better to do. */
const EVERY_MS = 1000;
const TIMES = 5;
const NODES = 1500;

const at = (id) => document.getElementById(id);
const STATES = { ready: 'ready', indexing: 'indexing', paused: 'paused; go on with: hefc index --resume', error: 'error', absent: 'not indexed; run in it: hefc init' };

let folder = '';
/** What the map was drawn of. */
let drawnOf;
let timer;
let looking = false;
let again = false;

takeToken();
onOpen((path) => {
  folder = path;
  drawnOf = undefined;
  void look();
});
window.addEventListener('hashchange', () => {
  takeToken();
  void look();
});
document.addEventListener('visibilitychange', () => void look());
at('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken(at('token').value.trim());
  at('token').value = '';
  void look();
});

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  const began = performance.now();
  let rest = EVERY_MS;
  try {
    await refresh();
    notice('');
    rest = Math.max(EVERY_MS, TIMES * (performance.now() - began));
  } catch (error) {
    if (error instanceof Refused) rest = refused();
    else notice(error instanceof TypeError ? 'The server does not answer: it has ended, or is busy. Start it again with: hefc ui' : `That could not be shown: ${error.message}`);
  }
  looking = false;
  if (again) {
    again = false;
    return void look();
  }
  if (rest !== undefined) timer = setTimeout(look, rest);
}

async function refresh() {
  const [status, recent] = await Promise.all([ask('/api/status'), ask('/api/recent')]);
  at('enter').hidden = true;
  at('main').hidden = false;
  if (status.daemon === null || recent.daemon === null) {
    at('state').textContent = 'the daemon rests; it starts at the next completion';
    at('progress').hidden = true;
    if (drawnOf === undefined) showNoTree('No daemon runs. Start it with: hefc daemon start');
    return;
  }
  showState(status.repo);
  showCompletions(recent, status.repo.root);
  showNumbers(recent, status);
  const { state, tree, indexed } = status.repo;
  const wanted = JSON.stringify([folder, state, tree, Math.floor(indexed * 200), status.daemon.pid]);
  if (wanted === drawnOf) return;
  const path = folder;
  let found = await ask(`/api/tree?limit=${NODES}&path=${encodeURIComponent(path)}`).catch((error) => {
    // A commit has taken the folder away.
    if (path === '' || error instanceof Refused || error instanceof TypeError) throw error;
    folder = '';
    return undefined;
  });
  if (found === undefined) return void (again = true);
  if (found.tree) showTree(found, path);
  else showNoTree(state === 'absent' ? 'This repository is not indexed. Run in it: hefc init' : 'This repository has no commit yet; hefc indexes each one you make.');
  drawnOf = wanted;
}

function showState(repo) {
  const name = harmless(repo.root.split(/[\\/]/).at(-1));
  document.title = `${name} · hefc`;
  at('repository').textContent = `${harmless(repo.root)}${repo.branch === '' ? '' : ` · ${harmless(repo.branch)}`}`;
  const share = Math.floor(repo.indexed * 100);
  at('state').textContent = `${STATES[repo.state] ?? repo.state}${repo.error === undefined ? '' : `: ${repo.error}`}${repo.state === 'indexing' || repo.state === 'paused' ? `, ${share} % indexed` : ''}`;
  at('progress').hidden = repo.state !== 'indexing';
  at('progress').value = repo.indexed;
}

/** Nothing more is asked for until a token is given. */
function refused() {
  at('main').hidden = true;
  at('enter').hidden = false;
  at('progress').hidden = true;
  for (const id of ['repository', 'state']) at(id).textContent = '';
  at('why').textContent = hasToken() ? 'The token is not that of this server: hefc ui makes a new one at each start. Open the address it printed last, or paste its token.' : 'Open the address that hefc ui printed; it ends in the token. Or paste the token here; that of hefc serve is shown by: hefc serve --show-token';
  at('token').focus();
  return undefined;
}

function notice(text) {
  if (at('notice').textContent === text) return;
  at('notice').textContent = text;
  at('notice').hidden = text === '';
}

void look();
