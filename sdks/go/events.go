package cyberai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"
)

const (
	// quiet is the silence after which a connection is dead: the server sends something every 15 seconds.
	quiet = 45 * time.Second
	// reconnects is how often in a row, without an event between, a stream is opened again before it gives up.
	reconnects      = 8
	mostEventBytes  = 8 << 20
	mostErrorBytes  = 1 << 20
	closeRevoked    = 4401
	typeResync      = "resync"
	eventsBetween   = 200
	mostEmptyLookup = 3
)

// StreamParams chooses events.
type StreamParams struct {
	// AfterSeq is the number of the last event that is known; nil: from now on. 0 is the beginning.
	AfterSeq *int
	// ScanID leaves out what does not concern this scan.
	ScanID string
}

// EventStream is what happens, as it happens: in order, nothing twice, nothing lost. It reconnects by itself.
//
//	for stream.Next() {
//		use(stream.Event())
//	}
//	err := stream.Err()
//
// It ends with an error only: the context's, or that of a server that is gone for good. It is not for concurrent use:
// to end it from elsewhere, cancel the context.
type EventStream struct {
	client  *Client
	ctx     context.Context
	cancel  context.CancelFunc
	params  StreamParams
	options *callConfig
	// last is the number of the last event; started is false until it is known.
	last        int
	started     bool
	emptyLookup int

	connection *connection
	waiting    []*Event
	event      *Event
	err        error

	failures int
	base     time.Duration
	told     time.Duration
}

// connection is one open stream.
type connection struct {
	body   io.Closer
	reader *sseReader
	alive  *time.Timer
	cancel context.CancelFunc
}

func (c *connection) close() {
	c.alive.Stop()
	c.cancel()
	c.body.Close()
}

// Stream opens the event stream; nil params: all events from now on.
func (s *EventsService) Stream(ctx context.Context, params *StreamParams, options ...CallOption) *EventStream {
	ctx, cancel := context.WithCancel(ctx)
	stream := &EventStream{client: s.client, ctx: ctx, cancel: cancel, options: callOptions(options)}
	if params != nil {
		stream.params = *params
	}
	if stream.params.AfterSeq != nil {
		stream.last, stream.started = *stream.params.AfterSeq, true
	}
	return stream
}

// Next waits for the next event; false when the stream has ended: see Err.
func (s *EventStream) Next() bool {
	for {
		if len(s.waiting) > 0 {
			s.event, s.waiting = s.waiting[0], s.waiting[1:]
			return true
		}
		if s.err == nil && s.ctx.Err() != nil {
			s.err = s.ctx.Err()
		}
		if s.err != nil {
			s.drop()
			return false
		}
		if err := s.step(); err != nil {
			s.drop()
			s.err = s.judge(err)
		}
	}
}

// Event is the event that Next went to.
func (s *EventStream) Event() *Event { return s.event }

// Err is why the stream ended.
func (s *EventStream) Err() error { return s.err }

// LastSeq is the number to go on from another time, as StreamParams.AfterSeq.
func (s *EventStream) LastSeq() int { return s.last }

// Close ends the stream.
func (s *EventStream) Close() {
	s.cancel()
	s.drop()
}

func (s *EventStream) drop() {
	if s.connection != nil {
		s.connection.close()
		s.connection = nil
	}
}

// step connects, or reads one event of the connection.
func (s *EventStream) step() error {
	if !s.started {
		page, err := s.client.Events.List(s.ctx, &ListEventsParams{Limit: 1})
		if err != nil {
			return &finalError{err}
		}
		s.last, s.started = page.HeadSeq, true
	}
	if s.connection == nil {
		return s.connect()
	}
	item, err := s.connection.reader.next()
	if err != nil {
		return err
	}
	if item.retry > 0 {
		s.base = item.retry
	}
	if item.kind == "close" {
		return farewell(item.data)
	}
	return s.take(item.data)
}

func (s *EventStream) connect() error {
	if s.failures > 0 {
		if err := sleep(s.ctx, s.delay()); err != nil {
			return err
		}
	}
	options := *s.options
	options.accept = "text/event-stream"
	query := queryOf(&StreamEventsParams{AfterSeq: &s.last})
	request, err := s.client.prepare(call{method: http.MethodGet, path: "/v1/events/stream", query: query}, &options)
	if err != nil {
		return &finalError{err}
	}
	request.header.Set("Cache-Control", "no-store")
	request.header.Set("Accept-Encoding", "identity") // what is packed is held back until it is worth packing
	ctx, cancel := context.WithCancel(s.ctx)
	alive := time.AfterFunc(quiet, cancel)
	began := time.Now()
	response, err := s.client.open(ctx, request)
	s.tell(request, response, err, began)
	if err != nil {
		alive.Stop()
		cancel()
		return failure(s.ctx, ctx, request, s.failures, err)
	}
	opened := &connection{response.Body, nil, alive, cancel}
	if err := s.refused(response, request); err != nil {
		opened.close()
		return err
	}
	opened.reader = newSSEReader(&livingReader{response.Body, alive}, mostEventBytes)
	s.connection = opened
	return nil
}

func (s *EventStream) tell(request *outgoing, response *http.Response, err error, began time.Time) {
	raw := &RawResponse{}
	if err == nil {
		raw.Status, raw.Header = response.StatusCode, response.Header
	} else {
		err = withoutURL(err)
	}
	s.client.tell(s.ctx, request, s.failures, raw, err, began)
}

// livingReader notes that the server is still there.
type livingReader struct {
	source io.Reader
	alive  *time.Timer
}

