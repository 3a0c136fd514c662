package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// limiter counts requests in windows. A client's window opens with its first request and, once over, the
// next request opens another.
type limiter struct {
	limit  uint32
	window time.Duration
	prefix string
}

// verdict is what one request gets.
type verdict struct {
	allowed   bool
	remaining uint32        // requests left in the window
	wait      time.Duration // until the window is over
}

func newLimiter(c config) limiter {
	return limiter{
		limit:  c.Limit,
		window: time.Duration(c.WindowSeconds) * time.Second,
		// Plugins with different limits count apart, even in one VM.
		prefix: fmt.Sprintf("rate-limit:%d/%d:", c.Limit, c.WindowSeconds),
	}
}

// maxTries is how often one request competes with other workers for the same count.
const maxTries = 20

var errContended = errors.New("too many workers change the same count")

// take counts one request of the client. Denied requests are not counted.
func (l limiter) take(client string, now time.Time) (verdict, error) {
	key := l.prefix + client
	for range maxTries {
		data, cas, err := proxywasm.GetSharedData(key)
		if err != nil && err != types.ErrorStatusNotFound {
			return verdict{}, err
		}
		end, count := decode(data)
		wait := end.Sub(now)
		if wait <= 0 || wait > l.window { // over, or the clock was set back
			end, count, wait = now.Add(l.window), 0, l.window
		}
		if count >= l.limit {
			return verdict{wait: wait}, nil
		}
		count++
		// For a new key cas is 0: workers that meet its first request at once may lose one of them.
		switch err := proxywasm.SetSharedData(key, encode(end, count), cas); err {
		case nil:
			return verdict{allowed: true, remaining: l.limit - count, wait: wait}, nil
		case types.ErrorStatusCasMismatch: // another worker was faster
		default:
			return verdict{}, err
		}
	}
	return verdict{}, errContended
}

// A count is kept as the end of its window (nanoseconds since 1970) and the number, little-endian.
const encodedSize = 12

func encode(end time.Time, count uint32) []byte {
	data := binary.LittleEndian.AppendUint64(make([]byte, 0, encodedSize), uint64(end.UnixNano()))
	return binary.LittleEndian.AppendUint32(data, count)
}

// decode of anything else is a window that is long over.
func decode(data []byte) (end time.Time, count uint32) {
	if len(data) != encodedSize {
		return time.Time{}, 0
	}
	return time.Unix(0, int64(binary.LittleEndian.Uint64(data))), binary.LittleEndian.Uint32(data[8:])
}
