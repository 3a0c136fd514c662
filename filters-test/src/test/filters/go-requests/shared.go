package main

import (
	"strconv"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// produce puts into a queue of another plugin.
type produce struct {
	vmID, queue string
}

func (p *produce) start(arguments []string) error {
	if err := need(2, arguments); err != nil {
		return err
	}
	p.vmID, p.queue = arguments[0], arguments[1]
	return nil
}

func (p *produce) newRequest(uint32) types.HttpContext {
	return &producing{produce: p}
}

type producing struct {
	types.DefaultHttpContext
	*produce
	path string
}

func (p *producing) OnHttpRequestHeaders(int, bool) types.Action {
	path, err := proxywasm.GetHttpRequestHeader(":path")
	must(err)
	p.path = path
	return types.ActionContinue
}

func (p *producing) OnHttpStreamDone() {
	if p.path == "" {
		return // Answered by a filter before this one; and the SDK cannot put nothing into a queue.
	}
	queue, err := proxywasm.ResolveSharedQueue(p.vmID, p.queue)
	if err == nil {
		err = proxywasm.EnqueueSharedQueue(queue, []byte(p.path))
	}
	if err != nil {
		proxywasm.LogWarnf("not queued: %s: %v", p.path, err)
	}
}

// consume has a queue, and remembers what came out of it.
type consume struct {
	queue uint32
	taken []string
}

func (c *consume) start(arguments []string) error {
	if err := need(1, arguments); err != nil {
		return err
	}
	queue, err := proxywasm.RegisterSharedQueue(arguments[0])
	if err != nil {
		return err
	}
	again, err := proxywasm.RegisterSharedQueue(arguments[0])
	if err == nil && again != queue {
		proxywasm.LogErrorf("queue %d became %d", queue, again)
	}
	c.queue = queue
	return err
}

func (c *consume) ready(queue uint32) {
	if queue != c.queue {
		proxywasm.LogErrorf("queue %d is ready, not %d", queue, c.queue)
	}
	item, err := proxywasm.DequeueSharedQueue(queue)
	if err == types.ErrorStatusEmpty {
		proxywasm.LogInfo("nothing in the queue")
		return
	}
	must(err)
	c.taken = append(c.taken, string(item))
	proxywasm.LogInfof("taken: %s", item)
}

func (c *consume) newRequest(uint32) types.HttpContext {
	return &consuming{consume: c}
}

type consuming struct {
	types.DefaultHttpContext
	*consume
}

func (c *consuming) OnHttpRequestHeaders(int, bool) types.Action {
	path, err := proxywasm.GetHttpRequestHeader(":path")
	must(err)
	if path != "/taken" {
		return types.ActionContinue
	}
	must(proxywasm.SendHttpResponse(200, nil, []byte(strings.Join(c.taken, " ")+"\n"), -1))
	return types.ActionPause
}

// metrics counts responses, requests in flight, and bytes.
type metrics struct {
	open  proxywasm.MetricGauge
	bytes proxywasm.MetricHistogram
	codes map[string]proxywasm.MetricCounter
}

func (m *metrics) start([]string) error {
	m.open = proxywasm.DefineGaugeMetric("go_requests_open")
	m.bytes = proxywasm.DefineHistogramMetric("go_requests_bytes")
	m.codes = map[string]proxywasm.MetricCounter{}
	return nil
}

func (m *metrics) newRequest(uint32) types.HttpContext {
	return &measured{metrics: m}
}

type measured struct {
	types.DefaultHttpContext
	*metrics
	size int
}

func (m *measured) OnHttpRequestHeaders(int, bool) types.Action {
	m.open.Add(1)
	return types.ActionContinue
}

func (m *measured) OnHttpResponseHeaders(int, bool) types.Action {
	code, err := proxywasm.GetHttpResponseHeader(":status")
	must(err)
	counter, known := m.codes[code]
	if !known {
		counter = proxywasm.DefineCounterMetric("go_requests_" + code)
		m.codes[code] = counter
	}
	counter.Increment(1)
	must(proxywasm.AddHttpResponseHeader("x-count", strconv.FormatUint(counter.Value(), 10)))
	must(proxywasm.AddHttpResponseHeader("x-open", strconv.FormatInt(m.open.Value(), 10)))
	return types.ActionContinue
}

func (m *measured) OnHttpResponseBody(size int, end bool) types.Action {
	m.size += size
	return types.ActionContinue
}

func (m *measured) OnHttpStreamDone() {
	m.open.Add(-1)
	m.bytes.Record(uint64(m.size))
}
