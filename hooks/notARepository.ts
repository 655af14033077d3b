/** The place given is in no Git repository (exit code 4 of the command). In a file of its own, as every command knows it. */
export class NotARepository extends Error {}
