/**
 * Imported before everything else. The launchers in `bin` run the project's own Node; whoever runs a built file by hand with an
 * older one is told so, and not by whatever is missing there first.
 */
const needed = 24;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `Homeward needs Node ${String(needed)} or newer; this is ${process.version}. Start it with "npm start", which brings its own.\n`,
  );
  process.exit(1);
}

export {};
