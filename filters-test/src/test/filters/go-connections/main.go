// Go-connections uses the part of the Go SDK for TCP connections.
//
// The configuration is a mode and its arguments, separated by spaces:
//
//	log                what happens to a connection goes to the log
//	upper              what the client sends arrives in capital letters
//	banner TEXT        the client's data is prefixed once by TEXT, the upstream's is ended by it
//	lines              the client's data is held until a line is complete
//	close WORD         a connection whose client says WORD is closed; the upstream's WORD closes too
//	ask CLUSTER PATH   a connection waits until the cluster has answered with 200, or is closed
package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func main() {}

func init() {
	proxywasm.SetVMContext(&vm{})
}

type vm struct {
	types.DefaultVMContext
}

func (*vm) NewPluginContext(uint32) types.PluginContext {
	return &plugin{}
}

type plugin struct {
	types.DefaultPluginContext
	mode      string
	arguments []string
	open      proxywasm.MetricGauge
	received  proxywasm.MetricCounter
}

func (p *plugin) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil && err != types.ErrorStatusNotFound {
		proxywasm.LogErrorf("configuration not readable: %v", err)
		return types.OnPluginStartStatusFailed
	}
	words := strings.Fields(string(data))
	if len(words) == 0 {
		words = []string{"log"}
	}
	p.mode, p.arguments = words[0], words[1:]
	wanted, known := map[string]int{"log": 0, "upper": 0, "banner": 1, "lines": 0, "close": 1, "ask": 2}[p.mode]
	if !known || wanted != len(p.arguments) {
		proxywasm.LogErrorf("configuration refused: %s", data)
		return types.OnPluginStartStatusFailed
	}
	p.open = proxywasm.DefineGaugeMetric("go_connections_open")
	p.received = proxywasm.DefineCounterMetric("go_connections_bytes")
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewTcpContext(uint32) types.TcpContext {
	return &connection{plugin: p}
}

type connection struct {
	types.DefaultTcpContext
	*plugin
	greeted bool
}

func (c *connection) OnNewConnection() types.Action {
	c.open.Add(1)
	c.note("new")
	if c.mode != "ask" {
		return types.ActionContinue
	}
	headers := [][2]string{{":method", "GET"}, {":path", c.arguments[1]}, {":authority", c.arguments[0]}}
	if _, err := proxywasm.DispatchHttpCall(c.arguments[0], headers, nil, nil, 1000, c.answered); err != nil {
		proxywasm.LogWarnf("not asked: %v", err)
		must(proxywasm.CloseDownstream())
	}
	return types.ActionPause
}

func (c *connection) answered(int, int, int) {
	headers, err := proxywasm.GetHttpCallResponseHeaders()
	for _, h := range headers {
		if err == nil && h[0] == ":status" && h[1] == "200" {
			must(proxywasm.ContinueTcpStream())
			return
		}
	}
	must(proxywasm.CloseDownstream())
}

func (c *connection) OnDownstreamData(size int, end bool) types.Action {
	c.note("downstream %d %v", size, end)
	if size == 0 {
		return types.ActionContinue
	}
	data, err := proxywasm.GetDownstreamData(0, size)
	must(err)
	switch c.mode {
	case "upper":
		must(proxywasm.ReplaceDownstreamData(bytes.ToUpper(data)))
	case "banner":
		if !c.greeted {
			c.greeted = true
			must(proxywasm.PrependDownstreamData([]byte(c.arguments[0] + "\n")))
		}
	case "lines":
		if !end && !bytes.HasSuffix(data, []byte("\n")) {
			return types.ActionPause
		}
	case "close":
		if bytes.Contains(data, []byte(c.arguments[0])) {
			must(proxywasm.CloseDownstream())
			return types.ActionPause
		}
	}
	c.received.Increment(uint64(size))
	return types.ActionContinue
}

func (c *connection) OnUpstreamData(size int, end bool) types.Action {
	c.note("upstream %d %v", size, end)
	if size == 0 {
		return types.ActionContinue
	}
	data, err := proxywasm.GetUpstreamData(0, size)
	must(err)
	switch c.mode {
	case "banner":
		must(proxywasm.AppendUpstreamData([]byte(c.arguments[0] + "\n")))
	case "close":
		if bytes.Contains(data, []byte(c.arguments[0])) {
			must(proxywasm.CloseUpstream())
		}
	}
	return types.ActionContinue
}

func (c *connection) OnDownstreamClose(peer types.PeerType) {
	c.note("downstream closed %d", peer)
}

func (c *connection) OnUpstreamClose(peer types.PeerType) {
	c.note("upstream closed %d", peer)
}

func (c *connection) OnStreamDone() {
	c.note("done")
	c.open.Add(-1)
}

func (c *connection) note(format string, values ...any) {
	if c.mode == "log" {
		proxywasm.LogInfo(fmt.Sprintf(format, values...))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
