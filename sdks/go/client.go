package cyberai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"
)

// Client talks to one server with one key. It is safe for concurrent use.
type Client struct {
	Scans           *ScansService
	Vulnerabilities *VulnerabilitiesService
	Assets          *AssetsService
	Reports         *ReportsService
	APIKeys         *APIKeysService
	Account         *AccountService
	Events          *EventsService
	System          *SystemService

	root, key, agent string
	config           config
	http             *http.Client
}

// NewClient makes a client; UsageError where there is no key, or the address is none.
func NewClient(options ...Option) (*Client, error) {
	c := config{
		timeout:     time.Minute,
		policy:      policy{retries: 2, firstDelay: 500 * time.Millisecond, maxWait: 2 * time.Minute},
		maxAnswer:   64 << 20,
		maxDownload: 4 << 30,
	}
	for _, option := range options {
		option(&c)
	}
	root, key, err := chooseServer(&c)
	if err != nil {
		return nil, err
	}
	if c.timeout <= 0 || c.policy.retries < 0 || c.policy.firstDelay < 0 || strings.ContainsAny(c.userAgent, "\r\n") {
		return nil, &UsageError{"timeout, retries, backoff or user agent are not usable"}
	}
	if c.transport == nil {
		c.transport = ownTransport()
	}
	client := &Client{root: root, key: key, config: c, agent: userAgent(c.userAgent)}
	client.http = &http.Client{
		Transport: c.transport,
		// Redirects are followed by hand: on the same server only.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client.Scans = &ScansService{client}
	client.Vulnerabilities = &VulnerabilitiesService{client}
	client.Assets = &AssetsService{client}
	client.Reports = &ReportsService{client}
	client.APIKeys = &APIKeysService{client}
	client.Account = &AccountService{client}
	client.Events = &EventsService{client}
	client.System = &SystemService{client}
	return client, nil
}

func ownTransport() http.RoundTripper {
	shared, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := shared.Clone()
	own.MaxIdleConnsPerHost = 20
	return own
}

func userAgent(product string) string {
	text := fmt.Sprintf("cyberai-go/%s %s (%s)", SDKVersion, runtime.Version(), runtime.GOOS)
	if product != "" {
		text += " " + product
	}
	return text
}

// BaseURL is the server's address.
func (c *Client) BaseURL() string { return c.root + "/v1" }

// String shows the address and not the key.
func (c *Client) String() string { return "cyberai.Client(" + c.BaseURL() + ")" }

// GoString does so for %#v.
func (c *Client) GoString() string { return c.String() }

// Close gives idle connections back.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do makes any request, such as GET /v1/scans with fields=id: for what the typed methods do not know. Retries,
// limits and errors are the same as everywhere. `body` is encoded as JSON unless it is nil.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body any, options ...CallOption) (*RawResponse, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, &UsageError{"a path begins with a slash, such as /v1/scans"}
	}
	r := callOptions(options)
	return c.answer(ctx, call{method: strings.ToUpper(method), path: path, query: query.Encode(), body: body}, r)
}

// call is one operation with its arguments.
type call struct {
	method, path, query string
	body                any
}

// path puts an id, which is one segment whatever stands in it, into a template such as /v1/scans/{id}.
func fill(template, id string) (string, error) {
	if !strings.Contains(template, "{id}") {
		return template, nil
	}
	if id == "" || id == "." || id == ".." {
		return "", &UsageError{fmt.Sprintf("%q is no id", id)}
	}
	return strings.Replace(template, "{id}", url.PathEscape(id), 1), nil
}

// outgoing is a request that can be sent several times.
type outgoing struct {
	method, address string
	header          http.Header
	body            []byte
	timeout         time.Duration
}

func (o *outgoing) repeatable() bool { return isRepeatable(o.method, o.header) }

// place is the address without its query.
func (o *outgoing) place() string {
	place, _, _ := strings.Cut(o.address, "?")
	return place
}

