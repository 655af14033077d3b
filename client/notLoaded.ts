/**
 * Stands in quick.cjs for `tls` and `dgram`, which node-ipc imports for kinds of sockets we never open: loading them
 * (and `crypto` with them) takes longer than all our own code.
 */
export default {};
