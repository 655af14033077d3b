/** The map of the current commit: folders as frames, files as tiles, coloured by how they stand. */
import { count, element, harmless, size } from './draw.js';
import { squarify } from './treemap.js';

/** Height of a folder's name; smaller folders go without, and the smallest are drawn as one tile. */
const NAME_PX = 21;
const NAMED_PX = 36;
const OPENED_PX = 14;
/** Tiles below this are left out: they could be neither seen nor hit. */
const LEAST_PX = 3;
/** Smaller ones go without a border, which would be all that is seen of them. */
const SMALL_PX = 8;
/** Width and height that a name needs. */
const TEXT_PX = [44, 18];

const map = document.getElementById('map');
const crumbs = document.getElementById('crumbs');
const detail = document.getElementById('detail');
const legend = document.getElementById('legend');

let shown;
let path = '';
let reasons = {};
let go = () => undefined;

/** `open(path)` is called when another folder is to be shown. */
export function onOpen(open) {
  go = open;
}

export function showTree(found, at) {
  path = at;
  shown = found.tree;
  reasons = found.reasons;
  draw();
}

/** In the map's place. */
export function showNoTree(text) {
  shown = undefined;
  for (const one of [crumbs, legend]) one.replaceChildren();
  detail.textContent = '';
  map.className = 'empty';
  map.replaceChildren(text);
}

function draw() {
  if (shown === undefined) return;
  const focused = map.contains(document.activeElement) ? document.activeElement.dataset.path : undefined;
  map.className = '';
  const { clientWidth: width, clientHeight: height } = map;
  const tiles = [];
  place(shown, path, { x: 0, y: 0, width, height }, tiles);
  map.replaceChildren(...(tiles.length > 0 ? tiles : ['Nothing in this folder.']));
  if (tiles.length === 0) map.className = 'empty';
  const current = tiles.find((tile) => tile.dataset.path === focused) ?? tiles[0];
  if (current) current.tabIndex = 0;
  if (focused !== undefined) current?.focus({ preventScroll: true });
  drawCrumbs();
  drawLegend();
  if (focused === undefined) detail.textContent = summary(shown);
}

function place(node, at, { x, y, width, height }, tiles) {
  const children = (node.children ?? []).filter(({ weight }) => weight > 0);
  if (children.length === 0) return;
  const boxes = squarify(children.map(({ weight }) => weight), { x, y, width, height });
  children.forEach((child, index) => {
    const box = boxes[index];
    if (box.width < LEAST_PX || box.height < LEAST_PX) return;
    const below = at === '' ? child.name : `${at}/${child.name}`;
    const opened = child.children !== undefined && Math.min(box.width, box.height) >= OPENED_PX;
    tiles.push(tile(child, below, box, opened));
    if (!opened) return;
    const named = box.height >= NAMED_PX ? NAME_PX : 4;
    place(child, below, { x: box.x + 2, y: box.y + named, width: box.width - 4, height: box.height - named - 2 }, tiles);
  });
}

