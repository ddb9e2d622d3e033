import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const find = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || dirname(folder) === folder ? folder : find(dirname(folder));

/** The project's folder: the same whether this runs from source or from `dist`. Templates and assets are read from its `libs`. */
export const projectRoot = find(dirname(fileURLToPath(import.meta.url)));
export const libsFolder = join(projectRoot, 'libs');

/** The folder of an npm package, found from the package that asks for it. */
export const packageFolder = (name: string, askedBy = join(projectRoot, 'package.json')): string =>
  dirname(createRequire(askedBy).resolve(`${name}/package.json`));
