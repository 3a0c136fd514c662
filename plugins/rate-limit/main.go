// Rate-limit lets every client make a number of requests in a window of time and answers 429 to the rest.
//
// The counts are in shared data, so all workers of a host count together.
package main

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func main() {}

func init() {
	proxywasm.SetVMContext(&vmContext{})
}

type vmContext struct {
	types.DefaultVMContext
}

func (*vmContext) NewPluginContext(uint32) types.PluginContext {
	return &plugin{}
}

// plugin is what all requests share.
type plugin struct {
	types.DefaultPluginContext
	limiter limiter
	config  config
	allowed proxywasm.MetricCounter
	denied  proxywasm.MetricCounter
}

func (p *plugin) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil && err != types.ErrorStatusNotFound {
		proxywasm.LogErrorf("configuration not readable: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.config, err = parseConfig(data); err != nil {
		proxywasm.LogErrorf("configuration refused: %v", err)
		return types.OnPluginStartStatusFailed
	}
	p.limiter = newLimiter(p.config)
	p.allowed = proxywasm.DefineCounterMetric("rate_limit_allowed")
	p.denied = proxywasm.DefineCounterMetric("rate_limit_denied")
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewHttpContext(uint32) types.HttpContext {
	return &request{plugin: p}
}

type request struct {
	types.DefaultHttpContext
	*plugin
	verdict verdict
	counted bool
}

func (r *request) OnHttpRequestHeaders(int, bool) types.Action {
	client := r.client()
	v, err := r.limiter.take(client, time.Now())
	if err != nil {
		// Better a request too many than none at all.
		proxywasm.LogWarnf("not counted: %s: %v", client, err)
		return types.ActionContinue
	}
	r.verdict, r.counted = v, true
	if v.allowed {
		r.allowed.Increment(1)
		return types.ActionContinue
	}
	r.denied.Increment(1)
	proxywasm.LogInfof("denied: %s is over %d requests in %v", client, r.config.Limit, r.limiter.window)
	return r.refuse()
}

func (r *request) OnHttpResponseHeaders(int, bool) types.Action {
	for _, h := range r.limitHeaders() {
		if err := proxywasm.ReplaceHttpResponseHeader(h[0], h[1]); err != nil {
			proxywasm.LogWarnf("%s not set: %v", h[0], err)
		}
	}
	return types.ActionContinue
}

func (r *request) refuse() types.Action {
	seconds := int64((r.verdict.wait + time.Second - 1) / time.Second)
	headers := append([][2]string{
		{"content-type", "text/plain"},
		{"retry-after", strconv.FormatInt(seconds, 10)},
	}, r.limitHeaders()...)
	body := fmt.Sprintf("too many requests, try again in %d s\n", seconds)
	if err := proxywasm.SendHttpResponse(429, headers, []byte(body), -1); err != nil {
		proxywasm.LogErrorf("429 not sent: %v", err)
	}
	return types.ActionPause
}

// limitHeaders are the response headers that tell the client where it stands.
func (r *request) limitHeaders() [][2]string {
	if !r.config.Headers || !r.counted {
		return nil
	}
	return [][2]string{
		{"x-ratelimit-limit", strconv.FormatUint(uint64(r.config.Limit), 10)},
		{"x-ratelimit-remaining", strconv.FormatUint(uint64(r.verdict.remaining), 10)},
	}
}

// client names who is asking: by the configured header if the request has it, else by address.
// The two kinds never meet, so a header cannot use up the requests of an address. The header may be a
// secret of any length; its hash is neither.
func (r *request) client() string {
	if r.config.KeyHeader != "" {
		if key, err := proxywasm.GetHttpRequestHeader(r.config.KeyHeader); err == nil && key != "" {
			hash := fnv.New128a()
			hash.Write([]byte(key))
			return fmt.Sprintf("key %x", hash.Sum(nil))
		}
	}
	address, err := proxywasm.GetProperty([]string{"source", "address"})
	if err != nil || len(address) == 0 {
		return "unknown"
	}
	return "address " + withoutPort(string(address))
}

// withoutPort turns "10.0.0.1:5000" into "10.0.0.1" and "[::1]:5000" into "::1".
func withoutPort(address string) string {
	if strings.HasPrefix(address, "[") {
		host, _, _ := strings.Cut(address[1:], "]")
		return host
	}
	if host, _, one := strings.Cut(address, ":"); one && strings.Count(address, ":") == 1 {
		return host
	}
	return address
}
