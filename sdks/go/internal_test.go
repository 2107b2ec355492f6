package cyberai

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestToldWait(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	date := func(seconds int) string {
		return now.Add(time.Duration(seconds) * time.Second).Format(http.TimeFormat)
	}
	for name, c := range map[string]struct {
		status int
		header map[string]string
		wait   time.Duration
	}{
		"nothing":           {503, nil, 0},
		"seconds":           {503, map[string]string{"Retry-After": "7"}, 7 * time.Second},
		"date":              {503, map[string]string{"Retry-After": date(9)}, 9 * time.Second},
		"server's clock":    {503, map[string]string{"Retry-After": date(3609), "Date": date(3600)}, 9 * time.Second},
		"past":              {503, map[string]string{"Retry-After": date(-9)}, 0},
		"nonsense":          {503, map[string]string{"Retry-After": "soon"}, 0},
		"infinite":          {503, map[string]string{"Retry-After": "Inf"}, 0},
		"not a number":      {503, map[string]string{"Retry-After": "NaN"}, 0},
		"negative":          {503, map[string]string{"Retry-After": "-5"}, 0},
		"reset":             {429, map[string]string{"X-RateLimit-Reset": "1767225605"}, 5 * time.Second},
		"reset of a 503":    {503, map[string]string{"X-RateLimit-Reset": "1767225605"}, 0},
		"reset in the past": {429, map[string]string{"X-RateLimit-Reset": "1"}, 0},
		"reset too large":   {429, map[string]string{"X-RateLimit-Reset": "99999999999999999999"}, 0},
		"Retry-After wins":  {429, map[string]string{"Retry-After": "2", "X-RateLimit-Reset": "1767225605"}, 2 * time.Second},
	} {
		header := http.Header{}
		for key, value := range c.header {
			header.Set(key, value)
		}
		if wait, ok := toldWait(c.status, header, now); wait*boolean(ok) != c.wait {
			t.Errorf("%s: %v, %v", name, wait, ok)
		}
	}
}

func boolean(ok bool) time.Duration {
	if ok {
		return 1
	}
	return 0
}

func TestBackoffDoublesUpToItsBound(t *testing.T) {
	p := policy{retries: 99, firstDelay: 500 * time.Millisecond}
	for attempt, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 8000} {
		most, least := p.backoff(attempt, 0), p.backoff(attempt, 1)
		if most != want*time.Millisecond || least != most*3/4 {
			t.Errorf("%d: %v to %v", attempt, least, most)
		}
	}
	if p.backoff(1_000_000, 0) != longestDelay {
		t.Error("a large number of attempts")
	}
}

func TestEventsWhateverTheirPieces(t *testing.T) {
	stream := ": hello\r\nretry: 250\nevent: a\ndata: 1\ndata:2\n\n\nid: 5\n\ndata: x\n\n"
	for name, source := range map[string]io.Reader{
		"whole": strings.NewReader(stream), "bytes": iotest.OneByteReader(strings.NewReader(stream)),
	} {
		reader := newSSEReader(source, 100)
		first, err := reader.next()
		if err != nil || first.kind != "a" || first.data != "1\n2" || first.retry != 250*time.Millisecond {
			t.Fatal(name, first, err)
		}
		second, err := reader.next()
		if err != nil || second.kind != "message" || second.data != "x" {
			t.Fatal(name, second, err)
		}
		if _, err := reader.next(); !errors.Is(err, io.EOF) {
			t.Fatal(name, err)
		}
	}
}

func FuzzEventsAreBounded(f *testing.F) {
	f.Add([]byte("data: x\n\n"))
	f.Add(bytes.Repeat([]byte("data: y\n"), 100))
	f.Add(bytes.Repeat([]byte("z"), 100_000))
	f.Add([]byte("retry: 99999999999999999999\n\nevent\n:\n\r\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		reader := newSSEReader(bytes.NewReader(stream), 200)
		for {
			event, err := reader.next()
			if err != nil {
				return
			}
			if len(event.data) > 200 || event.retry < 0 {
				t.Fatalf("%d bytes, %v", len(event.data), event.retry)
			}
		}
	})
}

