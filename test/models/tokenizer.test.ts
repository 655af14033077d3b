import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTokenizer, openTokenCounter } from '../../models/tokenizer.js';
import { rememberTokens } from '../../models/session/recent.js';
import { createTextStream } from '../../models/session/text.js';
import { tinyTokenizer, writeRandomBundle } from './randomBundle.js';
import { refusal } from './scratch.js';

const tokenizing = suite('tokenizer');
const tokenizer = createTokenizer(tinyTokenizer().json);
const texts = ['', 'def name(x):\n    return names\n', '\ttab\r\n', 'größe ☕ 漢字 🙂', '<pre>code</pre> <mid><eos>', '\u0000\u0007', '   '];

tokenizing('the bytes of a text\'s tokens are the text, whatever it holds', async () => {
  for (const text of texts) {
    const ids = await tokenizer.encode(text);
    assert.is(Buffer.concat(ids.map((id) => tokenizer.bytesOf(id))).toString(), text);
  }
});

tokenizing('text that looks like a special token stays text', async () => {
  const special = new Set(tokenizer.specials.values());
  assert.is(special.size, 8);
  for (const name of tokenizer.specials.keys()) {
    for (const id of await tokenizer.encode(`a${name}b`)) assert.not.ok(special.has(id), name);
  }
});

tokenizing('a batch encodes as its texts do one by one, and the counter counts the same', async () => {
  const single = await Promise.all(texts.map((text) => tokenizer.encode(text)));
  assert.equal(await tokenizer.encodeBatch(texts), single);
  assert.equal(await tokenizer.encodeBatch([]), []);
  const bundle = writeRandomBundle();
  const counter = await openTokenCounter(bundle.directory);
  assert.equal(await counter.count(texts), single.map((ids) => ids.length));
  bundle.remove();
});

tokenizing('special tokens have no bytes, so they never reach a completion', () => {
  for (const id of tokenizer.specials.values()) assert.is(tokenizer.bytesOf(id).length, 0);
  assert.is(tokenizer.bytesOf(999999).length, 0);
});

tokenizing('a stream gives out characters whole and nothing twice', async () => {
  const stream = createTextStream(tokenizer, new Uint8Array(0));
  const pieces = (await tokenizer.encode('é🙂!')).map((id) => stream.push(id, false));
  assert.equal(pieces.filter((piece) => piece !== ''), ['é', '🙂', '!']);
});

tokenizing('a tokenizer that is not byte-level BPE is refused with the fix', async () => {
  assert.match(await refusal(() => createTokenizer('{')), /tokenizer\.json is not JSON/);
  assert.match(await refusal(() => createTokenizer('{"model":{"vocab":{"a":0}},"decoder":{"type":"Metaspace"}}')), /not a byte-level BPE .*choose a model/);
});

tokenizing('texts met before are not encoded again, the least recent are let go, and tokens stay the same', async () => {
  const asked: string[] = [];
  const recent = rememberTokens({ ...tokenizer, encodeBatch: (texts) => (asked.push(...texts), tokenizer.encodeBatch(texts)) }, 2);
  const batches = [['name', 'x', 'name'], ['x', 'y'], ['x', 'name'], []];
  for (const texts of batches) assert.equal(await recent.encodeBatch(texts), await tokenizer.encodeBatch(texts));
  assert.equal(asked, ['name', 'x', 'y', 'name']);
});

tokenizing.run();
