// What to do with the headers of one direction, read from the configuration and checked there.

import { stream_context } from "@solo-io/proxy-runtime";
import { Json, JsonReader, Kind, nameOf } from "./json";
import { Headers, Template, hasControl } from "./template";

class Change {
  constructor(public name: string, public value: Template) { }
}

export class Rules {
  private removed: string[] = [];
  private set: Change[] = [];
  private added: Change[] = [];

  constructor(private onRequest: bool) { }

  /** First removes, then sets, then adds. A value is left out when the headers it is made of are all missing. */
  apply(request: Headers): void {
    for (let i = 0; i < this.removed.length; i++) {
      const name = this.removed[i];
      if (this.onRequest) stream_context.headers.request.remove(name);
      else stream_context.headers.response.remove(name);
    }
    for (let i = 0; i < this.set.length; i++) {
      const change = this.set[i];
      const value = change.value.fill(request);
      if (value == "" && !change.value.isFixed) continue;
      if (this.onRequest) stream_context.headers.request.replace(change.name, value);
      else stream_context.headers.response.replace(change.name, value);
    }
    for (let i = 0; i < this.added.length; i++) {
      const change = this.added[i];
      const value = change.value.fill(request);
      if (value == "" && !change.value.isFixed) continue;
      if (this.onRequest) stream_context.headers.request.add(change.name, value);
      else stream_context.headers.response.add(change.name, value);
    }
  }

  remember(headers: Headers): void {
    for (let i = 0; i < this.set.length; i++) this.set[i].value.remember(headers);
    for (let i = 0; i < this.added.length; i++) this.added[i].value.remember(headers);
  }

  /** Reads `{"remove": [...], "set": {...}, "add": {...}}`; returns what is wrong with it, or nothing. */
  read(where: string, json: Json): string {
    const problem = expect(where, json, Kind.Object);
    if (problem != "") return problem;
    const names = json.fields.keys();
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const value = json.fields.get(name);
      let problem = "";
      if (name == "remove") problem = this.readNames(where + ".remove", value);
      else if (name == "set") problem = this.readChanges(where + ".set", value, this.set, true);
      else if (name == "add") problem = this.readChanges(where + ".add", value, this.added, false);
      else problem = where + "." + name + " is unknown (expected: remove, set, add)";
      if (problem != "") return problem;
    }
    return "";
  }

  private readNames(where: string, json: Json): string {
    const problem = expect(where, json, Kind.Array);
    if (problem != "") return problem;
    for (let i = 0; i < json.items.length; i++) {
      const item = json.items[i];
      const problem = expect(where + "[" + i.toString() + "]", item, Kind.String);
      if (problem != "") return problem;
      if (!isHeaderName(item.text)) return where + ": \"" + item.text + "\" is not a header name";
      this.removed.push(item.text.toLowerCase());
    }
    return "";
  }

  private readChanges(where: string, json: Json, changes: Change[], pseudo: bool): string {
    const problem = expect(where, json, Kind.Object);
    if (problem != "") return problem;
    const names = json.fields.keys();
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const field = where + "." + name;
      const value = json.fields.get(name);
      if (!isHeaderName(name) && !(pseudo && this.isPseudoHeader(name))) return where + ": \"" + name + "\" is not a header name";
      const problem = expect(field, value, Kind.String);
      if (problem != "") return problem;
      if (hasControl(value.text)) return field + " has control characters";
      const template = new Template();
      const mistake = template.read(value.text);
      if (mistake != "") return field + ": " + mistake;
      if (this.onRequest && template.needsResponse) return field + ": a request has no response headers";
      changes.push(new Change(name.toLowerCase(), template));
    }
    return "";
  }

  private isPseudoHeader(name: string): bool {
    return this.onRequest ? name == ":path" || name == ":authority" || name == ":method" || name == ":scheme" : name == ":status";
  }
}

export class Config {
  request: Rules = new Rules(true);
  response: Rules = new Rules(false);

  /** Reads the plugin's configuration; returns what is wrong with it, or nothing. */
  read(text: string): string {
    if (text.trim() == "") return "";
    const reader = new JsonReader(text);
    const json = reader.read();
    if (reader.error != "") return "not JSON: " + reader.error;
    const problem = expect("configuration", json, Kind.Object);
    if (problem != "") return problem;
    const names = json.fields.keys();
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      let problem = name + " is unknown (expected: request, response)";
      if (name == "request") problem = this.request.read(name, json.fields.get(name));
      else if (name == "response") problem = this.response.read(name, json.fields.get(name));
      if (problem != "") return problem;
    }
    return "";
  }
}

function expect(where: string, json: Json, kind: Kind): string {
  if (json.kind == kind) return "";
  return where + " is " + nameOf(json.kind) + " (expected: " + nameOf(kind) + ")";
}

const SEPARATORS = "\"(),/:;<=>?@[\\]{}";

function isHeaderName(name: string): bool {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c <= 0x20 || c > 0x7e || SEPARATORS.includes(name.charAt(i))) return false;
  }
  return name.length > 0;
}