func (c *Client) prepare(one call, options *callConfig) (*outgoing, error) {
	o := &outgoing{method: one.method, address: c.root + one.path, header: options.header.Clone(), timeout: c.config.timeout}
	if one.query != "" {
		o.address += "?" + one.query
	}
	if options.timeout > 0 {
		o.timeout = options.timeout
	}
	o.timeout += options.extra
	for name, value := range map[string]string{"Accept": options.accept, "User-Agent": c.agent} {
		if o.header.Get(name) == "" {
			o.header.Set(name, value)
		}
	}
	o.header.Set("Authorization", "Bearer "+c.key)
	if one.body != nil {
		encoded, err := encode(one.body)
		if err != nil {
			return nil, err
		}
		o.body = encoded
		o.header.Set("Content-Type", "application/json")
	}
	if one.method == http.MethodPost && o.header.Get("Idempotency-Key") == "" {
		key, err := newKey()
		if err != nil {
			return nil, err
		}
		o.header.Set("Idempotency-Key", key)
	}
	return o, nil
}

func encode(body any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, &UsageError{"the body cannot be encoded: " + err.Error()}
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

func (c *Client) policyOf(options *callConfig) policy {
	p := c.config.policy
	if options.retries != nil {
		p.retries = *options.retries
	}
	return p
}

// answer is the answer after the retries; the error that it is where it is no success.
func (c *Client) answer(ctx context.Context, one call, options *callConfig) (*RawResponse, error) {
	request, err := c.prepare(one, options)
	if err != nil {
		return nil, err
	}
	p := c.policyOf(options)
	for attempt := 0; ; attempt++ {
		raw, err := c.try(ctx, request, attempt)
		if err == nil && raw.Status < 400 {
			return raw, c.success(raw, request, options)
		}
		pause, again := c.pause(p, attempt, request, raw, err)
		if !again {
			if err != nil {
				return nil, err
			}
			return raw, c.success(raw, request, options)
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// pause tells whether to try again, and when.
func (c *Client) pause(p policy, attempt int, request *outgoing, raw *RawResponse, err error) (time.Duration, bool) {
	if err == nil {
		return p.afterAnswer(attempt, request.repeatable(), raw, time.Now(), chance())
	}
	failure := connectionError(err)
	if failure == nil {
		return 0, false
	}
	return p.afterFailure(attempt, request.repeatable(), failure.sent, chance())
}

func (c *Client) success(raw *RawResponse, request *outgoing, options *callConfig) error {
	if options.into != nil {
		*options.into = *raw
	}
	return checkSuccess(raw, request, time.Now())
}

func checkSuccess(raw *RawResponse, request *outgoing, now time.Time) error {
	switch {
	case raw.Status == http.StatusNotModified:
		return &NotModifiedError{}
	case raw.Status >= 400:
		return errorOf(raw, now)
	case raw.Status < 200 || raw.Status >= 300:
		return strange(raw, request, fmt.Sprintf("answered %d, which this API never does here", raw.Status))
	}
	return nil
}

func strange(raw *RawResponse, request *outgoing, what string) error {
	message := fmt.Sprintf("%s %s: the server %s", request.method, request.place(), what)
	return &InvalidResponseError{Status: raw.Status, RequestID: raw.Header.Get("X-Request-Id"), Message: message}
}

// value makes a call and decodes its answer.
func value[T any](ctx context.Context, c *Client, method, template, id, query string, body any, options []CallOption) (*T, error) {
	path, err := fill(template, id)
	if err != nil {
		return nil, err
	}
	raw, err := c.answer(ctx, call{method, path, query, body}, callOptions(options))
	if err != nil {
		return nil, err
	}
	decoded := new(T)
	if err := decode(raw, decoded); err != nil {
		request := &outgoing{method: method, address: c.root + path}
		return nil, strange(raw, request, err.Error())
	}
	return decoded, nil
}

// plain makes a call whose answer is no JSON.
func plain(ctx context.Context, c *Client, method, template, id, query string, options []CallOption) (*RawResponse, error) {
	path, err := fill(template, id)
	if err != nil {
		return nil, err
	}
	settings := callOptions(options)
	settings.accept = "*/*"
	return c.answer(ctx, call{method: method, path: path, query: query}, settings)
}
