import type { CommandEntry } from '../cli/config.js';

/** All commands: one file and one entry each. Topics are in the section `oclif` of `package.json`. */
export const commands: readonly CommandEntry[] = [
  {
    id: 'init',
    summary: 'Write a first configuration.',
    load: async () => (await import('./init.js')).InitCommand,
  },
  {
    id: 'validate',
    summary: 'Check the configuration, without credentials and without asking any system.',
    load: async () => (await import('./validate.js')).ValidateCommand,
  },
  {
    id: 'plan',
    summary: 'Show the changes that the configuration requires.',
    load: async () => (await import('./plan.js')).PlanCommand,
  },
  {
    id: 'apply',
    summary: 'Make the changes that the configuration requires.',
    load: async () => (await import('./apply.js')).ApplyCommand,
  },
  {
    id: 'drift',
    summary: 'Show what was changed outside of this tool since the last apply.',
    load: async () => (await import('./drift.js')).DriftCommand,
  },
  {
    id: 'show',
    summary: 'Show a saved plan.',
    load: async () => (await import('./show.js')).ShowCommand,
  },
  {
    id: 'import',
    summary: 'Add an existing object to the state, so that the stack owns it.',
    load: async () => (await import('./import.js')).ImportCommand,
  },
  {
    id: 'pull',
    summary: 'Print what the systems have and the configuration does not, as YAML.',
    load: async () => (await import('./pull.js')).PullCommand,
  },
  {
    id: 'get',
    summary: 'Print one value.',
    load: async () => (await import('./get.js')).GetCommand,
  },
  {
    id: 'run',
    summary: 'Run a program with values in its environment.',
    load: async () => (await import('./run.js')).RunCommand,
  },
  {
    id: 'graph',
    summary: 'Print the dependency graph in the DOT language.',
    load: async () => (await import('./graph.js')).GraphCommand,
  },
  {
    id: 'sandbox',
    summary: 'Start a local Helios Management API and a local Postgres to try things on.',
    load: async () => (await import('./sandbox.js')).SandboxCommand,
  },
  {
    id: 'state:list',
    summary: 'List the resources in the state.',
    load: async () => (await import('./state/list.js')).StateListCommand,
  },
  {
    id: 'state:show',
    summary: 'Show what the state records of one resource.',
    load: async () => (await import('./state/show.js')).StateShowCommand,
  },
  {
    id: 'state:mv',
    summary: 'Change the address of a resource in the state.',
    load: async () => (await import('./state/mv.js')).StateMvCommand,
  },
  {
    id: 'state:rm',
    summary: 'Remove resources from the state; they stay in their systems.',
    load: async () => (await import('./state/rm.js')).StateRmCommand,
  },
  {
    id: 'state:pull',
    summary: 'Print the whole state.',
    load: async () => (await import('./state/pull.js')).StatePullCommand,
  },
  {
    id: 'state:push',
    summary: 'Replace the state in the backend by the one in a file.',
    load: async () => (await import('./state/push.js')).StatePushCommand,
  },
  {
    id: 'state:unlock',
    summary: 'Release a lock that another run left behind.',
    load: async () => (await import('./state/unlock.js')).StateUnlockCommand,
  },
  {
    id: 'state:rebind',
    summary: 'Bind the state to the systems that the configuration points to now.',
    load: async () => (await import('./state/rebind.js')).StateRebindCommand,
  },
  {
    id: 'state:rekey',
    summary: 'Give the fingerprints of the state another key.',
    load: async () => (await import('./state/rekey.js')).StateRekeyCommand,
  },
  {
    id: 'help',
    summary: 'Show the commands, or the help of a command.',
    load: async () => (await import('./help.js')).HelpCommand,
  },
  {
    id: 'version',
    summary: 'Show the version.',
    load: async () => (await import('./version.js')).VersionCommand,
  },
];
