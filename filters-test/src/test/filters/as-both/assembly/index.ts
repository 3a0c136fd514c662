// Works in both directions: what it notes in the request, and what a cluster answers meanwhile, it tells in the
// response. Paths below /stop are answered by the filter; responses with status 418 are replaced.
//
// The configuration is the name of the cluster. The root id must be `both`.

import {
  BaseContext, Context, Counter, FilterDataStatusValues, FilterHeadersStatusValues, FilterTrailersStatusValues, Gauge,
  GrpcStatusValues, HeaderPair, Headers, LogLevelValues, RootContext, WasmResultValues, continue_request, log,
  registerRootContext, send_local_response, stream_context
} from "@solo-io/proxy-runtime";
import { BufferTypeValues, HeaderMapTypeValues, get_buffer_bytes, get_buffer_status, get_header_map_size, get_property,
  replace_header_map_value_string, set_property } from "@solo-io/proxy-runtime/runtime";

// Every callback that the SDK knows.
export * from "@solo-io/proxy-runtime/proxy";

function pair(name: string, value: string): HeaderPair {
  return new HeaderPair(String.UTF8.encode(name), String.UTF8.encode(value));
}

class Both extends RootContext {
  cluster: string = "";
  requests: Counter = new Counter("as_both_requests");
  open: Gauge = new Gauge("as_both_open");

  onConfigure(size: u32): bool {
    // Not super.onConfigure: in this version of the SDK it overwrites four bytes of our memory.
    this.cluster = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.PluginConfiguration, 0, size));
    log(LogLevelValues.info, "cluster " + this.cluster);
    return true;
  }

  createContext(id: u32): Context {
    return new Message(id, this);
  }
}

class Message extends Context {
  root: Both;
  notes: string[] = [];

  constructor(id: u32, root: Both) {
    super(id, root);
    this.root = root;
  }

  onRequestHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    this.root.requests.increment(1);
    this.root.open.increment(1);
    const all = stream_context.headers.request.get_headers();
    let size: usize = 0;
    for (let i = 0; i < all.length; i++) {
      size += all[i].key.byteLength + all[i].value.byteLength;
    }
    const right = all.length == count && size == get_header_map_size(HeaderMapTypeValues.RequestHeaders);
    this.notes.push(right ? "right" : "wrong");
    const path = stream_context.headers.request.get(":path");
    set_property("as_both", String.UTF8.encode(path));
    if (path.startsWith("/stop")) {
      send_local_response(200, "stopped", String.UTF8.encode("stopped at " + path + "\n"),
        [pair("X-Stop", "1"), pair("x-stop", "2")], GrpcStatusValues.Ok);
      return FilterHeadersStatusValues.StopIteration;
    }
    const headers: Headers = [pair(":method", "GET"), pair(":path", "/as" + path), pair(":authority", "as")];
    const result = this.root.httpCall(this.root.cluster, headers, new ArrayBuffer(0), [], 500, this,
      (origin: BaseContext, headers: u32, size: usize, trailers: u32): void => {
        const message = origin as Message;
        const status = headers == 0 ? "none" : stream_context.headers.http_callback.get(":status");
        message.notes.push("called " + status);
        continue_request();
      });
    if (result != WasmResultValues.Ok) {
      this.notes.push("not called " + result.toString());
      return FilterHeadersStatusValues.Continue;
    }
    return FilterHeadersStatusValues.StopIteration;
  }

  onRequestBody(size: usize, endOfStream: bool): FilterDataStatusValues {
    const status = get_buffer_status(BufferTypeValues.HttpRequestBody);
    this.notes.push("body " + size.toString() + (status.length == size ? "" : " of " + status.length.toString()));
    return FilterDataStatusValues.Continue;
  }

  onRequestTrailers(count: u32): FilterTrailersStatusValues {
    stream_context.trailers.request.add("x-as", count.toString());
    return FilterTrailersStatusValues.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    if (stream_context.headers.response.get(":status") == "418") {
      send_local_response(200, "", String.UTF8.encode("coffee\n"), [pair("content-type", "text/x-coffee")], GrpcStatusValues.Ok);
      return FilterHeadersStatusValues.StopIteration;
    }
    this.notes.push("property " + String.UTF8.decode(get_property("as_both")));
    replace_header_map_value_string(HeaderMapTypeValues.ResponseHeaders, "x-notes", this.notes.join(", "));
    stream_context.headers.response.remove("server");
    return FilterHeadersStatusValues.Continue;
  }

  onResponseBody(size: usize, endOfStream: bool): FilterDataStatusValues {
    if (endOfStream) {
      stream_context.trailers.response.add("x-as", "end");
    }
    return FilterDataStatusValues.Continue;
  }

  onResponseTrailers(count: u32): FilterTrailersStatusValues {
    stream_context.trailers.response.replace("x-as", count.toString());
    return FilterTrailersStatusValues.Continue;
  }

  onLog(): void {
    this.root.open.increment(-1);
    log(LogLevelValues.info, "over");
  }
}

registerRootContext((id: u32): RootContext => new Both(id), "both");
