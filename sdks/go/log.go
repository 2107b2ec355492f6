package cyberai

import (
	"context"
	"fmt"
	"time"
)

// LogFunc is told of each try of each call; see WithLog.
type LogFunc func(ctx context.Context, entry LogEntry)

// LogEntry is one try. Nothing in it is secret.
type LogEntry struct {
	Method string
	// Path without query.
	Path string
	// Try counts from 1.
	Try int
	// Status is 0 where no answer came; Err says why.
	Status    int
	RequestID string
	Err       error
	Duration  time.Duration
}

func (e LogEntry) String() string {
	result := fmt.Sprintf("%d, request %s", e.Status, e.RequestID)
	if e.Err != nil {
		result = "no answer: " + e.Err.Error()
	}
	return fmt.Sprintf("%s %s, try %d: %s, %.3f s", e.Method, e.Path, e.Try, result, e.Duration.Seconds())
}
