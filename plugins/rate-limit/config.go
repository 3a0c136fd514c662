package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// config is the plugin's configuration: a JSON object in which every field may be left out.
type config struct {
	Limit         uint32 `json:"limit"`
	WindowSeconds uint32 `json:"window_seconds"`
	// KeyHeader names the request header that tells clients apart; empty: by address.
	KeyHeader string `json:"key_header"`
	// Headers adds x-ratelimit-limit and x-ratelimit-remaining to responses.
	Headers bool `json:"headers"`
}

func parseConfig(data []byte) (config, error) {
	c := config{Limit: 100, WindowSeconds: 60, Headers: true}
	if len(bytes.TrimSpace(data)) == 0 {
		return c, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, err
	}
	if _, err := d.Token(); err != io.EOF {
		return c, errors.New("text after the JSON object")
	}
	return c, c.validate()
}

// maxWindow is a day, in seconds.
const maxWindow = 86400

func (c config) validate() error {
	if c.WindowSeconds < 1 || c.WindowSeconds > maxWindow {
		return fmt.Errorf("window_seconds is %d (expected: 1 to %d)", c.WindowSeconds, maxWindow)
	}
	if !isHeaderName(c.KeyHeader) {
		return fmt.Errorf("key_header is %q (expected: a header name)", c.KeyHeader)
	}
	return nil
}

// isHeaderName holds for the empty name too: no header.
func isHeaderName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
