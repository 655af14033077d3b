import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refuseContent, refusePath } from '../../daemon/chunker/refuse.js';

const test = suite('refuse');
const of = (text: string): string | null => refuseContent(Buffer.from(text));
/** Built from parts, so that this file is not itself taken for one that holds a key. */
const keyBlock = (kind: string): string => `-----BEGIN ${kind}PRIVATE ${'KEY'}-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(4)}\n`;
const code = 'def load(path):\n    with open(path) as file:\n        return file.read()\n';

test('names of secrets are refused at any depth', () => {
  for (const name of [
    '.env', '.env.production', '.env_local', 'server.pem', 'tls.key', 'id_rsa', 'id_ed25519', 'id_rsa.old', 'credentials', 'credentials.json',
    '.npmrc', '.netrc', '_netrc', 'store.p12', 'app.keystore', 'release.jks', '.pypirc', '.git-credentials', 'secrets.yaml', 'prod.tfstate', 'Server.PEM',
    'service-account.json', '.pgpass',
  ]) {
    assert.is(refusePath(name), 'secret-like', name);
    assert.is(refusePath(`deep/er/${name}`), 'secret-like', name);
  }
  for (const path of ['.ssh', '.ssh/config', 'home/.aws/config', 'x/.gnupg/trust']) assert.is(refusePath(path), 'secret-like', path);
});

test('names that only resemble secrets are indexed', () => {
  for (const path of [
    'src/environment.ts', 'env.py', 'keys.py', 'src/key.ts', 'credentials.py', 'credentialStore.ts', 'secrets.go', 'passwords.test.ts', 'id_rsa.pub',
    '.env.example', 'monkey.js', 'keystore.java', 'docs/aws/config.md', 'README.md', '',
  ]) assert.is(refusePath(path), null, path);
});

test('a folder is refused only when it is one for secrets', () => {
  for (const path of ['.ssh', 'x/.aws']) assert.is(refusePath(path, true), 'secret-like', path);
  for (const path of ['credentials', 'src/secrets', 'yarn.lock', '.env', 'aws']) assert.is(refusePath(path, true), null, path);
});

test('lock files and generated names are refused as generated', () => {
  for (const path of ['package-lock.json', 'a/yarn.lock', 'Cargo.lock', 'poetry.lock', 'go.sum', 'x.min.js', 'dist/app.js.map', 'api_pb2.py', 'api.pb.go', 'a.test.ts.snap'])
    assert.is(refusePath(path), 'generated', path);
});

test('each kind of content is refused by its reason', () => {
  assert.is(refuseContent(Buffer.from([0x89, 0x50, 0, 1])), 'binary');
  assert.is(refuseContent(Buffer.concat([Buffer.from(code), Buffer.from([0xff, 0xfe, 0x41])])), 'not-utf8');
  assert.is(of('x\n'.repeat(600_000)), 'huge');
  assert.is(of('var a=1;'.repeat(1000)), 'minified');
  assert.is(of(`${'var a=1;b(a,function(){return 2});'.repeat(10)}\n`.repeat(20)), 'minified');
  assert.is(of('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n'), 'lfs-pointer');
  assert.is(of(`# @${'generated'} by the build\n${code}`), 'generated');
  assert.is(of(`// Code ${'generated'} by protoc. DO NOT ${'EDIT'}.\npackage x\n`), 'generated');
});

test('private keys and live tokens are refused wherever they stand', () => {
  for (const kind of ['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ']) assert.is(of(`${code}KEY = """\n${keyBlock(kind)}"""\n`), 'secret-like', kind);
  assert.is(of(`{"key": "${keyBlock('').replaceAll('\n', '\\n')}"}`), 'secret-like');
  assert.is(of(`token = "ghp_${'a1B2'.repeat(9)}"\n`), 'secret-like');
  assert.is(of(`aws = "AKIA${'ABCD1234'.repeat(2)}"\n`), 'secret-like');
});

test('an example key does not hide a live one after it', () => {
  const example = `# as in AKIAIOSFODNN7${'EXAMPLE'}\n`;
  assert.is(of(`${example}aws = "AKIA${'ABCD1234'.repeat(2)}"\n`), 'secret-like');
  assert.is(of(`aws = "AKIA${'ABCD1234'.repeat(2)}"\n${example}`), 'secret-like');
  assert.is(of(example.repeat(3)), null);
});

test('a key header followed by a million line breaks is judged at once', () => {
  const header = `-----BEGIN PRIVATE ${'KEY'}-----`;
  // In quadratic time this would take hours.
  assert.is(of(`${header}${'\n'.repeat(1_000_000)}`), null);
  assert.is(of(`${header}${'\n'.repeat(1_000_000)}${'MIIEvQIBADANBgkq'}`), 'secret-like');
});

test('code that only speaks of such things is indexed', () => {
  assert.is(of(code), null);
  assert.is(of(''), null);
  assert.is(of(`if "BEGIN PRIVATE ${'KEY'}" in text:\n    raise ValueError\n`), null);
  assert.is(of(`header = "// Code ${'generated'} by us"\n${code}`), null);
  assert.is(of(`# The tables below were auto-${'generated'} once and are kept by hand.\n${code}`), null);
  assert.is(of(`${code.repeat(10)}# DO NOT ${'EDIT'}\n`), null);
  assert.is(of(`key = "AKIAIOSFODNN7${'EXAMPLE'}"\n`), null);
  assert.is(of(`${'One paragraph of prose stands on each line, as many writers like it. '.repeat(8)}\n`.repeat(20)), null);
  assert.is(of('größe = "漢字"\n'), null);
});

test('a multi-byte character cut by the binary probe is no fault', () => {
  assert.is(of(`${'a'.repeat(79)}\n`.repeat(99) + `${'é'.repeat(60)}\n`.repeat(10)), null);
});

test.run();
