/** How the bench, the daemon's main thread and its worker find one another. */

/** Environment of the daemon: the folder recordings are written to. */
export const FOLDER = 'HEFC_BENCH_PROFILE';
/** Starts a recording, and ends it, in turn. */
export const SIGNAL = 'SIGUSR2';
/** Between the threads. */
export const CHANNEL = 'hefc-bench-profile';
/** Environment data of the worker: the script it was started for. */
export const SCRIPT = 'hefc-bench-script';

/** Files of recording number n: that it runs, and what it recorded (Recording[]). */
export const startedFile = (n: number): string => `${n}.started`;
export const recordedFile = (n: number): string => `${n}.json`;
