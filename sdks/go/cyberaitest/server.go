// Package cyberaitest lets your own tests run without a server: nothing goes over the network.
//
//	fake := cyberaitest.New()
//	fake.Reply("GET", "/v1/me", 200, map[string]any{...})
//	client, err := cyberai.NewClient(cyberai.WithAPIKey("test"), cyberai.WithTransport(fake))
package cyberaitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Server answers what it was told to. It is an http.RoundTripper, and safe for concurrent use.
type Server struct {
	mutex   sync.Mutex
	replies []reply
	calls   []Call
}

// Call is a request that arrived.
type Call struct {
	Method, Path, Query string
	Header              http.Header
	Body                []byte
}

type reply struct {
	method, path string
	status       int
	header       http.Header
	body         []byte
	err          error
}

// New is a server that knows no answer yet.
func New() *Server { return &Server{} }

// Reply answers the next request with this method and path ("" is any) with JSON. Replies are used up in their
// order; the last one for a method and path stays.
func (s *Server) Reply(method, path string, status int, body any) *Server {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("cyberaitest: the body of a reply cannot be encoded: %v", err))
	}
	return s.ReplyRaw(method, path, status, http.Header{"Content-Type": {"application/json"}}, encoded)
}

// ReplyRaw is the same with any headers and body.
func (s *Server) ReplyRaw(method, path string, status int, header http.Header, body []byte) *Server {
	return s.add(reply{method: method, path: path, status: status, header: header, body: body})
}

// Error answers with the API's error.
func (s *Server) Error(method, path string, status int, code, message string) *Server {
	details := map[string]any{"field": nil, "reason": message}
	failure := map[string]any{"code": code, "message": message, "details": details, "request_id": "req_fake"}
	return s.Reply(method, path, status, map[string]any{"error": failure})
}

// BreakOff lets the connection break instead of an answer.
func (s *Server) BreakOff(method, path string) *Server {
	return s.add(reply{method: method, path: path, err: errors.New("connection reset by the fake server")})
}

func (s *Server) add(r reply) *Server {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.replies = append(s.replies, r)
	return s
}

// Calls are the requests that arrived, in their order.
func (s *Server) Calls() []Call {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]Call(nil), s.calls...)
}

// RoundTrip is for http.Client.
func (s *Server) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if request.Body != nil {
		defer request.Body.Close()
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls = append(s.calls, Call{request.Method, request.URL.Path, request.URL.RawQuery, request.Header.Clone(), body})
	found, err := s.take(request.Method, request.URL.Path)
	if err != nil {
		return nil, err
	}
	header := found.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", found.status, http.StatusText(found.status)),
		StatusCode:    found.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(found.body)),
		ContentLength: int64(len(found.body)),
		Request:       request,
	}, nil
}

func (s *Server) take(method, path string) (reply, error) {
	matching := []int{}
	for index, each := range s.replies {
		if (each.method == "" || strings.EqualFold(each.method, method)) && (each.path == "" || each.path == path) {
			matching = append(matching, index)
		}
	}
	if len(matching) == 0 {
		return reply{}, fmt.Errorf("cyberaitest: no reply is known for %s %s", method, path)
	}
	found := s.replies[matching[0]]
	if len(matching) > 1 {
		s.replies = append(s.replies[:matching[0]:matching[0]], s.replies[matching[0]+1:]...)
	}
	return found, found.err
}
