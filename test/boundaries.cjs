/** The boundaries of the house (docs/decisions/0003): keyed to folders, run as a test. */
const contexts = 'intake|discharge|brokerage|reablement|insights';
const shared = 'contracts|event-store|event-feed|people|access|nhs|platform';

module.exports = {
  forbidden: [
    {
      name: 'contexts-meet-only-in-events',
      comment: 'No context imports another: they meet in the events of libs/contracts.',
      severity: 'error',
      from: { path: `^libs/(${contexts})/` },
      to: { path: `^libs/(${contexts})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'shared-libraries-know-no-context',
      severity: 'error',
      from: { path: `^libs/(${shared})/` },
      to: { path: `^libs/(${contexts})/` },
    },
    {
      name: 'domain-is-pure',
      comment: 'domain/ folders import neither Nest nor a driver nor anything that does I/O.',
      severity: 'error',
      from: { path: '^libs/.+/domain/', pathNot: '[.]spec[.]ts$' },
      to: {
        path: [
          '^(node_modules/)?(@nestjs|pg|kafkajs|@eventstore|fastify|@fastify)(/|$)',
          '^(node:)?(fs|net|http|https|child_process|dgram|tls)$',
        ],
      },
    },
    {
      name: 'nhs-imports-nothing',
      severity: 'error',
      from: { path: '^libs/nhs/', pathNot: '[.]spec[.]ts$' },
      to: { path: '.', pathNot: ['^libs/nhs/', '^(node_modules/)?temporal-polyfill(/|$)'] },
    },
    {
      name: 'contracts-import-only-their-schema-library',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: '[.]spec[.]ts$' },
      to: { path: '.', pathNot: ['^libs/contracts/', '^(node_modules/)?typebox(/|$)'] },
    },
    {
      name: 'apps-are-imported-by-nobody',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libraries-do-not-import-tests',
      comment: 'Nor what tests are built from: a testing/ folder is for specs, of its own context and of the whole.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['[.]spec[.]ts$', '/testing/'] },
      to: { path: ['^test/', '/testing/'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
