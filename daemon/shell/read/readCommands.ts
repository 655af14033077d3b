import { refuseContent } from '../../chunker/refuse.js';
import type { CommandFile, FileCommand } from '../types.js';
import { readDocument } from './document.js';
import { readDockerfile } from './dockerfile.js';
import { readJustfile, readMakefile } from './makefile.js';
import { readPackageScripts } from './packageScripts.js';
import { readScript } from './script.js';

/** The commands of one file; none where its content is refused, as an index would refuse it. */
export async function readCommands({ path, kind }: CommandFile, bytes: Buffer): Promise<FileCommand[]> {
  if (refuseContent(bytes) !== null) return [];
  const text = bytes.toString('utf8');
  switch (kind) {
    case 'makefile': return readMakefile(text);
    case 'justfile': return readJustfile(text);
    case 'package': return readPackageScripts(text);
    case 'dockerfile': return readDockerfile(text);
    case 'script': return readScript(text, /\.\w+$/.test(path));
    case 'document': return readDocument(text, path.endsWith('.rst'));
    // The reader of YAML is loaded only where there is some.
    case 'pipeline': return (await import('./pipeline.js')).readPipeline(text);
  }
}
