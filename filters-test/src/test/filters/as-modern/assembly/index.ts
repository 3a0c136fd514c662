// A filter on a newer SDK for AssemblyScript, which starts by `_start`, logs through WASI and knows one root.
//
// Paths below /teapot are answered with 418. Bodies are framed by the configuration's text, and a response header tells
// what the request's properties were. Shared data counts the requests.

import { Context, FilterDataStatusValues, FilterHeadersStatusValues, LogLevelValues, RootContext, BufferTypeValues,
  WasmResultValues, get_buffer_bytes, get_property, get_shared_data, log, makeHeaderPair, registerRootContext,
  send_http_response, set_buffer_bytes, set_shared_data, stream_context } from "@gcoredev/proxy-wasm-sdk-as/assembly";

export * from "@gcoredev/proxy-wasm-sdk-as/assembly/proxy";

class Modern extends RootContext {
  createContext(id: u32): Context {
    return new Message(id, this);
  }
}

class Message extends Context {
  frame: string;
  answered: bool = false;
  method: string = "";

  constructor(id: u32, root: Modern) {
    super(id, root);
    this.frame = root.getConfiguration();
  }

  onRequestHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    log(LogLevelValues.info, "request " + stream_context.headers.request.get(":path"));
    if (stream_context.headers.request.get(":path").startsWith("/teapot")) {
      this.answered = true;
      send_http_response(418, "teapot", String.UTF8.encode("short and stout\n"), [makeHeaderPair("x-teapot", "yes")]);
      return FilterHeadersStatusValues.StopIteration;
    }
    this.method = String.UTF8.decode(get_property("request\0method"));
    stream_context.headers.request.remove("content-length");
    stream_context.headers.request.add("x-count", this.count().toString());
    return FilterHeadersStatusValues.Continue;
  }

  onRequestBody(size: usize, endOfStream: bool): FilterDataStatusValues {
    if (!endOfStream) return FilterDataStatusValues.StopIterationAndBuffer;
    const text = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.HttpRequestBody, 0, size as u32));
    set_buffer_bytes(BufferTypeValues.HttpRequestBody, 0, size as u32, String.UTF8.encode(this.frame + text + this.frame));
    return FilterDataStatusValues.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    if (this.answered) return FilterHeadersStatusValues.Continue;
    const code = get_property("response\0code");
    const number = code.byteLength == 8 ? load<u64>(changetype<usize>(code)) : 0;
    stream_context.headers.response.replace("x-properties", this.method + " " + number.toString());
    stream_context.headers.response.remove("content-length");
    return FilterHeadersStatusValues.Continue;
  }

  onResponseBody(size: usize, endOfStream: bool): FilterDataStatusValues {
    if (this.answered) return FilterDataStatusValues.Continue;
    if (endOfStream) {
      set_buffer_bytes(BufferTypeValues.HttpResponseBody, size as u32, 0, String.UTF8.encode(this.frame));
    }
    return FilterDataStatusValues.Continue;
  }

  private count(): i32 {
    for (let i = 0; i < 10; i++) {
      const known = get_shared_data("as-modern");
      const n = known.result == WasmResultValues.Ok ? I32.parseInt(String.UTF8.decode(known.value!)) + 1 : 1;
      const cas = known.result == WasmResultValues.Ok ? known.cas : 0;
      if (set_shared_data("as-modern", String.UTF8.encode(n.toString()), cas) == WasmResultValues.Ok) return n;
    }
    return 0;
  }
}

registerRootContext((id: u32): RootContext => new Modern(id), "modern");
