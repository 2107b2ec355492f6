package cyberai

import (
	"net/http"
	"strconv"
	"time"
)

// Option sets one thing of a client.
type Option func(*config)

type config struct {
	baseURL, apiKey, profile string
	timeout                  time.Duration
	policy                   policy
	transport                http.RoundTripper
	log                      LogFunc
	userAgent                string
	maxAnswer, maxDownload   int64
}

// WithBaseURL names the server, such as http://127.0.0.1:8080/v1.
func WithBaseURL(address string) Option { return func(c *config) { c.baseURL = address } }

// WithAPIKey gives the key.
func WithAPIKey(key string) Option { return func(c *config) { c.apiKey = key } }

// WithProfile takes address and key from this profile of the command line, before the environment.
func WithProfile(name string) Option { return func(c *config) { c.profile = name } }

// WithTimeout bounds each try of a call, its body included; 60 s by default.
func WithTimeout(d time.Duration) Option { return func(c *config) { c.timeout = d } }

// WithMaxRetries is how often a call is tried again; 2 by default, 0: never.
func WithMaxRetries(n int) Option { return func(c *config) { c.policy.retries = n } }

// WithBackoff is the first pause before a retry, doubled each time up to 8 s; 0.5 s by default.
func WithBackoff(d time.Duration) Option { return func(c *config) { c.policy.firstDelay = d } }

// WithMaxWait is the longest wait a server may ask for by Retry-After or X-RateLimit-Reset: where it asks for more,
// the error comes at once. 120 s by default.
func WithMaxWait(d time.Duration) Option { return func(c *config) { c.policy.maxWait = d } }

// WithTransport sends requests another way: a proxy, other certificates, or cyberaitest.Server.
func WithTransport(t http.RoundTripper) Option { return func(c *config) { c.transport = t } }

// WithLog is called after each try. What it is given holds no key, no query, no body and no header.
func WithLog(log LogFunc) Option { return func(c *config) { c.log = log } }

// WithUserAgent names your program behind the SDK in User-Agent.
func WithUserAgent(product string) Option { return func(c *config) { c.userAgent = product } }

// WithMaxDownload bounds the size of a report; 4 GiB by default.
func WithMaxDownload(bytes int64) Option { return func(c *config) { c.maxDownload = bytes } }

// CallOption sets one thing of one call.
type CallOption func(*callConfig)

type callConfig struct {
	timeout time.Duration
	retries *int
	header  http.Header
	into    *RawResponse
	accept  string
	extra   time.Duration
}

// Timeout bounds each try of this call.
func Timeout(d time.Duration) CallOption { return func(c *callConfig) { c.timeout = d } }

// MaxRetries is how often this call is tried again.
func MaxRetries(n int) CallOption { return func(c *callConfig) { c.retries = &n } }

// Header sends one more header.
func Header(name, value string) CallOption {
	return func(c *callConfig) { c.header.Set(name, value) }
}

// IdempotencyKey is your own key: the same call with the same key is carried out once within a day. Every POST has
// one by itself, the same over its retries.
func IdempotencyKey(key string) CallOption { return Header("Idempotency-Key", key) }

// IfMatch changes something only in the state that has this ETag; else PreconditionFailedError.
func IfMatch(etag string) CallOption { return Header("If-Match", etag) }

// IfNoneMatch asks only for another state than the one with this ETag; else NotModifiedError.
func IfNoneMatch(etag string) CallOption { return Header("If-None-Match", etag) }

// PreferWait lets the server answer later, when what was asked for has ended, or after this time.
func PreferWait(d time.Duration) CallOption {
	return func(c *callConfig) {
		c.header.Set("Prefer", "wait="+strconv.Itoa(int(d/time.Second)))
		c.extra = d
	}
}

// ResponseInto stores the answer as it came, success or not.
func ResponseInto(raw *RawResponse) CallOption { return func(c *callConfig) { c.into = raw } }

// RawResponse is an answer as it came.
type RawResponse struct {
	Status int
	Header http.Header
	Body   []byte
}

func callOptions(options []CallOption) *callConfig {
	c := &callConfig{header: http.Header{}, accept: "application/json"}
	for _, option := range options {
		if option != nil {
			option(c)
		}
	}
	return c
}

// Ptr is a pointer to a value, for members that may be left out.
func Ptr[T any](value T) *T { return &value }