func FuzzAnswersAreWholeOrErrors(f *testing.F) {
	f.Add([]byte(`{"data": [], "has_more": false, "next_cursor": null}`))
	f.Add([]byte(`{"data": [{"id": null}], "has_more": false, "next_cursor": null}`))
	f.Add([]byte(`{"data": null, "has_more": false, "next_cursor": null}`))
	f.Add([]byte(`[`))
	f.Add([]byte(strings.Repeat("[", 100_000)))
	f.Fuzz(func(t *testing.T, body []byte) {
		page := new(Page[Scan])
		if decodeStrictly(body, page) != nil {
			return
		}
		for _, scan := range page.Data {
			if scan.Tags == nil || scan.CreatedAt.IsZero() && !bytes.Contains(body, []byte("0001-01-01")) {
				t.Fatalf("%s", body)
			}
		}
	})
}

func TestWhatMustBeThere(t *testing.T) {
	type inner struct {
		ID   string          `json:"id"`
		Free json.RawMessage `json:"free,omitempty"`
	}
	type outer struct {
		One   inner            `json:"one"`
		Maybe *inner           `json:"maybe"`
		Many  []inner          `json:"many"`
		Named map[string]inner `json:"named,omitempty"`
		Any   any              `json:"any,omitempty"`
		At    time.Time        `json:"at,omitempty"`
	}
	good := `"one": {"id": "a"}, "maybe": null, "many": [{"id": ""}]`
	for text, want := range map[string]string{
		`{` + good + `}`:           "",
		" {\n\t" + good + " }\r\n": "",
		`{` + good + `, "new": {"id": [[], {"}": "]"}]}, "named": {"x": {"id": "\\\"}"}}, "any": null, "at": null}`: "",
		`{"\u006fne": {"id": "a"}, "maybe": {"id": "b", "free": [1, {"a": null}]}, "many": []}`:                     "",
		`null`:                             "the body is null",
		`{"maybe": null, "many": []}`:      "one is missing",
		`{"one": null}`:                    "one is null",
		`{"one": {"ID": "a"}}`:             "one.id is missing",
		`{"one": {"id": "a"}, "many": []}`: "maybe is missing",
		`{"one": {"id": "a"}, "maybe": {"free": {"id": 1}}, "many": []}`:            "maybe.id is missing",
		`{"one": {"id": "a"}, "maybe": null, "many": null}`:                         "many is null",
		`{"one": {"id": "a"}, "maybe": null, "many": [{"id": "a"}, {}]}`:            "many.1.id is missing",
		`{"one": {"id": "a"}, "maybe": null, "many": [{"id": "a"}, null]}`:          "many.1 is null",
		`{` + good + `, "named": {"a": {"id": "a"}, "b": {"new": [{"id": "a"}]}}}`:  "named.b.id is missing",
		`{"one": {"id": "a", "x": "\\"}, "maybe": null, "many": [ {"id" : null} ]}`: "many.0.id is null",
	} {
		found := ""
		if err := decodeStrictly([]byte(text), new(outer)); err != nil {
			found = err.Error()
		}
		if found != want {
			t.Errorf("%s: %q instead of %q", text, found, want)
		}
	}
}

func TestAKeyStaysAtItsOrigin(t *testing.T) {
	get := &outgoing{method: "GET"}
	for place, followed := range map[string]bool{
		"/v1/other":                   true,
		"http://a.example:80/v1/x":    true,
		"http://A.example/v1/x":       true,
		"https://a.example/v1/x":      false,
		"http://a.example:81/v1/x":    false,
		"http://a.example.evil/v1/x":  false,
		"//evil.example/v1/x":         false,
		"http://a.example@evil/v1/x":  false,
		"http://evil\\@a.example/v1/": false,
		"":                            false,
		"http://[::1/":                false,
	} {
		response := &http.Response{StatusCode: 307, Header: http.Header{"Location": {place}}}
		address, err := redirected(get, "http://a.example/v1/scans", response)
		if (err == nil) != followed {
			t.Errorf("%q: %q, %v", place, address, err)
		}
	}
}
