/** Where git and the user's own settings lie; these name no repository. */
const kept = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_EXEC_PATH']);

/**
 * The environment git runs in: hooks and outer git commands leave GIT_DIR, GIT_INDEX_FILE and the like behind, which
 * would point git at another repository; they go. git takes no optional locks, asks nothing, fetches nothing,
 * and reads objects as they are (no refs/replace), since everything cached is keyed by object id.
 */
export function gitEnvironment(outer: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const clean = Object.entries(outer).filter(([name]) => !name.toUpperCase().startsWith('GIT_') || kept.has(name.toUpperCase()));
  return {
    ...Object.fromEntries(clean),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    // Git before 2.45 does not know the line above: a transport that does not exist stops its lazy fetch.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    LANGUAGE: '',
    // Windows: never run a git.exe that lies in the repository.
    NoDefaultCurrentDirectoryInExePath: '1',
  };
}
