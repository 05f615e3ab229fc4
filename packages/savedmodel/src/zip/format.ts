/** What reading and writing zip archives share: signatures, and which names are safe. */

export const LOCAL_SIGNATURE = 0x04034b50;
export const CENTRAL_SIGNATURE = 0x02014b50;
export const END_SIGNATURE = 0x06054b50;
export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;

export const STORED = 0;
export const DEFLATED = 8;
/** The flag of names in UTF-8. */
export const UTF8 = 0x800;

/** What is wrong with a member's name, if anything: unpacked below a folder it must stay below it, on every system. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "has a zero byte in it";
  if (name.includes("\\")) return "has a backslash in it";
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "is absolute";
  const parts = name.split("/");
  if (parts.includes("..") || parts.includes(".")) return "leads out of its folder or back into it";
  return parts.includes("") ? "has an empty part" : undefined;
}
