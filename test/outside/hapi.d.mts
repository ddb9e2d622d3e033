export type Program = 'Hl7Client' | 'FhirClient';

/** What Java needs on its class path. @throws Error with a sentence where Java, its compiler or Maven is missing. */
export function hapiClassPath(): Promise<string>;

/** Runs a program of this folder to its end: the lines it printed, cut at tabs. @throws Error with its last lines when it fails. */
export function runProgram(
  classPath: string,
  program: Program,
  args: readonly string[],
): Promise<readonly (readonly string[])[]>;
