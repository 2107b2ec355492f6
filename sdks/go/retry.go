package cyberai

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// policy says how often a request is sent again, and after how long.
type policy struct {
	retries    int
	firstDelay time.Duration
	// maxWait is the longest wait that a server may ask for.
	maxWait time.Duration
}

const (
	longestDelay  = 8 * time.Second
	codeInWork    = "idempotency_in_progress"
	jitter        = 0.25
	mostRedirects = 5
)

// isRepeatable tells whether a second arrival has no second effect. A PATCH may write a comment twice.
func isRepeatable(method string, header http.Header) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete:
		return true
	}
	return header.Get("Idempotency-Key") != ""
}

// afterFailure is the pause before the next try after try number `attempt` (from 0) brought no answer.
func (p policy) afterFailure(attempt int, repeatable, sent bool, chance float64) (time.Duration, bool) {
	if attempt >= p.retries || (sent && !repeatable) {
		return 0, false
	}
	return p.backoff(attempt, chance), true
}

// afterAnswer is the same after an answer that is an error.
func (p policy) afterAnswer(attempt int, repeatable bool, a *RawResponse, now time.Time, chance float64) (time.Duration, bool) {
	if attempt >= p.retries || !isPassing(repeatable, a) {
		return 0, false
	}
	told, ok := toldWait(a.Status, a.Header, now)
	if !ok {
		return p.backoff(attempt, chance), true
	}
	if told > p.maxWait {
		return 0, false
	}
	spread := p.firstDelay
	if spread > time.Second {
		spread = time.Second
	}
	return told + time.Duration(chance*float64(spread)), true
}

// isPassing tells whether a request may be sent again after this answer.
func isPassing(repeatable bool, a *RawResponse) bool {
	switch {
	case a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable:
		return true // the server says that it did not begin
	case !repeatable:
		return false
	case a.Status == http.StatusConflict:
		found := envelopeOf(a)
		return found != nil && found.Code == codeInWork
	}
	return a.Status == http.StatusRequestTimeout || a.Status >= 500
}

// backoff doubles each time, less up to a quarter, so that many clients do not come back at one moment.
func (p policy) backoff(attempt int, chance float64) time.Duration {
	delay := p.firstDelay
	for i := 0; i < attempt && delay < longestDelay; i++ {
		delay *= 2
	}
	if delay > longestDelay {
		delay = longestDelay
	}
	return time.Duration(float64(delay) * (1 - jitter*chance))
}

// toldWait is what the server asks to wait; false where it does not say or names a time that is past. Times of day
// are compared with the server's own Date: its clock and ours may differ.
func toldWait(status int, header http.Header, now time.Time) (time.Duration, bool) {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	if value := strings.TrimSpace(header.Get("Retry-After")); value != "" {
		wait, ok := seconds(value)
		if !ok {
			if at, err := http.ParseTime(value); err == nil {
				wait, ok = at.Sub(now), true
			}
		}
		if ok && wait > 0 {
			return wait, true
		}
	}
	if status != http.StatusTooManyRequests {
		return 0, false
	}
	reset, err := strconv.ParseInt(strings.TrimSpace(header.Get("X-RateLimit-Reset")), 10, 64)
	if err != nil || reset < 0 || reset > 1<<40 {
		return 0, false
	}
	wait := time.Unix(reset, 0).Sub(now)
	return wait, wait > 0
}

func seconds(text string) (time.Duration, bool) {
	if len(text) > 12 {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || !(number >= 0 && number < 1e8) {
		return 0, false
	}
	return time.Duration(number * float64(time.Second)), true
}

// sleep waits, or returns the context's error at once when it is done.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// chance is a number from 0 up to 1.
func chance() float64 {
	var bytes [8]byte
	if _, err := rand.Read(bytes[:]); err != nil {
		return 0.5
	}
	return float64(binary.BigEndian.Uint64(bytes[:])>>11) / (1 << 53)
}

// newKey is a random UUID.
func newKey() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("cyberai: no random numbers: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
