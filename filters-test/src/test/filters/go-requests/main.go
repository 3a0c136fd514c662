// Go-requests uses the parts of the Go SDK for HTTP that the sample filters do not.
//
// The configuration is a mode and its arguments, separated by spaces:
//
//	fan-out PATH CLUSTER...   asks all clusters at once, goes on when all have answered
//	postpone PERIOD           holds each request; a tick every PERIOD ms lets the oldest go
//	produce VM-ID QUEUE       puts the path of each request into a queue
//	consume QUEUE             takes from the queue, and answers requests with what it has taken
//	metrics                   a counter, a gauge and a histogram
//	zlib                      compresses request bodies and uncompresses response bodies
//	body OPERATION TEXT       replace, append or prepend, in both directions
//	late STATUS               replaces responses of this status by one of its own
//	properties NAME...        writes properties into response headers; leaves one of its own
//	configuration             writes both configurations into response headers
package main

import (
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
	configuration string
}

func (v *vm) OnVMStart(size int) types.OnVMStartStatus {
	data, err := proxywasm.GetVMConfiguration()
	if err != nil && err != types.ErrorStatusNotFound {
		proxywasm.LogErrorf("VM configuration of %d bytes: %v", size, err)
		return types.OnVMStartStatusFailed
	}
	v.configuration = string(data)
	return types.OnVMStartStatusOK
}

func (v *vm) NewPluginContext(uint32) types.PluginContext {
	return &plugin{vm: v}
}

// mode is one of the things that this filter can do.
type mode interface {
	start(arguments []string) error
	newRequest(id uint32) types.HttpContext
}

// Some modes hear of more than requests.
type ticking interface{ tick() }
type queueing interface{ ready(queue uint32) }

type plugin struct {
	types.DefaultPluginContext
	vm   *vm
	mode mode
}

func (p *plugin) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil && err != types.ErrorStatusNotFound {
		proxywasm.LogErrorf("configuration not readable: %v", err)
		return types.OnPluginStartStatusFailed
	}
	words := strings.Fields(string(data))
	if len(words) == 0 {
		words = []string{"configuration"}
	}
	switch words[0] {
	case "fan-out":
		p.mode = &fanOut{}
	case "postpone":
		p.mode = &postpone{}
	case "produce":
		p.mode = &produce{}
	case "consume":
		p.mode = &consume{}
	case "metrics":
		p.mode = &metrics{}
	case "zlib":
		p.mode = &zlib{}
	case "body":
		p.mode = &body{}
	case "late":
		p.mode = &late{}
	case "properties":
		p.mode = &properties{}
	case "configuration":
		p.mode = &configuration{vm: p.vm.configuration, plugin: string(data)}
	default:
		err = fmt.Errorf("unknown mode %q", words[0])
	}
	if err == nil {
		err = p.mode.start(words[1:])
	}
	if err != nil {
		proxywasm.LogErrorf("configuration refused: %v", err)
		return types.OnPluginStartStatusFailed
	}
	return types.OnPluginStartStatusOK
}

func (p *plugin) NewHttpContext(id uint32) types.HttpContext {
	return p.mode.newRequest(id)
}

func (p *plugin) OnTick() {
	if m, ok := p.mode.(ticking); ok {
		m.tick()
	}
}

func (p *plugin) OnQueueReady(queue uint32) {
	if m, ok := p.mode.(queueing); ok {
		m.ready(queue)
	}
}

// need says what is wrong when there are fewer arguments than that.
func need(count int, arguments []string) error {
	if len(arguments) < count {
		return fmt.Errorf("%d arguments (expected: %d)", len(arguments), count)
	}
	return nil
}

// must ends the VM when the host refuses what it has to do.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
