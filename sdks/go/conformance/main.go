// Command conformance carries out cases of sdks/conformance through the SDK's public interface and prints what came of
// each. Whoever starts it compares that with what is expected. It reads one JSON object from its input:
//
//	{"workers": 4, "cases": [{"id": "...", "base_url": "...", "client": {...}, "do": {...}}]}
//
// and prints a line for each case: {"id", "result", "error", "progress", "seconds"}.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	cyberai "github.com/cyberai/go-sdk"
)

type task struct {
	ID      string         `json:"id"`
	BaseURL string         `json:"base_url"`
	Client  clientSettings `json:"client"`
	Do      action         `json:"do"`
}

type clientSettings struct {
	BaseURL    string   `json:"base_url"`
	APIKey     string   `json:"api_key"`
	MaxRetries *int     `json:"max_retries"`
	Timeout    *float64 `json:"timeout"`
	MaxWait    *float64 `json:"max_wait"`
	Backoff    *float64 `json:"backoff"`
}

type outcome struct {
	ID       string         `json:"id"`
	Result   any            `json:"result"`
	Error    map[string]any `json:"error"`
	Progress []int          `json:"progress"`
	Seconds  float64        `json:"seconds"`
}

func main() {
	var input struct {
		Workers int    `json:"workers"`
		Cases   []task `json:"cases"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		fmt.Fprintln(os.Stderr, "conformance: the input is not usable:", err)
		os.Exit(2)
	}
	var mutex sync.Mutex
	printer := json.NewEncoder(os.Stdout)
	report := func(o *outcome) {
		mutex.Lock()
		defer mutex.Unlock()
		if err := printer.Encode(o); err != nil {
			fmt.Fprintln(os.Stderr, "conformance:", o.ID, err)
			os.Exit(2)
		}
	}
	queue := make(chan task)
	var workers sync.WaitGroup
	for worker := 0; worker < input.Workers; worker++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for each := range queue {
				report(run(each))
			}
		}()
	}
	for _, each := range input.Cases {
		if each.Do.Config == nil {
			queue <- each
		}
	}
	close(queue)
	workers.Wait()
	for _, each := range input.Cases { // these change the environment of the whole process
		if each.Do.Config != nil {
			report(run(each))
		}
	}
}

func run(t task) *outcome {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	o := &outcome{ID: t.ID}
	began := time.Now()
	result, err := t.Do.carryOut(ctx, &t, o, nil)
	o.Seconds = time.Since(began).Seconds()
	o.Result = result
	if err != nil {
		o.Error = described(err)
	}
	return o
}

// client is the client of a case.
func (t *task) client(more ...cyberai.Option) (*cyberai.Client, error) {
	s := t.Client
	address := t.BaseURL
	if s.BaseURL != "" {
		address = s.BaseURL
	}
	options := []cyberai.Option{
		cyberai.WithBaseURL(address),
		cyberai.WithAPIKey(s.APIKey),
		cyberai.WithTimeout(duration(s.Timeout, 10)),
		cyberai.WithBackoff(duration(s.Backoff, 0.01)),
		cyberai.WithMaxWait(duration(s.MaxWait, 120)),
	}
	if s.MaxRetries != nil {
		options = append(options, cyberai.WithMaxRetries(*s.MaxRetries))
	}
	return cyberai.NewClient(append(options, more...)...)
}

func duration(seconds *float64, otherwise float64) time.Duration {
	if seconds != nil {
		otherwise = *seconds
	}
	return time.Duration(otherwise * float64(time.Second))
}

// described is an error in the words of the cases.
func described(err error) map[string]any {
	found := map[string]any{"type": kind(err), "message": err.Error()}
	var api *cyberai.APIError
	if errors.As(err, &api) {
		found["status"], found["message"], found["request_id"] = api.Status, api.Message, api.RequestID
		found["code"], found["field"] = nullable(api.Code), nullable(api.Field())
	}
	return found
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func is[T error](err error) bool {
	var found T
	return errors.As(err, &found)
}

func kind(err error) string {
	for _, each := range []struct {
		name string
		is   func(error) bool
	}{
		{"bad_request", is[*cyberai.BadRequestError]},
		{"unauthorized", is[*cyberai.UnauthorizedError]},
		{"forbidden", is[*cyberai.ForbiddenError]},
		{"not_found", is[*cyberai.NotFoundError]},
		{"conflict", is[*cyberai.ConflictError]},
		{"precondition_failed", is[*cyberai.PreconditionFailedError]},
		{"rate_limited", is[*cyberai.RateLimitedError]},
		{"server", is[*cyberai.ServerError]},
		{"api", is[*cyberai.APIError]},
		{"timeout", is[*cyberai.TimeoutError]},
		{"connection", is[*cyberai.ConnectionError]},
		{"bad_response", is[*cyberai.InvalidResponseError]},
		{"wait_timeout", is[*cyberai.WaitTimeoutError]},
		{"signature", is[*cyberai.SignatureError]},
		{"usage", is[*cyberai.UsageError]},
	} {
		if each.is(err) {
			return each.name
		}
	}
	return "other"
}
