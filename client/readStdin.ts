/** All of standard input, or its beginning: reading ends once there is more than `most` bytes, and the writer's pipe closes. */
export async function readStdin(most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of process.stdin) {
    parts.push(part as Buffer);
    length += (part as Buffer).length;
    if (length > most) break;
  }
  return Buffer.concat(parts);
}
