import { readEdit, readFault } from './control-bodies.js';
import type { Control } from './control.js';
import { Refusal } from './refusal.js';
import { refusalReply, type ApiRequest, type Reply } from './routes.js';

const done: Reply = { status: 200, body: {} };

function act(control: Control, { method, path, query, body }: ApiRequest): Reply {
  switch (`${method} ${path}`) {
    case 'GET /_sandbox/faults':
      return { status: 200, body: control.faults() };
    case 'POST /_sandbox/faults':
      return { status: 201, body: { id: control.addFault(readFault(body)) } };
    case 'DELETE /_sandbox/faults': {
      const id = query.get('id');
      control.clearFaults(id === null ? undefined : Number(id));
      return done;
    }
    case 'GET /_sandbox/requests':
      return {
        status: 200,
        body: { total: control.total(), counts: control.counts(), entries: control.requests() },
      };
    case 'DELETE /_sandbox/requests':
      control.clearRequests();
      return done;
    case 'GET /_sandbox/world':
      return { status: 200, body: control.dump() };
    case 'POST /_sandbox/edits': {
      const id = control.edit(readEdit(body));
      return { status: 200, body: id === undefined ? {} : { id } };
    }
    default:
      throw new Refusal(404, 'The control endpoint has faults, requests, world and edits.');
  }
}

/** Answers requests under `/_sandbox/`: 401 without the control token, 400 and 404 as the control functions refuse. */
export function controlHandler(control: Control, token: string) {
  return (request: ApiRequest, given: string | undefined): Reply => {
    try {
      if (given !== token) throw new Refusal(401, 'Send the control token in the header X-Sandbox-Control.');
      return act(control, request);
    } catch (error) {
      if (error instanceof Refusal) return refusalReply(error);
      throw error;
    }
  };
}
