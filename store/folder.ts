import { chmodSync, closeSync, constants, lstatSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { StoreError } from './errors.js';

/** Magic numbers of Linux statfs(2) for file systems where SQLite's locks and shared memory cannot be trusted. */
const networkFilesystems = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
]);

/** Name of the network file system with this statfs type, if it is one. */
export function networkFilesystem(type: number): string | undefined {
  return networkFilesystems.get(type >>> 0);
}

/** Throws network-filesystem when the folder lies on one; `statfs` tells the type of a folder's file system. */
export function refuseNetworkFilesystem(folder: string, statfs: (path: string) => { type: number } = statfsSync): void {
  // The numbers are Linux's; elsewhere the same field counts something else.
  if (process.platform !== 'linux') return;
  const kind = networkFilesystem(statfs(folder).type);
  if (kind === undefined) return;
  throw new StoreError(
    'network-filesystem',
    `${folder} is on a network file system (${kind}), where a database can be damaged: keep the repository on a local disk`,
  );
}

/**
 * Makes the database's folder private to this user (0700) and its database file 0600.
 * Errors: read-only, unsafe-folder, network-filesystem.
 */
export function prepareFolder(folder: string, database: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    ownedByUs(folder, 'folder');
    refuseNetworkFilesystem(folder);
    chmodSync(folder, 0o700);
    // O_NOFOLLOW: a link planted in our place must not lead us to another file.
    closeSync(openSync(database, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
    ownedByUs(database, 'file');
    chmodSync(database, 0o600);
  } catch (error) {
    throw folderError(folder, error);
  }
}

function ownedByUs(path: string, kind: 'folder' | 'file'): void {
  const stat = lstatSync(path);
  if (kind === 'folder' ? !stat.isDirectory() : !stat.isFile()) {
    throw new StoreError('unsafe-folder', `${path} is not a plain ${kind}: remove it and try again`);
  }
  const user = process.getuid?.();
  if (user !== undefined && stat.uid !== user) {
    throw new StoreError('unsafe-folder', `${path} belongs to another user: run hefc as its owner, or remove it`);
  }
}

function folderError(folder: string, error: unknown): unknown {
  if (error instanceof StoreError) return error;
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StoreError('read-only', `${folder} cannot be written (${code}): give yourself write permission to the .git folder`, { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreError('disk-full', `no space is left to make ${folder}: free some disk space and try again`, { cause: error });
    case 'ELOOP':
    case 'EEXIST':
    case 'ENOTDIR':
    case 'EISDIR':
      return new StoreError('unsafe-folder', `something other than a plain folder and file stands at ${folder} (${code}): remove it and try again`, { cause: error });
    default:
      return error;
  }
}