func (r *livingReader) Read(into []byte) (int, error) {
	n, err := r.source.Read(into)
	r.alive.Reset(quiet)
	return n, err
}

// refused is the error of an answer that is no event stream.
func (s *EventStream) refused(response *http.Response, request *outgoing) error {
	found := mediaType(response.Header)
	if response.StatusCode == http.StatusOK && found == "text/event-stream" {
		return nil
	}
	raw := &RawResponse{Status: response.StatusCode, Header: response.Header}
	if raw.Status >= 400 {
		raw.Body, _ = readBody(response, mostErrorBytes)
	}
	if isPassing(true, raw) {
		s.told, _ = toldWait(raw.Status, raw.Header, time.Now())
		return errorOf(raw, time.Now())
	}
	if err := checkSuccess(raw, request, time.Now()); err != nil {
		return &finalError{err}
	}
	return &finalError{strange(raw, request, "sent "+orNone(found)+" instead of an event stream")}
}

// finalError is one that a reconnect does not mend.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }

// judge is nil where the stream is to be opened again, and the error that ends it otherwise.
func (s *EventStream) judge(err error) error {
	var final *finalError
	var invalid *InvalidResponseError
	switch {
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case errors.As(err, &final):
		return final.err
	case errors.As(err, &invalid):
		return err
	}
	s.failures++
	p := s.client.policyOf(s.options)
	most := p.retries
	if most > 0 && most < reconnects {
		most = reconnects
	}
	if s.failures <= most && s.told <= p.maxWait {
		return nil
	}
	var api *APIError
	if errors.As(err, &api) || connectionError(err) != nil {
		return err
	}
	address := s.client.root + "/v1/events/stream"
	return &ConnectionError{Method: http.MethodGet, URL: address, Err: err, Tries: s.failures, sent: true}
}

func (s *EventStream) delay() time.Duration {
	if s.told > 0 {
		told := s.told
		s.told = 0
		return told
	}
	p := s.client.policyOf(s.options)
	if s.base > 0 {
		p.firstDelay = s.base
	}
	return p.backoff(s.failures-1, chance())
}

// take hands on what a frame brings: nothing where it is no frame or was handed on before.
func (s *EventStream) take(data string) error {
	event := new(Event)
	if decodeStrictly([]byte(data), event) != nil {
		return nil
	}
	if event.Type == typeResync {
		if event.Seq > s.last {
			s.last = event.Seq
		}
		s.waiting = append(s.waiting, event)
		return nil
	}
	if event.Seq > s.last+1 && s.emptyLookup < mostEmptyLookup {
		if err := s.lookBetween(event.Seq); err != nil {
			return err
		}
	}
	s.handOn(event)
	return nil
}

func (s *EventStream) handOn(event *Event) {
	if event.Seq <= s.last {
		return
	}
	s.last, s.failures = event.Seq, 0
	if s.params.ScanID == "" || event.concerns(s.params.ScanID) {
		s.waiting = append(s.waiting, event)
	}
}

// lookBetween hands on what is missing before this number: it comes late, or was left out. A key that may not read
// everything sees numbers with holes: once looking has shown nothing a few times, holes are taken for that.
func (s *EventStream) lookBetween(seq int) error {
	found := false
	for s.last+1 < seq {
		limit := seq - s.last - 1
		if limit > eventsBetween {
			limit = eventsBetween
		}
		page, err := s.client.Events.List(s.ctx, &ListEventsParams{AfterSeq: Ptr(s.last), Limit: limit})
		if err != nil {
			return err
		}
		sort.Slice(page.Data, func(i, j int) bool { return page.Data[i].Seq < page.Data[j].Seq })
		before := s.last
		for index := range page.Data {
			if page.Data[index].Seq < seq {
				s.handOn(&page.Data[index])
			}
		}
		found = found || s.last > before
		if s.last == before || !page.HasMore {
			break
		}
	}
	if !found {
		s.emptyLookup++
	}
	return nil
}

// farewell is what the server's last word means.
func farewell(data string) error {
	var said struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}
	_ = json.Unmarshal([]byte(data), &said) // what is no JSON is a farewell without a reason
	if said.Reason == "" {
		said.Reason = "the server closed the event stream"
	}
	if said.Code == closeRevoked {
		return &finalError{typed(&APIError{Status: http.StatusUnauthorized, Code: "unauthorized", Message: said.Reason})}
	}
	return fmt.Errorf("closed with %d: %s", said.Code, said.Reason)
}

// Scan is the scan that a scan.* event is about, as it was then; nil for other events.
func (e *Event) Scan() *Scan {
	return resource[Scan](e, "scan.")
}

// Vulnerability is that of a vulnerability.* event; nil for other events.
func (e *Event) Vulnerability() *Vulnerability {
	return resource[Vulnerability](e, "vulnerability.")
}

// Report is that of a report.* event; nil for other events.
func (e *Event) Report() *Report {
	return resource[Report](e, "report.")
}

func resource[T any](e *Event, family string) *T {
	if !strings.HasPrefix(e.Type, family) {
		return nil
	}
	text, err := json.Marshal(e.Data)
	if err != nil {
		return nil
	}
	found := new(T)
	if decodeStrictly(text, found) != nil {
		return nil
	}
	return found
}

// concerns tells whether the event is about this scan, its vulnerabilities or a report on it.
func (e *Event) concerns(scan string) bool {
	if strings.HasPrefix(e.Type, "scan.") {
		return e.Data["id"] == scan
	}
	if scans, ok := e.Data["scan_ids"].([]any); ok {
		for _, each := range scans {
			if each == scan {
				return true
			}
		}
	}
	return e.Data["scan_id"] == scan
}
