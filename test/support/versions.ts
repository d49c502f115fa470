/** Prints the versions of what the tests use: `tsx test/support/versions.ts`. */
import { SERVICE_NAMES, versionHere } from './services.js';

console.log(`Node ${process.version}`);
for (const name of SERVICE_NAMES) console.log(`${name}: ${(await versionHere(name)) ?? 'not here'}`);
