package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// fanOut asks several clusters at once while the request waits.
type fanOut struct {
	path     string
	clusters []string
}

func (f *fanOut) start(arguments []string) error {
	if err := need(2, arguments); err != nil {
		return err
	}
	f.path, f.clusters = arguments[0], arguments[1:]
	return nil
}

func (f *fanOut) newRequest(uint32) types.HttpContext {
	return &asking{fanOut: f, answers: make([]string, len(f.clusters))}
}

type asking struct {
	types.DefaultHttpContext
	*fanOut
	answers []string
	missing int
}

func (a *asking) OnHttpRequestHeaders(int, bool) types.Action {
	for i, cluster := range a.clusters {
		headers := [][2]string{
			{":method", "POST"}, {":path", a.path}, {":authority", cluster}, {"x-number", strconv.Itoa(i)},
		}
		body := []byte("ask " + cluster)
		_, err := proxywasm.DispatchHttpCall(cluster, headers, body, nil, 2000, func(headers, size, trailers int) {
			a.answered(i, headers, size)
		})
		if err != nil {
			a.answers[i] = cluster + " refused: " + err.Error()
			continue
		}
		a.missing++
	}
	if a.missing > 0 {
		return types.ActionPause
	}
	a.tell()
	return types.ActionContinue
}

func (a *asking) answered(i, headers, size int) {
	status := "none"
	if headers > 0 {
		all, err := proxywasm.GetHttpCallResponseHeaders()
		must(err)
		for _, h := range all {
			if h[0] == ":status" {
				status = h[1]
			}
		}
	}
	text, err := proxywasm.GetHttpCallResponseBody(0, size)
	if err != nil && err != types.ErrorStatusNotFound {
		panic(err)
	}
	if status != "200" {
		text = nil // Who writes such a text, and how, is up to the host.
	}
	a.answers[i] = fmt.Sprintf("%s %s %s", a.clusters[i], status, text)
	if a.missing--; a.missing == 0 {
		a.tell()
		must(proxywasm.ResumeHttpRequest())
	}
}

func (a *asking) tell() {
	must(proxywasm.ReplaceHttpRequestHeader("x-answers", strings.Join(a.answers, "; ")))
}

// postpone holds requests until their turn has come.
type postpone struct {
	waiting []*postponed
	ticks   int
}

func (p *postpone) start(arguments []string) error {
	if err := need(1, arguments); err != nil {
		return err
	}
	period, err := strconv.ParseUint(arguments[0], 10, 32)
	if err != nil {
		return err
	}
	return proxywasm.SetTickPeriodMilliSeconds(uint32(period))
}

func (p *postpone) newRequest(id uint32) types.HttpContext {
	return &postponed{postpone: p, id: id}
}

func (p *postpone) tick() {
	p.ticks++
	if len(p.waiting) == 0 {
		return
	}
	first := p.waiting[0]
	p.waiting = p.waiting[1:]
	must(proxywasm.SetEffectiveContext(first.id))
	must(proxywasm.AddHttpRequestHeader("x-waiting", strconv.Itoa(len(p.waiting))))
	must(proxywasm.ResumeHttpRequest())
}

type postponed struct {
	types.DefaultHttpContext
	*postpone
	id uint32
}

func (p *postponed) OnHttpRequestHeaders(int, bool) types.Action {
	p.waiting = append(p.waiting, p)
	return types.ActionPause
}

func (p *postponed) OnHttpStreamDone() {
	for i, other := range p.waiting {
		if other == p {
			p.waiting = append(p.waiting[:i:i], p.waiting[i+1:]...)
			proxywasm.LogInfof("gone while it waited: %d", i)
			return
		}
	}
}

// late replaces responses.
type late struct {
	status string
}

func (l *late) start(arguments []string) error {
	if err := need(1, arguments); err != nil {
		return err
	}
	l.status = arguments[0]
	return nil
}

func (l *late) newRequest(uint32) types.HttpContext {
	return &replacing{late: l}
}

type replacing struct {
	types.DefaultHttpContext
	*late
}

func (r *replacing) OnHttpResponseHeaders(int, bool) types.Action {
	status, err := proxywasm.GetHttpResponseHeader(":status")
	must(err)
	if status != r.status {
		return types.ActionContinue
	}
	headers := [][2]string{{"x-was", status}, {"Content-Type", "text/x-late"}}
	must(proxywasm.SendHttpResponse(502, headers, []byte("replaced\n"), -1))
	return types.ActionPause
}
