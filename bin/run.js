#!/bin/sh
':' //; exec node -- "$0" "$@"

/*
 * The command `secrets`. The two lines above are a shell script and JavaScript at once: they start Node with `--`, so that
 * Node 20 does not take an `--env-file` of ours for its own.
 */
import { runProcess } from '../dist/cli/process.js';

await runProcess();
