#!/bin/sh
':' //; unset NODE_DEBUG NODE_DEBUG_NATIVE GOOGLE_SDK_NODE_LOGGING; exec node -- "$0" "$@"

/*
 * The command `secrets`. The two lines above are a shell script and JavaScript at once: they start Node with `--`, so that
 * Node 20 does not take an `--env-file` of ours for its own, and without the variables that make Node and a client library print
 * requests with their tokens: Node reads them before any code of ours runs.
 */
import { runProcess } from '../dist/cli/process.js';

await runProcess();
