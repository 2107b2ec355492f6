//go:build go1.21

package cyberai

import (
	"context"
	"log/slog"
)

// WithLogger logs each try at the level DEBUG, without secrets.
func WithLogger(logger *slog.Logger) Option {
	return WithLog(func(ctx context.Context, e LogEntry) {
		attributes := []slog.Attr{
			slog.String("method", e.Method),
			slog.String("path", e.Path),
			slog.Int("try", e.Try),
			slog.Int("status", e.Status),
			slog.String("request_id", e.RequestID),
			slog.Duration("duration", e.Duration),
		}
		if e.Err != nil {
			attributes = append(attributes, slog.String("error", e.Err.Error()))
		}
		logger.LogAttrs(ctx, slog.LevelDebug, "cyberai request", attributes...)
	})
}
