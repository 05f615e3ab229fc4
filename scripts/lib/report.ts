// How a check ends: every problem on a line of its own, or one line that says what was looked at.

/** Prints the outcome; problems make the process fail. */
export function report(problems: readonly string[], success: string): void {
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(success);
  else process.exitCode = 1;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