function tile(node, at, box, opened) {
  const folder = node.kind === 'directory';
  const made = element('button', { type: 'button', class: opened ? `folder ${node.node ? 'whole' : node.waiting > 0 || node.fused > 0 ? 'unfinished' : ''}` : `tile ${stateOf(node)}`, 'aria-label': summary(node, at), title: summary(node, at), tabindex: '-1' });
  made.dataset.path = at;
  if (folder) made.dataset.folder = '';
  Object.assign(made.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` });
  // Names that could not be read are left out rather than cut to a letter.
  if (box.width >= TEXT_PX[0] && box.height >= (opened ? NAMED_PX : TEXT_PX[1])) made.append(element('span', { class: 'name' }, harmless(node.name) + (folder ? '/' : '')));
  if (Math.min(box.width, box.height) < SMALL_PX) made.classList.add('small');
  return made;
}

/** Of a file; of a folder drawn as one tile: does more of it wait than is fused? */
function stateOf({ fused, waiting }) {
  if (waiting > 0 && waiting >= fused) return 'waiting';
  return fused > 0 ? 'fused' : 'refused';
}

function summary(node, at = path) {
  const name = at === '' ? 'The whole repository' : `${harmless(at)}${node.kind === 'directory' ? '/' : ''}`;
  const refused = Object.entries(node.refused);
  if (node.kind === 'file') {
    const [reason] = refused[0] ?? [];
    return `${name}, ${size(node.bytes)}: ${reason === undefined ? (node.fused ? 'fused' : 'waiting to be fused') : `refused (${reason}). ${reasons[reason] ?? ''}`}`;
  }
  const parts = [`${node.fused.toLocaleString('en')} fused`, ...(node.waiting > 0 ? [`${node.waiting.toLocaleString('en')} waiting`] : []), ...refused.map(([reason, number]) => `${number.toLocaleString('en')} ${reason}`)];
  return `${name}: ${count(node.files, 'file')}, ${size(node.bytes)}; ${parts.join(', ')}${node.node ? '; the folder has vectors of its own' : ''}`;
}

function drawCrumbs() {
  const names = path === '' ? [] : path.split('/');
  const steps = [['all', ''], ...names.map((name, at) => [name, names.slice(0, at + 1).join('/')])];
  crumbs.replaceChildren(...steps.flatMap(([name, to], at) => {
    const last = at === steps.length - 1;
    const step = element('button', { type: 'button', 'aria-current': last ? 'true' : undefined, ...(last ? {} : { onclick: () => go(to) }) }, harmless(name));
    return at === 0 ? [step] : ['/', step];
  }));
}

function drawLegend() {
  const refused = Object.entries(shown.refused).sort((a, b) => b[1] - a[1]);
  const total = refused.reduce((sum, [, number]) => sum + number, 0);
  const entry = (state, text) => element('li', {}, element('i', { class: state }), text);
  legend.replaceChildren(
    entry('fused', `fused ${shown.fused.toLocaleString('en')}`),
    entry('waiting', `waiting ${shown.waiting.toLocaleString('en')}`),
    entry('refused', `refused ${total.toLocaleString('en')}${refused.length === 0 ? '' : `: ${refused.map(([reason, number]) => `${number.toLocaleString('en')} ${reason}`).join(', ')}`}`),
    element('li', {}, "Areas go by size, a file above 64 KiB as one of 64 KiB; a folder's upper edge is its own vectors."),
  );
}

const tileOf = (event) => event.target.closest('#map button');

map.addEventListener('click', (event) => {
  const hit = tileOf(event);
  if (hit?.dataset.folder !== undefined) go(hit.dataset.path);
});
for (const kind of ['mouseover', 'focusin']) {
  map.addEventListener(kind, (event) => {
    const hit = tileOf(event);
    if (hit) detail.textContent = hit.getAttribute('aria-label');
  });
}

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
map.addEventListener('keydown', (event) => {
  if ((event.key === 'Escape' || event.key === 'Backspace') && path !== '') {
    event.preventDefault();
    go(path.split('/').slice(0, -1).join('/'));
  }
  const direction = DIRECTIONS[event.key];
  const from = tileOf(event);
  if (direction === undefined || !from) return;
  event.preventDefault();
  const next = nearest(from, direction);
  if (!next) return;
  from.tabIndex = -1;
  next.tabIndex = 0;
  next.focus({ preventScroll: true });
});

/** The tile whose middle lies nearest in a direction, a step aside counting double. */
function nearest(from, [dx, dy]) {
  const middle = (one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    // A folder stands where its name is.
    return [left + width / 2, top + (one.classList.contains('folder') ? Math.min(height, NAME_PX) : height) / 2];
  };
  const [x, y] = middle(from);
  let best;
  let least = Infinity;
  for (const one of map.querySelectorAll('button')) {
    const [a, b] = middle(one);
    const ahead = (a - x) * dx + (b - y) * dy;
    const aside = Math.abs((a - x) * dy) + Math.abs((b - y) * dx);
    if (one === from || ahead <= 1 || ahead + 2 * aside >= least) continue;
    best = one;
    least = ahead + 2 * aside;
  }
  return best;
}

new ResizeObserver(() => draw()).observe(map);
