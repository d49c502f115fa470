import type { CommandTable } from '../cli/table.js';

/** All commands: one file and one entry each. */
export const commands: CommandTable = {
  topics: [{ name: 'state', summary: 'Inspect and edit the state: what the stack owns.' }],
  commands: [
    {
      name: 'init',
      summary: 'Write a first configuration.',
      load: async () => (await import('./init.js')).init,
    },
    {
      name: 'validate',
      summary: 'Check the configuration, without credentials and without asking any system.',
      load: async () => (await import('./validate.js')).validateCommand,
    },
    {
      name: 'plan',
      summary: 'Show the changes that the configuration requires.',
      load: async () => (await import('./plan.js')).planCommand,
    },
    {
      name: 'apply',
      summary: 'Make the changes that the configuration requires.',
      load: async () => (await import('./apply.js')).applyCommand,
    },
    {
      name: 'drift',
      summary: 'Show what was changed outside of this tool since the last apply.',
      load: async () => (await import('./drift.js')).driftCommand,
    },
    {
      name: 'show',
      summary: 'Show a saved plan.',
      load: async () => (await import('./show.js')).show,
    },
    {
      name: 'import',
      summary: 'Add an existing object to the state, so that the stack owns it.',
      load: async () => (await import('./import.js')).importCommand,
    },
    {
      name: 'pull',
      summary: 'Print what the systems have and the configuration does not, as YAML.',
      load: async () => (await import('./pull.js')).pullCommand,
    },
    {
      name: 'get',
      summary: 'Print one value.',
      load: async () => (await import('./get.js')).get,
    },
    {
      name: 'run',
      summary: 'Run a program with values in its environment.',
      load: async () => (await import('./run.js')).runProgram,
    },
    {
      name: 'graph',
      summary: 'Print the dependency graph in the DOT language.',
      load: async () => (await import('./graph.js')).graphCommand,
    },
    {
      name: 'sandbox',
      summary: 'Start a local Helios Management API and a local Postgres to try things on.',
      load: async () => (await import('./sandbox.js')).sandbox,
    },
    {
      name: 'state list',
      summary: 'List the resources in the state.',
      load: async () => (await import('./state/list.js')).stateList,
    },
    {
      name: 'state show',
      summary: 'Show what the state records of one resource.',
      load: async () => (await import('./state/show.js')).stateShow,
    },
    {
      name: 'state mv',
      summary: 'Change the address of a resource in the state.',
      load: async () => (await import('./state/mv.js')).stateMv,
    },
    {
      name: 'state rm',
      summary: 'Remove resources from the state; they stay in their systems.',
      load: async () => (await import('./state/rm.js')).stateRm,
    },
    {
      name: 'state pull',
      summary: 'Print the whole state.',
      load: async () => (await import('./state/pull.js')).statePullCommand,
    },
    {
      name: 'state push',
      summary: 'Replace the state in the backend by the one in a file.',
      load: async () => (await import('./state/push.js')).statePushCommand,
    },
    {
      name: 'state unlock',
      summary: 'Release a lock that another run left behind.',
      load: async () => (await import('./state/unlock.js')).stateUnlockCommand,
    },
    {
      name: 'state rebind',
      summary: 'Bind the state to the systems that the configuration points to now.',
      load: async () => (await import('./state/rebind.js')).stateRebindCommand,
    },
  ],
};
