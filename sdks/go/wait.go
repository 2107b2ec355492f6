package cyberai

import (
	"context"
	"errors"
	"reflect"
	"time"
)

const (
	firstPoll = 250 * time.Millisecond
	// poll is the pause between two looks where there is no event stream.
	poll = 2 * time.Second
	// mostFailures is how many looks in a row may bring no answer.
	mostFailures = 8
)

// WaitOption sets how to wait.
type WaitOption func(*waitConfig)

type waitConfig struct {
	timeout    time.Duration
	polling    bool
	onProgress func(*Scan)
}

// WaitAtMost gives up after this time with WaitTimeoutError; the scan goes on.
func WaitAtMost(d time.Duration) WaitOption { return func(c *waitConfig) { c.timeout = d } }

// OnProgress is called with each state of the scan. Progress never goes back.
func OnProgress(f func(*Scan)) WaitOption { return func(c *waitConfig) { c.onProgress = f } }

// Polling looks every 2 seconds instead of using the event stream.
func Polling() WaitOption { return func(c *waitConfig) { c.polling = true } }

// HasEnded tells whether nothing more will happen.
func (s *Scan) HasEnded() bool {
	return s.Status == ScanStatusCompleted || s.Status == ScanStatusFailed || s.Status == ScanStatusCancelled
}

// HasEnded tells whether nothing more will happen.
func (r *Report) HasEnded() bool {
	return r.Status == ReportStatusCompleted || r.Status == ReportStatusFailed
}

func waitOptions(options []WaitOption) *waitConfig {
	c := &waitConfig{}
	for _, option := range options {
		if option != nil {
			option(c)
		}
	}
	return c
}

// within runs `wait` and makes WaitTimeoutError of its time being over.
func (w *waitConfig) within(ctx context.Context, what string, wait func(context.Context) error) error {
	if w.timeout <= 0 {
		return wait(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	err := wait(limited)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return &WaitTimeoutError{what}
	}
	return err
}

// Wait is the scan once it has ended: over the event stream where there is one, else by looking every 2 seconds.
// ScanFailedError, together with the scan, where it did not complete.
func (s *ScansService) Wait(ctx context.Context, id string, options ...WaitOption) (*Scan, error) {
	settings := waitOptions(options)
	w := &scanWait{service: s, id: id, tell: settings.onProgress}
	err := settings.within(ctx, "scan "+id, func(ctx context.Context) error {
		if !settings.polling && !w.overStream(ctx) {
			return w.err
		}
		return poller(ctx, w.look)
	})
	if err != nil {
		return w.scan, err
	}
	if w.scan.Status != ScanStatusCompleted {
		return w.scan, &ScanFailedError{w.scan}
	}
	return w.scan, nil
}

// scanWait is the state of one wait.
type scanWait struct {
	service *ScansService
	id      string
	tell    func(*Scan)
	scan    *Scan
	err     error
}

// see takes a state, unless a later one is known; true at the end.
func (w *scanWait) see(scan *Scan) bool {
	if w.scan != nil && !scan.HasEnded() && scan.Progress.Current < w.scan.Progress.Current {
		return false
	}
	changed := w.scan == nil || !reflect.DeepEqual(w.scan, scan)
	w.scan = scan
	if changed && w.tell != nil {
		w.tell(scan)
	}
	return scan.HasEnded()
}

func (w *scanWait) look(ctx context.Context) (bool, error) {
	scan, err := w.service.Get(ctx, w.id)
	if err != nil {
		return false, err
	}
	return w.see(scan), nil
}

// overStream is false when waiting is over, `err` telling how, and true where it must go on by looking: a proxy that
// lets no stream through, a key that may not read events.
func (w *scanWait) overStream(ctx context.Context) bool {
	page, err := w.service.client.Events.List(ctx, &ListEventsParams{Limit: 1})
	if err != nil {
		return w.goesOn(ctx, err)
	}
	ended, err := w.look(ctx) // after the number is known: what happens from here on is in the stream
	if err != nil {
		return w.goesOn(ctx, err)
	}
	if ended {
		return false
	}
	stream := w.service.client.Events.Stream(ctx, &StreamParams{AfterSeq: &page.HeadSeq})
	defer stream.Close()
	for stream.Next() {
		event := stream.Event()
		if event.Type == typeResync {
			if ended, err = w.look(ctx); err != nil {
				return w.goesOn(ctx, err)
			}
		} else if scan := event.Scan(); scan != nil && scan.ID == w.id {
			ended = w.see(scan)
		}
		if ended {
			return false
		}
	}
	return w.goesOn(ctx, stream.Err())
}

func (w *scanWait) goesOn(ctx context.Context, err error) bool {
	var unauthorized *UnauthorizedError
	var missing *NotFoundError
	var usage *UsageError
	if ctx.Err() != nil || errors.As(err, &unauthorized) || errors.As(err, &missing) || errors.As(err, &usage) {
		w.err = err
		return false
	}
	return true
}

// Wait is the report once it is made; ReportFailedError, together with the report, where it failed.
func (s *ReportsService) Wait(ctx context.Context, id string, options ...WaitOption) (*Report, error) {
	var report *Report
	err := waitOptions(options).within(ctx, "report "+id, func(ctx context.Context) error {
		return poller(ctx, func(ctx context.Context) (bool, error) {
			found, err := s.Get(ctx, id)
			if err != nil {
				return false, err
			}
			report = found
			return report.HasEnded(), nil
		})
	})
	if err == nil && report.Status == ReportStatusFailed {
		err = &ReportFailedError{report}
	}
	return report, err
}

// poller looks until the end.
func poller(ctx context.Context, look func(context.Context) (bool, error)) error {
	pause, failures := firstPoll, 0
	for {
		ended, err := look(ctx)
		switch {
		case err == nil && ended:
			return nil
		case err == nil:
			failures = 0
		case connectionError(err) == nil || ctx.Err() != nil:
			return err
		default:
			if failures++; failures >= mostFailures {
				return err
			}
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
		if pause *= 2; pause > poll {
			pause = poll
		}
	}
}
