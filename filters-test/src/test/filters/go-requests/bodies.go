package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// zlib uses foreign functions of the host.
type zlib struct{}

func (z *zlib) start([]string) error {
	// What was compressed must be the same after it was uncompressed.
	text := []byte(strings.Repeat("to and fro, ", 100))
	small, err := proxywasm.CallForeignFunction("compress", text)
	if err != nil {
		return err
	}
	again, err := proxywasm.CallForeignFunction("uncompress", small)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, again) || len(small) >= len(text) {
		return fmt.Errorf("%d bytes became %d became %d", len(text), len(small), len(again))
	}
	_, bad := proxywasm.CallForeignFunction("uncompress", []byte("no such stream"))
	_, unknown := proxywasm.CallForeignFunction("no such function", nil)
	proxywasm.LogInfof("bad stream: %v; unknown function: %v", bad, unknown)
	return nil
}

func (z *zlib) newRequest(uint32) types.HttpContext {
	return &squeezing{}
}

type squeezing struct {
	types.DefaultHttpContext
	deflated bool
}

func (s *squeezing) OnHttpRequestHeaders(_ int, end bool) types.Action {
	if !end {
		must(proxywasm.RemoveHttpRequestHeader("content-length"))
		must(proxywasm.AddHttpRequestHeader("content-encoding", "deflate"))
	}
	return types.ActionContinue
}

func (s *squeezing) OnHttpRequestBody(size int, end bool) types.Action {
	if !end {
		return types.ActionPause
	}
	text, err := proxywasm.GetHttpRequestBody(0, size)
	must(err)
	small, err := proxywasm.CallForeignFunction("compress", text)
	must(err)
	must(proxywasm.ReplaceHttpRequestBody(small))
	return types.ActionContinue
}

func (s *squeezing) OnHttpResponseHeaders(_ int, end bool) types.Action {
	encoding, err := proxywasm.GetHttpResponseHeader("content-encoding")
	if s.deflated = err == nil && encoding == "deflate" && !end; s.deflated {
		must(proxywasm.RemoveHttpResponseHeader("content-encoding"))
		must(proxywasm.RemoveHttpResponseHeader("content-length"))
	}
	return types.ActionContinue
}

func (s *squeezing) OnHttpResponseBody(size int, end bool) types.Action {
	if !s.deflated {
		return types.ActionContinue
	}
	if !end {
		return types.ActionPause
	}
	small, err := proxywasm.GetHttpResponseBody(0, size)
	must(err)
	text, err := proxywasm.CallForeignFunction("uncompress", small)
	if err != nil {
		text = []byte("not a stream: " + err.Error())
	}
	must(proxywasm.ReplaceHttpResponseBody(text))
	return types.ActionContinue
}

// body changes whole bodies.
type body struct {
	operation, text string
}

func (b *body) start(arguments []string) error {
	if err := need(2, arguments); err != nil {
		return err
	}
	b.operation, b.text = arguments[0], strings.Join(arguments[1:], " ")
	return nil
}

func (b *body) newRequest(uint32) types.HttpContext {
	return &changing{body: b}
}

type changing struct {
	types.DefaultHttpContext
	*body
}

func (c *changing) OnHttpRequestHeaders(_ int, end bool) types.Action {
	if !end {
		must(proxywasm.RemoveHttpRequestHeader("content-length"))
	}
	return types.ActionContinue
}

func (c *changing) OnHttpRequestBody(size int, end bool) types.Action {
	if !end {
		return types.ActionPause
	}
	switch text := []byte(c.text); c.operation {
	case "replace":
		must(proxywasm.ReplaceHttpRequestBody(text))
	case "append":
		must(proxywasm.AppendHttpRequestBody(text))
	case "prepend":
		must(proxywasm.PrependHttpRequestBody(text))
	}
	return types.ActionContinue
}

func (c *changing) OnHttpResponseHeaders(_ int, end bool) types.Action {
	if !end {
		must(proxywasm.RemoveHttpResponseHeader("content-length"))
	}
	return types.ActionContinue
}

// A response is changed chunk by chunk.
func (c *changing) OnHttpResponseBody(size int, end bool) types.Action {
	switch text := []byte(c.text); c.operation {
	case "replace":
		must(proxywasm.ReplaceHttpResponseBody(text))
	case "append":
		must(proxywasm.AppendHttpResponseBody(text))
	case "prepend":
		must(proxywasm.PrependHttpResponseBody(text))
	}
	return types.ActionContinue
}

// properties shows properties.
type properties struct {
	names []string
}

func (p *properties) start(arguments []string) error {
	p.names = arguments
	return nil
}

func (p *properties) newRequest(uint32) types.HttpContext {
	return &showing{properties: p}
}

type showing struct {
	types.DefaultHttpContext
	*properties
}

func (s *showing) OnHttpRequestHeaders(int, bool) types.Action {
	path, err := proxywasm.GetProperty([]string{"request", "path"})
	must(err)
	must(proxywasm.SetProperty([]string{"seen"}, append([]byte("seen "), path...)))
	return types.ActionContinue
}

func (s *showing) OnHttpResponseHeaders(int, bool) types.Action {
	for _, name := range append([]string{"seen"}, s.names...) {
		value, err := proxywasm.GetProperty(strings.Split(name, "."))
		text := string(value)
		if err != nil {
			text = "(" + err.Error() + ")"
		} else if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			text = hex.EncodeToString(value)
		}
		must(proxywasm.AddHttpResponseHeader("x-property", name+"="+text))
	}
	return types.ActionContinue
}

// configuration shows what the filter was started with.
type configuration struct {
	vm, plugin string
}

func (c *configuration) start([]string) error { return nil }

func (c *configuration) newRequest(uint32) types.HttpContext {
	return &telling{configuration: c}
}

type telling struct {
	types.DefaultHttpContext
	*configuration
}

func (t *telling) OnHttpResponseHeaders(int, bool) types.Action {
	must(proxywasm.AddHttpResponseHeader("x-vm", t.vm))
	must(proxywasm.AddHttpResponseHeader("x-plugin", t.plugin))
	return types.ActionContinue
}
