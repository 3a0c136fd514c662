// Reads JSON. AssemblyScript has no exceptions to catch, so a syntax error is a text in `error`.

export enum Kind { Null, Bool, Number, String, Array, Object }

const NAMES: string[] = ["null", "a boolean", "a number", "a string", "an array", "an object"];

export function nameOf(kind: Kind): string {
  return NAMES[kind];
}

export class Json {
  text: string = "";
  items: Json[] = [];
  fields: Map<string, Json> = new Map<string, Json>();

  constructor(public kind: Kind) { }
}

const DEPTH = 16;
const END = -1;
const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a;

export class JsonReader {
  error: string = "";
  private at: i32 = 0;

  constructor(private source: string) { }

  read(): Json {
    const value = this.value(0);
    if (this.next() != END) this.fail("text after the end");
    return value;
  }

  private value(depth: i32): Json {
    const c = this.next();
    if (depth == DEPTH) return this.fail("nested too deeply");
    if (c == 0x7b) return this.object(depth);
    if (c == 0x5b) return this.array(depth);
    if (c == QUOTE) return this.string();
    return this.word();
  }

  private object(depth: i32): Json {
    const object = new Json(Kind.Object);
    this.at++;
    if (this.take(0x7d)) return object;
    do {
      if (this.next() != QUOTE) return this.fail("a field name is missing");
      const name = this.string().text;
      if (object.fields.has(name)) return this.fail("field \"" + name + "\" is there twice");
      if (!this.take(COLON)) return this.fail("':' is missing");
      object.fields.set(name, this.value(depth + 1));
      if (this.error != "") return object;
    } while (this.take(COMMA));
    if (!this.take(0x7d)) return this.fail("',' or '}' is missing");
    return object;
  }

  private array(depth: i32): Json {
    const array = new Json(Kind.Array);
    this.at++;
    if (this.take(0x5d)) return array;
    do {
      array.items.push(this.value(depth + 1));
      if (this.error != "") return array;
    } while (this.take(COMMA));
    if (!this.take(0x5d)) return this.fail("',' or ']' is missing");
    return array;
  }

  private string(): Json {
    const string = new Json(Kind.String);
    this.at++;
    for (let c = this.peek(); c != QUOTE; c = this.peek()) {
      if (c < 0x20) return this.fail("a string does not end"); // END too
      this.at++;
      // Not `?:`: with strings this compiler releases one of the two once too often.
      if (c == BACKSLASH) string.text += this.escape();
      else string.text += String.fromCharCode(c);
      if (this.error != "") return string;
    }
    this.at++;
    return string;
  }

  private escape(): string {
    const c = this.peek();
    this.at++;
    if (c == QUOTE || c == BACKSLASH || c == 0x2f) return String.fromCharCode(c);
    if (c == 0x62) return "\b";
    if (c == 0x66) return "\f";
    if (c == 0x6e) return "\n";
    if (c == 0x72) return "\r";
    if (c == 0x74) return "\t";
    if (c != 0x75) this.fail("unknown escape");
    let code = 0;
    for (let i = 0; i < 4; i++, this.at++) {
      const digit = hexDigit(this.peek());
      if (digit < 0) this.fail("unknown escape");
      code = code << 4 | digit;
    }
    return String.fromCharCode(code);
  }

  private word(): Json {
    const start = this.at;
    while (isWordPart(this.peek())) this.at++;
    const text = this.source.substring(start, this.at);
    const word = new Json(Kind.Number);
    word.text = text;
    if (text == "null") word.kind = Kind.Null;
    else if (text == "true" || text == "false") word.kind = Kind.Bool;
    else if (text == "" || isNaN(parseFloat(text))) return this.fail("a value is missing");
    return word;
  }

  private peek(): i32 {
    return this.at < this.source.length ? this.source.charCodeAt(this.at) : END;
  }

  /** The next character that is not white space, without taking it. */
  private next(): i32 {
    while (this.peek() == 0x20 || (this.peek() >= 0x09 && this.peek() <= 0x0d)) this.at++;
    return this.peek();
  }

  private take(c: i32): bool {
    if (this.next() != c) return false;
    this.at++;
    return true;
  }

  /** Keeps the first error. */
  private fail(problem: string): Json {
    if (this.error == "") this.error = problem + " at character " + (this.at + 1).toString();
    return new Json(Kind.Null);
  }
}

function hexDigit(c: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function isWordPart(c: i32): bool {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c == 0x2b || c == 0x2d || c == 0x2e;
}
