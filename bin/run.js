#!/bin/sh
':' //; exec node -- "$0" "$@"

/*
 * The command `secrets`. The two lines above are a shell script and JavaScript at once: they start Node with `--`, so that
 * Node 20 leaves our own flags alone (it takes an `--env-file` anywhere on its command line for its own, and fails if that
 * file is not there yet).
 */
import { run } from '../dist/cli/main.js';

await run(import.meta.url);
