// A header value with parts to fill in: %REQ(name)% is a request header, %RESP(name)% a response header, %% is %.

import { stream_context } from "@solo-io/proxy-runtime";

/** The request headers that response templates ask for, as they were when the request came. */
export type Headers = Map<string, string>;

export class Template {
  /** Text and header names in turn: text, name, text, name, … text. */
  private parts: string[] = [];
  /** Whether the name at the same place is a response header. */
  private fromResponse: bool[] = [];

  /** Takes the template apart; returns what is wrong with it, or nothing. */
  read(source: string): string {
    let text = "";
    let at = 0;
    for (let mark = source.indexOf("%"); mark >= 0; mark = source.indexOf("%", at)) {
      const end = source.indexOf("%", mark + 1);
      if (end < 0) return "a % has no partner (write %% for a percent sign)";
      const inside = source.substring(mark + 1, end);
      text += source.substring(at, mark);
      at = end + 1;
      if (inside == "") {
        text += "%";
        continue;
      }
      const request = inside.startsWith("REQ(");
      const name = inside.substring(inside.indexOf("(") + 1, inside.length - 1).toLowerCase();
      if (!(request || inside.startsWith("RESP(")) || !inside.endsWith(")") || name == "") {
        return "%" + inside + "% is unknown (expected: %REQ(name)% or %RESP(name)%)";
      }
      this.add(text, false);
      this.add(name, !request);
      text = "";
    }
    this.add(text + source.substring(at), false);
    return "";
  }

  private add(part: string, fromResponse: bool): void {
    this.parts.push(part);
    this.fromResponse.push(fromResponse);
  }

  get isFixed(): bool {
    return this.parts.length == 1;
  }

  get needsResponse(): bool {
    return this.fromResponse.includes(true);
  }

  /** Notes the request headers this template asks for, while they can be read. */
  remember(headers: Headers): void {
    for (let i = 1; i < this.parts.length; i += 2) {
      const name = this.parts[i];
      if (!this.fromResponse[i] && !headers.has(name)) {
        headers.set(name, harmless(stream_context.headers.request.get(name)));
      }
    }
  }

  fill(request: Headers): string {
    let value = this.parts[0];
    for (let i = 1; i < this.parts.length; i += 2) {
      const name = this.parts[i];
      if (this.fromResponse[i]) value += harmless(stream_context.headers.response.get(name));
      else if (request.has(name)) value += request.get(name);
      value += this.parts[i + 1];
    }
    return value;
  }
}

/**
 * The value, or nothing if it has control characters. On the wire a value has none, but bytes that are not
 * UTF-8 may be decoded to a line end, and that would let a client add headers of its own.
 */
function harmless(value: string): string {
  if (hasControl(value)) return "";
  return value;
}

export function hasControl(value: string): bool {
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if ((c < 0x20 && c != 0x09) || c == 0x7f) return true;
  }
  return false;
}
