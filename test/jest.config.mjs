import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('..', import.meta.url));

/** One configuration for the three suites (`*.spec.ts`, `*.int.spec.ts`, `*.e2e.spec.ts`). */
export default {
  rootDir,
  testMatch: ['<rootDir>/{libs,apps,test}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^#(libs|apps)/(.*)\\.js$': '<rootDir>/$1/$2',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  setupFiles: ['<rootDir>/test/setup.mjs'],
  testEnvironment: 'node',
  // Suites with a real PostgreSQL share the machine with others: a slow minute is no failure.
  testTimeout: 30_000,
};
