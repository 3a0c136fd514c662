// Rewrites the headers of requests and responses as its configuration says.

import { Context, FilterHeadersStatusValues, LogLevelValues, RootContext, log, registerRootContext } from "@solo-io/proxy-runtime";
import { proxy_on_context_create as createContext } from "@solo-io/proxy-runtime/proxy";
import { BufferTypeValues, get_buffer_bytes, get_property } from "@solo-io/proxy-runtime/runtime";
import { Config } from "./rules";
import { Headers } from "./template";

// The callbacks this plugin uses, no more: the host need not call us for bodies.
export {
  malloc, proxy_abi_version_0_2_0, proxy_on_vm_start, proxy_on_configure,
  proxy_on_request_headers, proxy_on_response_headers, proxy_on_done, proxy_on_delete
} from "@solo-io/proxy-runtime/proxy";

/** The SDK finds a plugin by its root id; this one answers to whatever root id the host gives it. */
export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) {
    const rootId = String.UTF8.decode(get_property("plugin_root_id"));
    registerRootContext((id: u32): RootContext => new HeaderRewrite(id), rootId);
  }
  createContext(id, parent);
}

class HeaderRewrite extends RootContext {
  config: Config = new Config();

  onConfigure(size: u32): bool {
    // Not super.onConfigure: in this version of the SDK it overwrites four bytes of our memory.
    const text = String.UTF8.decode(get_buffer_bytes(BufferTypeValues.PluginConfiguration, 0, size));
    const config = new Config();
    const problem = config.read(text);
    if (problem != "") {
      log(LogLevelValues.error, "configuration refused: " + problem);
      return false;
    }
    this.config = config;
    return true;
  }

  createContext(id: u32): Context {
    return new Message(id, this);
  }
}

class Message extends Context {
  private config: Config;
  private asked: Headers = new Map<string, string>();

  constructor(id: u32, root: HeaderRewrite) {
    super(id, root);
    this.config = root.config;
  }

  onRequestHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    this.config.request.remember(this.asked);
    this.config.response.remember(this.asked);
    this.config.request.apply(this.asked);
    return FilterHeadersStatusValues.Continue;
  }

  onResponseHeaders(count: u32, endOfStream: bool): FilterHeadersStatusValues {
    this.config.response.apply(this.asked);
    return FilterHeadersStatusValues.Continue;
  }
}
