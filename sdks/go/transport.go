package cyberai

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// open sends a request and follows redirects on the same server. The caller closes the body.
func (c *Client) open(ctx context.Context, request *outgoing) (*http.Response, error) {
	address := request.address
	for redirects := 0; ; redirects++ {
		response, err := c.send(ctx, request, address)
		if err != nil {
			return nil, err
		}
		if !isRedirect(response.StatusCode) {
			return response, nil
		}
		response.Body.Close()
		if redirects == mostRedirects {
			return nil, &InvalidResponseError{
				Status:  response.StatusCode,
				Message: fmt.Sprintf("the server redirected more than %d times", mostRedirects),
			}
		}
		if address, err = redirected(request, address, response); err != nil {
			return nil, err
		}
	}
}

func (c *Client) send(ctx context.Context, request *outgoing, address string) (*http.Response, error) {
	sent, err := http.NewRequestWithContext(ctx, request.method, address, bytes.NewReader(request.body))
	if err != nil {
		return nil, &UsageError{"the request is not usable: " + withoutURL(err).Error()}
	}
	if request.body == nil {
		sent.Body, sent.GetBody = nil, nil
	}
	sent.Header = request.header.Clone()
	return c.http.Do(sent)
}

func isRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// redirected is the address to ask instead. The key goes to no other scheme, host or port; a body is never dropped.
func redirected(request *outgoing, address string, response *http.Response) (string, error) {
	refuse := func(message string) (string, error) {
		return "", &InvalidResponseError{Status: response.StatusCode, Message: message}
	}
	base, err := url.Parse(address)
	if err != nil {
		return refuse("the server redirected to nowhere")
	}
	place := response.Header.Get("Location")
	next, err := base.Parse(place)
	if place == "" || err != nil {
		return refuse("the server redirected to nowhere")
	}
	if origin(base) != origin(next) {
		return refuse("the server redirected to " + next.Host + "; the key does not go there")
	}
	status := response.StatusCode
	if request.method != http.MethodGet && status != 307 && status != 308 {
		return refuse(fmt.Sprintf("the server answered %s with a redirect, %d, that drops the request", request.method, status))
	}
	next.Fragment, next.User = "", nil
	return next.String(), nil
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// try is one exchange: the whole answer within the time and the size that are allowed.
func (c *Client) try(ctx context.Context, request *outgoing, attempt int) (*RawResponse, error) {
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, request.timeout)
	defer cancel()
	raw, err := c.exchange(limited, request)
	if err != nil {
		err = failure(ctx, limited, request, attempt, err)
	}
	c.tell(ctx, request, attempt, raw, err, began)
	return raw, err
}

func (c *Client) exchange(ctx context.Context, request *outgoing) (*RawResponse, error) {
	response, err := c.open(ctx, request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	raw := &RawResponse{Status: response.StatusCode, Header: response.Header}
	raw.Body, err = readBody(response, c.config.maxAnswer)
	return raw, err
}

func readBody(response *http.Response, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	var corrupt flate.CorruptInputError
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt) {
		return nil, &InvalidResponseError{Status: response.StatusCode, Message: "the server sent a broken gzip body"}
	}
	if int64(len(body)) > limit {
		return nil, &InvalidResponseError{
			Status:  response.StatusCode,
			Message: fmt.Sprintf("the answer is larger than %d bytes", limit),
		}
	}
	return body, err
}

// tell logs one try.
func (c *Client) tell(ctx context.Context, request *outgoing, attempt int, raw *RawResponse, err error, began time.Time) {
	if c.config.log == nil {
		return
	}
	entry := LogEntry{Method: request.method, Path: request.place(), Try: attempt + 1, Err: err, Duration: time.Since(began)}
	if parts, problem := url.Parse(request.place()); problem == nil {
		entry.Path = parts.Path
	}
	if err == nil {
		entry.Status, entry.RequestID = raw.Status, raw.Header.Get("X-Request-Id")
	}
	c.config.log(ctx, entry)
}

// failure is what the caller is told of an exchange that brought no answer: the context's own error where the caller
// ended it.
func failure(ctx, limited context.Context, request *outgoing, attempt int, err error) error {
	var invalid *InvalidResponseError
	var usage *UsageError
	if errors.As(err, &invalid) || errors.As(err, &usage) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	found := &ConnectionError{Method: request.method, URL: request.place(), Err: withoutURL(err), Tries: attempt + 1, sent: true}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "dial" {
		found.sent = false
	}
	var timeout net.Error
	if limited.Err() != nil || (errors.As(err, &timeout) && timeout.Timeout()) {
		found.Err = fmt.Errorf("no answer within %v", request.timeout)
		return &TimeoutError{found}
	}
	return found
}

// withoutURL takes off what net/http puts in front: the address with its query.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

func connectionError(err error) *ConnectionError {
	var found *ConnectionError
	if errors.As(err, &found) {
		return found
	}
	return nil
}
